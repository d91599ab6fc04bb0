"""Renders the sample blog, pages and feed alike, from its articles and the moment the local cloud started.

`now` is the moment at which somebody looks, the start where it is left out: what is dated later has not come out yet.
"""

from __future__ import annotations

from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from rehearsal.site.blog.article import BlogArticle, load_articles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = [
    "BlogArticle", "article_page", "asset", "feed_xml", "guid", "index_page", "load_articles", "offer_page",
    "published_articles", "respond",
]  # fmt: skip

OFFER_SLUG = "sparraus"
RELATED = 3

_HERE = Path(__file__).parent
_ASSETS = _HERE / "assets"
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml"}
_HTML, _RSS = "text/html; charset=utf-8", "application/rss+xml; charset=utf-8"
_ZONE = ZoneInfo("Europe/Helsinki")


def respond(base_url: str, path: str, started_at: datetime, now: datetime | None = None) -> tuple[str, bytes] | None:
    """The media type and body of what the blog has at `path`, counted from `base_url` ("" is the index); else None."""
    match path.strip("/").split("/"):
        case [""]:
            return _HTML, index_page(base_url, started_at, now).encode()
        case ["feed.xml"]:
            return _RSS, feed_xml(base_url, started_at, now).encode()
        case [slug] if slug == OFFER_SLUG:
            return _HTML, offer_page(base_url).encode()
        case [slug]:
            page = article_page(base_url, slug, started_at, now)
            return (_HTML, page.encode()) if page is not None else None
        case ["assets", name]:
            return asset(name)
    return None


def index_page(base_url: str, started_at: datetime, now: datetime | None = None) -> str:
    """The front page: every article, newest first."""
    return _render("index.html", base_url, started_at, articles=published_articles(started_at, now))


def article_page(base_url: str, slug: str, started_at: datetime, now: datetime | None = None) -> str | None:
    """One article, the offer, and the newest others on the same topics; None when there is no such article."""
    articles = published_articles(started_at, now)
    article = next((article for article in articles if article.slug == slug), None)
    if article is None:
        return None
    return _render("article.html", base_url, started_at, article=article, related=related(article, articles))


def published_articles(started_at: datetime, now: datetime | None = None) -> list[BlogArticle]:
    """The articles that have come out, newest first."""
    return [article for article in load_articles() if article.published(started_at) <= (now or started_at)]


def offer_page(base_url: str) -> str:
    """What the sparring is and how to ask for it, for a visitor who has no link of a reader's own."""
    return _render("offer.html", base_url)


def feed_xml(base_url: str, started_at: datetime, now: datetime | None = None) -> str:
    """All articles, newest first, as RSS 2.0 with the content, Dublin Core and Atom modules of the RSS profile.

    https://www.rssboard.org/rss-profile"""
    return _render("feed.xml", base_url, started_at, articles=published_articles(started_at, now))


def asset(name: str) -> tuple[str, bytes] | None:
    """The media type and content of a style sheet or an image; None when there is none of that name."""
    # Names are compared, never joined to the path: nothing outside the folder can be asked for.
    path = next((path for path in _ASSETS.iterdir() if path.name == name), None)
    return (_MEDIA_TYPES[path.suffix], path.read_bytes()) if path else None


def related(article: BlogArticle, articles: Sequence[BlogArticle]) -> list[BlogArticle]:
    """At most three others that share a category; `articles` must be newest first."""
    topics = set(article.categories)
    return [other for other in articles if other.slug != article.slug and topics & set(other.categories)][:RELATED]


def guid(article: BlogArticle) -> str:
    """An identifier that outlives restarts and moves to another address: a tag URI (RFC 4151)."""
    return f"tag:sanaharju.example,2024:blogi/{article.slug}"


def _render(template: str, base_url: str, started_at: datetime | None = None, **data: object) -> str:
    base_url = base_url.rstrip("/")
    site = {
        "base_url": base_url,
        "started_at": started_at,
        "offer_url": f"{base_url}/{OFFER_SLUG}",
        "subscribe_url": urljoin(f"{base_url}/", "/subscribe"),
    }
    return _templates().get_template(template).render(site | data)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    # Raw HTML in an article is shown as text: an article cannot bring a script to the page or the feed.
    markdown = MarkdownIt("commonmark", {"html": False})
    environment.filters |= {
        "body": lambda article: Markup(markdown.render(article.markdown)),  # noqa: S704
        "finnish_date": lambda moment: format_date(moment.astimezone(_ZONE), "d. MMMM y", locale="fi"),
        "rfc_822": lambda moment: format_datetime(moment, usegmt=True),
    }
    environment.globals["guid"] = guid
    return environment
