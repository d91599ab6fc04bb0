"""A blog whose posts are written and read by the hour, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from newsletter.articles.article import Article
from newsletter.articles.feeds.feed_client import Feeds, Fetched
from newsletter.mailings.digests.digest import compose_digest
from tests.support.articles.blog import NOW, Blog, sample_publication
from tests.support.articles.posts import Post, write_posts
from tests.support.aws.dynamodb import Adapters

DAY, WEEK = timedelta(days=1), timedelta(days=7)
TEXT = "Kun johtaja kirjoittaa itse, lukija huomaa sen ja vastaa, eikä mikään tiedote pääse samaan. " * 4


@pytest.fixture
def blog(adapters: Adapters, tmp_path: Path) -> Blog:
    """A blog, and no article of other tests."""
    return Blog(adapters, sample_publication(), tmp_path / "feed.xml").alone()


def read(blog: Blog, at: datetime, *posts: Post, broken: int = 0) -> dict[str, Any]:
    """The feed has these posts, and is read; what the run says of it."""
    write_posts(blog.path, posts, broken=broken)
    return blog.ingest(at)[0]


def mine(blog: Blog) -> dict[str, Article]:
    """What is kept of the feed, by the last part of the address."""
    return {a.url.rpartition("/")[2]: a for a in blog.adapters.articles.all() if a.feed == blog.feed.url}


def weekly(first: int, last: int) -> list[Post]:
    """Posts of their own titles and texts, one a week; number `first` is the newest of them."""
    return [post(n) for n in range(first, last)]


def post(number: int, **changes: Any) -> Post:
    """The post of so many weeks ago, but for these changes."""
    words = f"Kirjoitus {chr(97 + number % 26) * 4} numero {number}"
    usual = {"slug": f"s{number:03}", "title": words, "date": NOW - DAY - number * WEEK, "text": f"{words}. {TEXT}"}
    return Post(**{**usual, **changes})


def listed_since(blog: Blog, at: datetime) -> set[str]:
    """What is news of that moment or later."""
    return {name for name, article in mine(blog).items() if article.listed_at >= at}


def withdrawn(blog: Blog) -> dict[str, str]:
    """Why, of each article that is withdrawn."""
    return {name: article.withdrawn for name, article in mine(blog).items() if article.withdrawn}


def digest(blog: Blog, at: Any) -> list[str]:
    """What the next digest carries."""
    composed = compose_digest("2026-W60", at, list(mine(blog).values()), [], 3)
    names = {article.id: name for name, article in mine(blog).items()}
    return [names[each] for each in composed.articles] if composed else []


@contextmanager
def unchanged(blog: Blog) -> Iterator[None]:
    """The server says that the feed is as it was."""
    source, blog.source = blog.source, Mock(spec=Feeds)
    blog.source.fetch.return_value = Fetched((), unchanged=True)
    yield
    blog.source = source
