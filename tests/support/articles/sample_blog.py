"""The sample blog as it is some weeks after its start: its pages as elements, and its feed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import feedparser

from rehearsal.site.blog import site

BASE = "http://127.0.0.1:8000/_local/blog"
STARTED = datetime(2026, 3, 2, 8, 15, 30, 123456, tzinfo=UTC)
LATER = STARTED + timedelta(days=30)
VOID = {"br", "hr", "img", "link", "meta"}


class Html(HTMLParser):
    """What a reader gets: tags, headings, links, images and text. Mark-up that does not nest is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.runs: list[str] = [""]
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.runs.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.runs.append("")

    def handle_data(self, data: str) -> None:
        self.runs[-1] += data

    @property
    def text(self) -> str:
        return "".join(self.runs)

    def strings(self) -> list[str]:
        """The text between one tag and the next."""
        return [run.strip() for run in self.runs]

    def all(self, tag: str, attribute: str) -> list[str | None]:
        return [attributes.get(attribute) for name, attributes in self.tags if name == tag]

    def headings(self) -> list[int]:
        return [int(name[1]) for name, _ in self.tags if re.fullmatch("h[1-6]", name)]


def page(path: str) -> str:
    answer = site.respond(BASE, path, STARTED, LATER)
    assert answer is not None
    return answer[1].decode()


def words(html: str) -> str:
    return " ".join(Html(html).text.split())


def links(html: str) -> list[str]:
    return re.findall(r'<a [^>]*href="([^"]+)"', html)


def parsed_feed(base_url: str = BASE, started_at: datetime = STARTED, now: datetime | None = None) -> Any:
    return feedparser.parse(site.feed_xml(base_url, started_at, now), sanitize_html=False)
