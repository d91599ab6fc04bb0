"""A blog whose feed is a file, ingested at one moment or another."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from copy import copy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from newsletter.articles.article import Article, article_id
from newsletter.articles.articles_store import ARTICLES
from newsletter.articles.feeds.feed_client import Feeds
from newsletter.articles.feeds.feed_state import FeedState
from newsletter.articles.ingest import ingest_feeds
from newsletter.container import Container, app
from newsletter.platform.aws.items import to_item
from newsletter.platform.isolation import Isolated
from newsletter.publication.publication import Feed, Publication
from newsletter.publication.read_publication import parse_publication
from tests.support.aws.dynamodb import Adapters
from tests.support.mailings.templates import TEMPLATES

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
Entries = dict[str, tuple[str, datetime | str | None]]


def write(path: Path, entries: Entries) -> None:
    """A feed with an item for each guid: its title and its date."""
    items = ""
    for guid, (title, date) in entries.items():
        written = format_datetime(date) if isinstance(date, datetime) else date
        items += (
            f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title>"
            f"<link>https://b.example/{path.parent.name}/{guid}</link>"
            + (f"<pubDate>{written}</pubDate>" if written else "")
            + "</item>"
        )
    path.write_text(f"<rss version='2.0'><channel><title>b</title>{items}</channel></rss>", encoding="utf-8")


class Addresses:
    """Answers for the addresses of articles: those in `answers_404` are gone; `asked` has all that were asked for."""

    def __init__(self) -> None:
        self.answers_404: set[str] = set()
        self.asked: list[str] = []

    def gone(self, urls: Iterable[str]) -> set[str]:
        wanted = list(urls)
        self.asked += wanted
        return self.answers_404.intersection(wanted)


class Blog:
    """One feed in a file, ingested at one moment or another."""

    def __init__(self, adapters: Adapters, publication: Publication, path: Path) -> None:
        self.path = path
        self.feed = Feed(str(path), "fi")
        self.adapters = adapters
        self.publication = publication
        self.source = Feeds(allow_local=True)
        self.addresses = Addresses()

    def app(self) -> Container:
        """The product with the publication and the source of feeds as this test has them."""
        templates = copy(app.templates)
        vars(templates)["publication"] = self.publication
        return app.but(templates=templates, feeds=self.source, article_addresses=self.addresses)

    def ingest(self, now: datetime, *others: Feed) -> list[dict[str, Any]]:
        isolated = Isolated()
        reports = ingest_feeds(now, isolated, self.app(), feeds=(*others, self.feed))
        isolated.raise_if_any()
        return reports

    def publish(self, now: datetime, entries: Entries) -> dict[str, Any]:
        write(self.path, entries)
        return self.ingest(now)[0]

    def alone(self) -> Blog:
        """The same, without the articles that earlier tests left."""
        for article in self.adapters.articles.as_found():
            key = to_item({"pk": ARTICLES, "sk": article.id})
            self.adapters.client.delete_item(TableName=self.adapters.table("Content"), Key=key)
        return self

    def article(self, guid: str) -> Article | None:
        wanted = article_id(self.feed.url, guid)
        return next((found for found in self.adapters.articles.all() if found.id == wanted), None)

    def listed_at(self, guid: str) -> datetime:
        article = self.article(guid)
        assert article is not None
        return article.listed_at

    def decisions(self) -> list[dict[str, Any]]:
        """Of this feed, the newest first."""
        return [line for line in self.adapters.decisions.newest(200) if line["run"] == f"feed {self.feed.url}"]

    def state(self) -> FeedState:
        return self.adapters.feed_states.get(self.feed.url)


def slugs(first: int, last: int, *, age: timedelta = timedelta(days=1)) -> Entries:
    """Entries `nnn` with titles of their own, one a day."""
    return {f"{n:03}": (f"Otsikko {n:03}", NOW - age - n * timedelta(days=1)) for n in range(first, last)}


def sample_publication() -> Publication:
    """The publication of the tests."""
    return parse_publication(tomllib.loads((TEMPLATES / "publication.toml").read_text(encoding="utf-8")))
