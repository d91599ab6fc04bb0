"""Reads the articles: Markdown files that begin with TOML front matter between two `+++` lines."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

ARTICLES = Path(__file__).parent / "articles"

_FENCE = "+++"
_OLDEST_DAYS = 36_500
_LATEST_DAYS = -365
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEXT = (str,), "a text that is not empty"
_FIELDS: dict[str, tuple[tuple[type, ...], str]] = {
    "slug": _TEXT,
    "title": _TEXT,
    "categories": ((list,), "a list of labels that is not empty"),
    "author": _TEXT,
    "age_days": ((int, float), "a number of days"),
    "summary": _TEXT,
    "image": _TEXT,
    "image_alt": _TEXT,
}
_REQUIRED = [name for name in _FIELDS if not name.startswith("image")]


@dataclass(frozen=True, slots=True)
class BlogArticle:
    """One article; `age` is counted at the moment the local cloud starts, so that a demo always has fresh ones.

    Below zero it comes out so much later, so that the weeks ahead can be rehearsed.
    """

    slug: str
    title: str
    categories: tuple[str, ...]
    author: str
    age: timedelta
    summary: str
    markdown: str
    image: str = ""
    image_alt: str = ""

    def published(self, started_at: datetime) -> datetime:
        """In UTC and whole seconds, the finest the feed's RFC 822 dates have; ValueError for a time without a zone."""
        if started_at.tzinfo is None:
            msg = "started_at: has no time zone; give an aware datetime"
            raise ValueError(msg)
        # In UTC: a zone's wall clock would be an hour off across a change to or from summer time.
        return (started_at.astimezone(UTC) - self.age).replace(microsecond=0)


@cache
def load_articles() -> tuple[BlogArticle, ...]:
    """Every article, those to come included, newest first; ValueError names the file and the field that is wrong."""
    articles = [parse_article(path.name, path.read_text("utf-8")) for path in ARTICLES.glob("*.md")]
    return tuple(sorted(articles, key=lambda article: (article.age, article.slug)))


def parse_article(file_name: str, text: str) -> BlogArticle:
    """The article in a file; ValueError names the file and the field that is wrong."""
    fields, markdown = _front_matter(file_name, text)
    for name in _REQUIRED:
        if name not in fields:
            raise _wrong(file_name, name, "is missing")
    for name, value in fields.items():
        if name not in _FIELDS:
            raise _wrong(file_name, name, f"is not known; the fields are {', '.join(_FIELDS)}")
        kind, demand = _FIELDS[name]
        if isinstance(value, bool) or not isinstance(value, kind) or value in ("", []):
            raise _wrong(file_name, name, f"must be {demand}")
    if not _SLUG.fullmatch(fields["slug"]) or file_name != f"{fields['slug']}.md":
        raise _wrong(file_name, "slug", "must be the file's name without .md: lowercase letters, digits, hyphens")
    if not all(isinstance(label, str) and label for label in fields["categories"]):
        raise _wrong(file_name, "categories", "must be a list of labels")
    if not _LATEST_DAYS <= fields["age_days"] <= _OLDEST_DAYS:
        raise _wrong(file_name, "age_days", f"must be between {_LATEST_DAYS} and {_OLDEST_DAYS}")
    if ("image" in fields) != ("image_alt" in fields):
        raise _wrong(file_name, "image_alt", "goes with image: give both or neither")
    categories, age = tuple(fields.pop("categories")), timedelta(days=fields.pop("age_days"))
    return BlogArticle(**fields, categories=categories, age=age, markdown=markdown)


def _front_matter(file_name: str, text: str) -> tuple[dict[str, Any], str]:
    opening, *rest = text.split(f"{_FENCE}\n", 2)
    if opening or len(rest) != 2:
        raise _wrong(file_name, "front matter", f"must stand between two {_FENCE} lines at the top of the file")
    try:
        return tomllib.loads(rest[0]), rest[1].strip()
    except tomllib.TOMLDecodeError as error:
        raise _wrong(file_name, "front matter", f"is not TOML: {error}") from error


def _wrong(file_name: str, field: str, problem: str) -> ValueError:
    return ValueError(f"{file_name}: {field} {problem}")
