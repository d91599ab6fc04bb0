"""What the product would make of a feed, without keeping anything: `newsletter feeds check` and the console's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from newsletter.articles.article import Article, Entry
from newsletter.articles.article_of_entry import article_of, classified
from newsletter.articles.exclusion import left_out_because
from newsletter.articles.feeds.feed_client import HOST, Feeds, Fetched
from newsletter.articles.feeds.web_page import NamedFeed, WebPage
from newsletter.articles.listing import waits
from newsletter.platform.errors import FeedUnreadable
from newsletter.publication.publication import Feed, Publication

COMMON_PATHS = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/rss")
"""Where the feeds of common software are, for a page that names none."""


@dataclass(frozen=True)
class CheckedEntry:
    """An entry as the article that would be made of it; `stays_out` says why readers would not get it, or not yet."""

    article: Article
    stays_out: str = ""


@dataclass(frozen=True)
class CheckedFeed:
    """What would be made of one feed.

    `asked` is the address or file that was given, `url` the feed whose entries these are: another one where a web page
    was given (`is_page`), empty where none could be read. `named` are the feeds that the page names, `moved_to` is the
    address to which the feed has moved for good.
    """

    asked: str
    url: str
    entries: tuple[CheckedEntry, ...] = ()
    problems: tuple[str, ...] = ()
    is_page: bool = False
    moved_to: str = ""
    named: tuple[NamedFeed, ...] = ()

    @property
    def is_feed(self) -> bool:
        """Whether what was asked for is a feed that can be read, so that it may stand in the publication."""
        return bool(self.url) and not self.is_page


def check_feed(
    asked: str, source: Feeds, publication: Publication, now: datetime, *, seconds: float, body: bytes | None = None
) -> CheckedFeed:
    """Read a feed, and that which a web page in its place names first; each for `seconds` at most.

    With `body`, that is the feed, and `asked` only its name. Raises nothing: what is wrong is one of the problems.
    """
    try:
        fetched = source.fetch(asked, seconds=seconds) if body is None else source.read(body, asked, seconds=seconds)
    except WebPage as page:
        return _named_by(page, asked, source, publication, now, seconds)
    except FeedUnreadable as fault:
        return CheckedFeed(asked, "", problems=(str(fault),))
    return _checked(asked, asked, fetched, publication, now)


def with_scheme(given: str) -> str:
    """An address as a person may write it: without its scheme, or with that in capitals."""
    url = given.strip()
    if HOST.match(url) and "://" not in url:
        return f"https://{url}"
    scheme, mark, rest = url.partition("://")
    return f"{scheme.lower()}{mark}{rest}" if mark else url


def guesses(page: str) -> tuple[str, ...]:
    """Addresses at which a page that names no feed may have one: below the page, and below its site."""
    parts = urlsplit(page)
    site = f"{parts.scheme}://{parts.netloc}"
    below = f"{site}{parts.path.rstrip('/')}"
    return tuple(dict.fromkeys(f"{base}{path}" for base in (below, site) for path in COMMON_PATHS))


def settings_of(url: str, publication: Publication) -> Feed:
    """The feed of the publication with that address, else one without settings in the default language."""
    known = next((feed for feed in publication.feeds if same_address(feed.url, url)), None)
    return known or Feed(url, publication.languages[0])


def same_address(one: str, other: str) -> bool:
    """Whether two addresses lead to the same place, though one is written with `http`, a slash or capitals."""
    return _plain_address(one) == _plain_address(other)


def _named_by(
    page: WebPage, asked: str, source: Feeds, publication: Publication, now: datetime, seconds: float
) -> CheckedFeed:
    problems = (str(page),)
    if not page.feeds:
        return CheckedFeed(asked, "", (), problems, is_page=True)
    url = page.feeds[0].url
    try:
        fetched = source.fetch(url, seconds=seconds)
    except FeedUnreadable as fault:
        return CheckedFeed(asked, "", (), (*problems, str(fault)), is_page=True, named=page.feeds)
    found = _checked(asked, url, fetched, publication, now)
    return CheckedFeed(
        asked, url, found.entries, (*problems, *found.problems), is_page=True, moved_to=found.moved_to, named=page.feeds
    )


def _checked(asked: str, url: str, fetched: Fetched, publication: Publication, now: datetime) -> CheckedFeed:
    feed = settings_of(url, publication)
    entries = tuple(
        CheckedEntry(
            classified(article_of(entry, feed, publication, entry.identity, now), publication),
            _stays_out(entry, feed, now),
        )
        for entry in fetched.entries
    )
    more = (*_undated(entries), *_unspoken(fetched.entries, feed, publication), *_comments(entries))
    return CheckedFeed(asked, url, entries, (*fetched.problems, *more), moved_to=fetched.moved_to)


def _stays_out(entry: Entry, feed: Feed, now: datetime) -> str:
    if because := left_out_because(entry, feed):
        return because
    if entry.published and waits(entry.published, now):
        return f"dated in the future: it waits until {entry.published:%Y-%m-%d %H:%M} UTC"
    return ""


def _undated(entries: Sequence[CheckedEntry]) -> list[str]:
    """Entries without a date are read, but nobody knows how old they are."""
    number = sum(not entry.article.published for entry in entries)
    if not number:
        return []
    return [f"{number} of {len(entries)} entries have no date that can be read; in a first reading they count as old"]


def _unspoken(entries: Sequence[Entry], feed: Feed, publication: Publication) -> list[str]:
    """Languages that the feed states and the publication does not have."""
    stated = [] if feed.ignore_stated_language else [entry.language for entry in entries if entry.language]
    unspoken = sorted(set(stated) - set(publication.languages))
    if not unspoken:
        return []
    spoken = ", ".join(publication.languages)
    return [f"states the language {', '.join(unspoken)}; the publication has {spoken}, so it counts as {feed.language}"]


def _comments(entries: Sequence[CheckedEntry]) -> list[str]:
    """Said where the entries are what readers wrote under articles (WordPress has a feed of those too)."""
    number = sum("#comment" in entry.article.url for entry in entries)
    return ["its entries are comments on articles, not articles"] if number and number * 2 > len(entries) else []


def _plain_address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    if parts.scheme not in ("http", "https"):
        return url
    where = host if port in (None, 80, 443) else f"{host}:{port}"
    return f"//{where}{parts.path.rstrip('/')}?{parts.query}"
