"""Posts of a blog as its feed has them, with everything that a test may want to change about one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path


@dataclass(frozen=True)
class Post:
    """One entry. Its address and guid follow from `slug`, unless `path` and `guid` say otherwise."""

    slug: str
    title: str
    date: datetime | None
    text: str = ""
    guid: str = ""
    path: str = ""
    category: str = ""

    @property
    def url(self) -> str:
        return f"https://b.example/{self.path or self.slug}"

    def item(self) -> str:
        parts = [
            f"<title>{escape(self.title)}</title>",
            f"<link>{self.url}</link>",
            f"<guid isPermaLink='false'>{self.guid or self.slug}</guid>",
        ]
        if self.date:
            parts.append(f"<pubDate>{format_datetime(self.date)}</pubDate>")
        if self.text:
            parts.append(f"<description>{escape(self.text)}</description>")
        if self.category:
            parts.append(f"<category>{escape(self.category)}</category>")
        return f"<item>{''.join(parts)}</item>"


def write_posts(path: Path, posts: Iterable[Post], *, broken: int = 0) -> None:
    """The feed with these posts in their order, and `broken` entries after them that have no address."""
    items = "".join(post.item() for post in posts) + "<item><title>Rikki</title></item>" * broken
    path.write_text(f"<rss version='2.0'><channel><title>Blogi</title>{items}</channel></rss>", encoding="utf-8")
