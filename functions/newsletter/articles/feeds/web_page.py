"""A web page where a feed should be: that it is one, and the feeds that it names (RSS Autodiscovery, 2006)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from newsletter.platform.errors import FeedUnreadable

MAX_HEAD = 1_000_000
"""Bytes of a page that are searched: its head may hold much style and script."""
MAX_NAMED = 10
MAX_ADDRESS = 2_000
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
RAW = re.compile(r"<(script|style|noscript|template)\b.*?(?:</\1\b|\Z)", re.DOTALL | re.IGNORECASE)
"""What is no markup of the page, or none that counts."""
TAG = re.compile(r"""<(link|base)\s((?>[^<>"']|"[^"<]{0,2000}"|'[^'<]{0,2000}'|["']){1,4000}+)>""", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]{1,50})\s{0,50}=\s{0,50}("[^"]*"|'[^']*'|[^\s"'<>]+)""")
PAGE = re.compile(
    rb"(?>\s|<!--.*?-->|<\?xml[^>]{0,500}\?>)*+<(?:!doctype\s+html|html|head|body)\b", re.DOTALL | re.IGNORECASE
)
CHARSET = re.compile(rb"<meta[^>]{0,500}charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
"""Types that feeds have too. Among JSON and XML, only what says that it is a feed is taken for one."""
SAYS_FEED = re.compile(r"feed|rss|atom|syöte|flöde", re.IGNORECASE)
NO_FEED = re.compile(r"/wp-json/|oembed|opensearch|manifest", re.IGNORECASE)
COMMENTS = re.compile(r"/comments?(?:/|$)|comments|kommentti|kommentit|kommentar", re.IGNORECASE)
"""In a feed's address or title: it is the feed of what readers said, which is no blog."""


@dataclass(frozen=True)
class NamedFeed:
    """A feed that a page names, with the title that the page gives it."""

    url: str
    title: str = ""


class WebPage(FeedUnreadable):
    """There is a web page in place of a feed; `feeds` are those that it names, the likeliest first."""

    def __init__(self, message: str, feeds: tuple[NamedFeed, ...] = ()) -> None:
        super().__init__(message)
        self.feeds = feeds


def instead_of_feed(body: bytes, headers: Mapping[str, str], fault: FeedUnreadable) -> FeedUnreadable:
    """The fault of a body that is no feed; a WebPage if it is a page."""
    if not is_page(body, headers):
        return fault
    where = headers.get("content-location", "feed")
    named = named_feeds(body, headers)
    if not named:
        return WebPage(f"{where}: not a feed: this is a web page, and it names no feed")
    words = "its feed" if len(named) == 1 else "its feeds"
    return WebPage(f"{where}: this is a web page; it names {words}: {', '.join(feed.url for feed in named)}", named)


def is_page(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a body that cannot be read as a feed is a web page."""
    start = body[:20_000].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return bool(PAGE.match(start)) or (kind in {"text/html", "application/xhtml+xml"} and b"<" in start)


def named_feeds(body: bytes, headers: Mapping[str, str]) -> tuple[NamedFeed, ...]:
    """The feeds that a page names in its `link` elements, with absolute addresses; those of comments come last.

    Its own address is none of them: there is the page.
    """
    where = headers.get("content-location", "")
    base = where
    found: dict[str, NamedFeed] = {}
    for name, attributes in _tags(_text(body[:MAX_HEAD], headers)):
        if name == "base":
            base = _joined(where, attributes.get("href", "")) if base == where else base
        elif _is_feed(attributes) and (url := _joined(base, attributes["href"])) and url != where:
            found.setdefault(url, NamedFeed(url, " ".join(attributes.get("title", "").split())[:200]))
    likeliest = sorted(
        found.values(), key=lambda feed: bool(COMMENTS.search(f"{urlsplit(feed.url).path} {feed.title}"))
    )
    return tuple(likeliest[:MAX_NAMED])


def _is_feed(attributes: Mapping[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    href = attributes.get("href", "")
    if not href or not {"alternate", "feed"} & set(relations) or "stylesheet" in relations:
        return False
    if kind in FEED_TYPES or ("feed" in relations and not kind):
        return True
    return (
        kind in VAGUE_TYPES
        and not NO_FEED.search(href)
        and bool(SAYS_FEED.search(f"{href} {attributes.get('title', '')}"))
    )


def _tags(markup: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The `link` and `base` elements outside of comments, scripts and the like."""
    for tag in TAG.finditer(RAW.sub(" ", COMMENT.sub(" ", markup))):
        attributes: dict[str, str] = {}
        for name, value in ATTRIBUTE.findall(tag[2]):
            bare = value[1:-1] if value[:1] in "\"'" else value.removesuffix("/")
            attributes.setdefault(name.lower(), html.unescape(bare).strip())
        yield tag[1].lower(), attributes


def _text(body: bytes, headers: Mapping[str, str]) -> str:
    """The page as text, in the encoding that the server or the page states, else UTF-8."""
    _, _, charset = headers.get("content-type", "").lower().partition("charset=")
    stated = CHARSET.search(body[:4_000])
    for encoding in (charset.strip(" \"';"), stated[1].decode("ascii", "replace") if stated else ""):
        if encoding:
            try:
                return body.decode(encoding, "replace")
            except LookupError:
                continue
    return body.decode("utf-8", "replace")


def _joined(base: str, href: str) -> str:
    """The absolute http(s) address, or nothing."""
    href = re.sub(r"^feed:(?://)?(?=https?:)", "", href).replace(" ", "%20")
    if href.startswith("feed://"):
        href = "https" + href.removeprefix("feed")
    try:
        url = urljoin(base, href)
        parts = urlsplit(url)
    except ValueError:
        return ""
    good = parts.scheme in ("http", "https") and parts.hostname and len(url) <= MAX_ADDRESS and url.isprintable()
    return url.partition("#")[0] if good else ""
