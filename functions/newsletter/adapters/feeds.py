"""Blog feeds: fetched within limits, read whatever their dialect, every fault named."""

from __future__ import annotations

import html
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from newsletter.domain.article import Entry, excerpt
from newsletter.domain.errors import FeedUnreadable

MAX_BYTES = 10_000_000
MAX_ENTRIES = 1_000
MAX_TITLE = 300
MAX_SUMMARY = 300
MAX_URL = 2_000
TIMEOUT = 20.0
"""Seconds for connecting, and for each read."""
MAX_REDIRECTS = 3

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Older than any blog: what programs write that have no date, e.g. 0001-01-01."""

IMAGE = re.compile(r"<img\b[^>]*?\bsrc\s*=\s*[\"']([^\"']+)[^>]*", re.IGNORECASE)
PIXEL = re.compile(r"\b(?:width|height)\s*=\s*[\"']?[01](?:px)?\b", re.IGNORECASE)
BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|ol|p"
    r"|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)\b)",
    re.IGNORECASE,
)
URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""What stays as it is in an address (RFC 3986: reserved, unreserved and already encoded)."""


@dataclass(frozen=True)
class Fetched:
    """A feed as it is now. `unchanged` means the server said 304; `problems` names the entries that were left out."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    etag: str = ""
    modified: str = ""
    unchanged: bool = False


class Feeds:
    """Fetches feeds over http(s); files only where `allow_local` says so (the local cloud)."""

    def __init__(self, *, allow_local: bool) -> None:
        self._allow_local = allow_local

    def fetch(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        """The feed's entries, unless it is as it was at `etag` or `modified`. Raises FeedUnreadable with the reason."""
        try:
            scheme = urlsplit(url).scheme
        except ValueError as error:
            raise FeedUnreadable(f"{url}: {error}") from error
        if scheme in ("http", "https"):
            return self._from_web(url, etag, modified)
        if self._allow_local and scheme in ("file", ""):
            return self._from_file(url)
        raise FeedUnreadable(f"{url}: not an http(s) address")

    def _from_file(self, url: str) -> Fetched:
        path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url).expanduser()
        try:
            body = path.read_bytes()
        except OSError as error:
            raise FeedUnreadable(f"{url}: {error.strerror}") from error
        entries, problems = parse(body, {"content-location": path.absolute().as_uri()})
        return Fetched(entries, problems)

    def _from_web(self, url: str, etag: str, modified: str) -> Fetched:
        import urllib3

        headers = {"accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"}
        if etag:
            headers["if-none-match"] = etag
        if modified:
            headers["if-modified-since"] = modified
        try:
            answer = urllib3.request(
                "GET",
                url,
                headers=headers,
                timeout=TIMEOUT,
                retries=urllib3.Retry(connect=1, read=1, redirect=MAX_REDIRECTS, status=0),
                preload_content=False,
            )
            with answer:
                if answer.status == 304:
                    return Fetched((), etag=etag, modified=modified, unchanged=True)
                if answer.status != 200:
                    raise FeedUnreadable(f"{url}: the server answered HTTP {answer.status}")
                body = answer.read(MAX_BYTES + 1, decode_content=True)
        except urllib3.exceptions.HTTPError as error:
            raise FeedUnreadable(f"{url}: {type(error).__name__}") from error
        if len(body) > MAX_BYTES:
            raise FeedUnreadable(f"{url}: larger than {MAX_BYTES} bytes")
        about = {"content-location": url, "content-type": answer.headers.get("content-type", "")}
        entries, problems = parse(body, about)
        return Fetched(entries, problems, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))


def parse(body: bytes, headers: Mapping[str, str]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries of a feed, and what is wrong with those left out. Raises FeedUnreadable when it is no feed."""
    import feedparser

    # Without a type feedparser would name just that as the fault, whatever is wrong.
    told = {"content-type": "application/xml", **{name: value for name, value in headers.items() if value}}
    feed = feedparser.parse(body, response_headers=told)
    where = headers.get("content-location", "feed")
    if not feed.get("version") and not feed.entries:
        fault = feed.get("bozo_exception")
        raise FeedUnreadable(f"{where}: not a feed ({fault or 'no RSS, Atom or RDF found'})")
    entries: dict[str, Entry] = {}
    problems = []
    for number, raw in enumerate(feed.entries[:MAX_ENTRIES], start=1):
        entry = _entry(raw, where)
        missing = [name for name in ("title", "url") if not getattr(entry, name)]
        if missing:
            problems.append(f"entry {number} has no {' and no '.join(missing)}: left out")
        elif entry.identity in entries:
            problems.append(f"entry {number} has the identity of an earlier one, {entry.identity!r}: left out")
        else:
            entries[entry.identity] = entry
    if len(feed.entries) > MAX_ENTRIES:
        problems.append(f"{len(feed.entries)} entries; only the first {MAX_ENTRIES} were read")
    if not feed.entries:
        problems.append("the feed has no entries")
    return tuple(entries.values()), tuple(problems)


def _entry(raw: Mapping[str, Any], base: str) -> Entry:
    contents = raw.get("content") or [{}]
    body = contents[0].get("value", "") or raw.get("summary", "")
    url = _url(raw.get("link", ""), base)
    return Entry(
        identity=str(raw.get("id") or url),
        url=url,
        title=excerpt(_plain(raw.get("title", "")), MAX_TITLE),
        summary=excerpt(_plain(raw.get("summary", "") or body), MAX_SUMMARY),
        categories=tuple(dict.fromkeys(_plain(tag.get("term") or "")[:100] for tag in raw.get("tags", []))),
        author=_plain(raw.get("author_detail", {}).get("name") or "")[:100],  # `author` may hold an address
        image=_image(raw, body, url),
        published=_moment(raw),
    )


def _plain(markup: str) -> str:
    """Text without markup, entities resolved, blanks folded, no control characters."""
    import nh3

    spaced = BLOCK.sub(" <", markup)  # or the end of a paragraph and the start of the next would be one word
    text = html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"}))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _url(text: str, base: str) -> str:
    """An absolute http(s) address in ASCII, as headers and mails carry it, or empty."""
    try:
        parts = urlsplit(urljoin(base, text.strip()) if text else "")
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    path, query, fragment = (quote(part, safe=URL_SAFE) for part in (parts.path, parts.query, parts.fragment))
    url = urlunsplit((parts.scheme, host, path, query, fragment))
    return url if len(url) <= MAX_URL else ""


def _image(raw: Mapping[str, Any], body: str, url: str) -> str:
    """The first image the entry names, or shows; tracking pixels are none."""
    enclosures = [e.get("href", "") for e in raw.get("enclosures", []) if e.get("type", "").startswith("image/")]
    thumbnails = [t.get("url", "") for t in raw.get("media_thumbnail", [])]
    shown = [html.unescape(image[1]) for image in IMAGE.finditer(body) if not PIXEL.search(image[0])][:1]
    candidates = [_url(source, url) for source in [*enclosures, *thumbnails, *shown]]
    return next((candidate for candidate in candidates if candidate), "")


def _moment(raw: Mapping[str, Any]) -> datetime | None:
    """When the entry says it was published (else updated), in UTC; None when it says nothing readable."""
    # feedparser lends `published_parsed` to who asks for an `updated_parsed` that is not there, and warns.
    parsed = raw.get("published_parsed") or ("updated_parsed" in raw and raw["updated_parsed"])
    try:
        moment = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment and moment >= EARLIEST else None
