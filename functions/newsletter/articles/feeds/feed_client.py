"""Fetches blog feeds of every format within limits of size and time, with older pages on request."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from threading import Thread
from time import monotonic
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from newsletter.articles.article import Entry
from newsletter.articles.feeds.parser_process_client import parse_within_limits
from newsletter.articles.parsing.feed_parser import MAX_ENTRIES, Parsed
from newsletter.platform.errors import FeedUnreadable, text_of
from newsletter.platform.web.public_web_client import PublicWeb, WebAnswer, WebFault
from newsletter.platform.web.retry_after import retry_after
from newsletter.platform.words.said import about, say

MAX_BYTES = 10_000_000
SECONDS = 20.0
"""For one page of a feed, from the DNS query to the last byte; parsing it may take as long once more."""
ARCHIVE_SECONDS = 60.0
"""For all pages of an archive together."""
ARCHIVE_BYTES = 50_000_000
"""For all pages of an archive together."""
FEED_SECONDS = 100.0
"""For all of a feed: its page, those of its archive, and what it waits until it is parsed."""
GRACE = 10.0
"""Seconds more for what does not keep to that."""
LONGEST_WAIT = timedelta(hours=24)
"""A server that asks to be left alone for longer is asked again after this time."""
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/|$)")
"""How an address begins that is written without its scheme."""
GZIP = b"\x1f\x8b\x08"
PACKED = {b"\x28\xb5\x2f\xfd": "Zstandard", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"PK\x03\x04": "ZIP"}
OTHER_FILES = {
    b"%PDF-": say("a PDF"),
    b"\x89PNG": say("a picture ({kind})", kind="PNG"),
    b"\xff\xd8\xff": say("a picture ({kind})", kind="JPEG"),
    b"GIF8": say("a picture ({kind})", kind="GIF"),
}
"""How files begin that are packed by themselves or are no text, whatever the server says of them."""
MAX_VALIDATOR = 500
"""Characters of an ETag or date that are kept; with a longer one the feed is fetched in full each time."""
HEADERS = {
    "accept": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    "user-agent": "Mozilla/5.0 (compatible; newsletter feed reader)",
}


@dataclass(frozen=True)
class Fetched:
    """A feed as it is now; `archive` has the entries of older pages.

    `unchanged` means that the server answered 304; `problems` names the entries that were left out, and
    `mostly_left_out` says that they were most of the copy. `moved_to` is the address to which the server says that the
    feed has moved for good.
    """

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    etag: str = ""
    modified: str = ""
    unchanged: bool = False
    archive: tuple[Entry, ...] = ()
    mostly_left_out: bool = False
    moved_to: str = ""


class Refused(FeedUnreadable):
    """The server answered with an error. `wait` is how long it asks to be left alone (Retry-After), at most a day."""

    def __init__(self, message: str, status: int, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait


class Feeds:
    """Fetches feeds over http(s) from the public web; from files and this machine only with `allow_local`.

    `zone` is that of dates in feeds that name none.
    """

    def __init__(self, *, allow_local: bool, zone: tzinfo = UTC) -> None:
        self._allow_local = allow_local
        self._zone = zone
        self._web = PublicWeb(allow_loopback=allow_local)

    def fetch(
        self, url: str, etag: str = "", modified: str = "", *, archive_pages: int = 0, seconds: float = FEED_SECONDS
    ) -> Fetched:
        """The entries of a feed that changed since `etag` or `modified`, and of up to `archive_pages` older pages.

        All of it takes `seconds` at most. Raises FeedUnreadable with the reason (a WebPage where a page is in place of
        the feed, Refused for an error of the server). When an older page cannot be read, that is one of `problems`.
        """
        until = monotonic() + seconds
        try:
            scheme = urlsplit(url).scheme
        except ValueError as error:
            raise FeedUnreadable(about(url, str(error))) from error
        if self._allow_local and scheme in ("file", ""):
            return self._from_file(url, until)
        if scheme not in ("http", "https"):
            raise FeedUnreadable(about(url, say("not an http(s) address")))
        answer = self._get(url, etag, modified, until=until)
        if answer.status == 304:
            return Fetched((), etag=etag, modified=modified, unchanged=True)
        page = _page(url, answer, self._zone, until)
        problems = list(page.problems)
        if answer.moved:
            problems.append(
                say("the feed has moved for good to {url}; write that into publication.toml", url=answer.url)
            )
        archive: list[Entry] = []
        if archive_pages:
            archive, faults = self._archive(answer.url, page, archive_pages, until)
            problems += faults
        told = {name: value for name, value in answer.headers.items() if len(value) <= MAX_VALIDATOR}
        return Fetched(
            page.entries,
            tuple(problems),
            told.get("etag", ""),
            told.get("last-modified", ""),
            archive=tuple(archive),
            mostly_left_out=page.mostly_left_out,
            moved_to=answer.url if answer.moved else "",
        )

    def read(self, body: bytes, where: str, *, seconds: float = FEED_SECONDS) -> Fetched:
        """The entries of a feed that is here already; `where` names it, and its links are relative to it."""
        page = _parsed(body, {"content-location": where}, self._zone, monotonic() + seconds)
        return Fetched(page.entries, page.problems)

    def _from_file(self, url: str, until: float) -> Fetched:
        path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url).expanduser()
        try:
            with path.open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except FileNotFoundError as error:
            why = error.strerror or ""
            if HOST.match(url):
                why = say("{why}; for an address, give https://{url}", why=why, url=url)
            raise FeedUnreadable(about(url, why)) from error
        except OSError as error:
            raise FeedUnreadable(about(url, error.strerror or "")) from error
        if len(body) > MAX_BYTES:
            raise FeedUnreadable(about(url, say("larger than {most} bytes", most=MAX_BYTES)))
        page = _parsed(body, {"content-location": path.absolute().as_uri()}, self._zone, until)
        return Fetched(page.entries, page.problems, mostly_left_out=page.mostly_left_out)

    def _get(self, url: str, etag: str = "", modified: str = "", *, until: float) -> WebAnswer:
        headers = dict(HEADERS)
        if etag:
            headers["if-none-match"] = etag
        if modified:
            headers["if-modified-since"] = modified
        seconds = min(SECONDS, until - monotonic())
        try:
            answer = self._web.get(url, headers, most_bytes=MAX_BYTES, seconds=seconds)
        except WebFault as fault:
            raise FeedUnreadable(about(url, text_of(fault))) from fault
        if answer.status != 200 and not (answer.status == 304 and (etag or modified)):
            wait = retry_after(answer.headers, datetime.now(UTC), LONGEST_WAIT)
            raise Refused(
                about(url, say("the server answered HTTP {status}", status=answer.status)), answer.status, wait
            )
        return answer

    def _archive(self, url: str, page: Parsed, most: int, until: float) -> tuple[list[Entry], list[str]]:
        """The entries of older pages, up to one that is missing or has nothing new; and the problems that ended it.

        The address of the next page is in the feed (RFC 5005); for WordPress it is `?paged=2` and so on.
        """
        seen = {entry.identity for entry in page.entries}
        found: list[Entry] = []
        until = min(until, monotonic() + ARCHIVE_SECONDS)
        first, taken = url, 0
        for number in range(2, most + 2):
            url = page.next_url or (_paged(first, number) if page.wordpress else "")
            if not url or len(seen) >= MAX_ENTRIES:
                break
            so_far = say("the archive was read up to page {page}", page=number - 1)
            if monotonic() > until or taken > ARCHIVE_BYTES:
                return found, [about(so_far, say("no more time") if monotonic() > until else say("it is too large"))]
            try:
                answer = self._get(url, until=until)
                page = _page(url, answer, self._zone, until)
            except FeedUnreadable as fault:
                # WordPress answers 404 after the last page.
                last = isinstance(fault, Refused) and fault.status == 404
                return found, [] if last else [about(so_far, text_of(fault))]
            taken += len(answer.body)
            older = [entry for entry in page.entries if entry.identity not in seen][: MAX_ENTRIES - len(seen)]
            if not older:
                break
            seen |= {entry.identity for entry in older}
            found += older
        return found, []


def fetch_side_by_side(fetches: Sequence[Callable[[], Fetched | Exception]]) -> list[Fetched | Exception]:
    """What each of `fetches` returned, in their order: all run at once, and none holds up the others or the end.

    Each keeps limits of its own (FEED_SECONDS). One that is late all the same is a FeedUnreadable, and its thread is
    left behind: unlike those of a pool, it keeps neither the run nor the process from ending.
    """
    found: dict[int, Fetched | Exception] = {}

    def fetch(number: int) -> None:
        found[number] = fetches[number]()

    threads = [Thread(target=fetch, args=(number,), daemon=True) for number in range(len(fetches))]
    for thread in threads:
        thread.start()
    until = monotonic() + FEED_SECONDS + GRACE
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    late = FeedUnreadable(
        say("not read in {seconds} seconds, so it was left for the next run", seconds=f"{FEED_SECONDS + GRACE:g}")
    )
    return [found.get(number, late) for number in range(len(fetches))]


def _page(url: str, answer: WebAnswer, zone: tzinfo, until: float) -> Parsed:
    """The entries. Links are relative to the address that answered; faults name the one that was asked for."""
    headers = {"content-location": answer.url, "content-type": answer.headers.get("content-type", "")}
    try:
        return _parsed(answer.body, headers, zone, until)
    except FeedUnreadable as fault:
        fault.args = (str(fault).replace(answer.url, url, 1),)
        raise


def _parsed(body: bytes, headers: Mapping[str, str], zone: tzinfo, until: float) -> Parsed:
    """The entries of a body, unpacked where a file is packed by itself."""
    where = headers["content-location"]
    for start, packing in PACKED.items():
        if body.startswith(start):
            raise FeedUnreadable(
                about(
                    where,
                    say(
                        "packed with {packing}, which is not read; give the feed as it is, or with gzip",
                        packing=packing,
                    ),
                )
            )
    for start, kind in OTHER_FILES.items():
        if body.startswith(start):
            raise FeedUnreadable(about(where, say("not a feed: this is {kind}", kind=kind)))
    if body.startswith(GZIP):
        try:
            body = _unpacked(body)
        except zlib.error as broken:
            raise FeedUnreadable(about(where, say("packed with gzip, and broken"))) from broken
        if len(body) > MAX_BYTES:
            raise FeedUnreadable(about(where, say("larger than {most} bytes", most=MAX_BYTES)))
    if not body.strip():
        raise FeedUnreadable(about(where, say("the answer is empty")))
    return parse_within_limits(body, headers, zone, until=until)


def _unpacked(body: bytes) -> bytes:
    """Of gzip, all members one after the other (RFC 1952), up to a byte more than is read. Raises zlib.error."""
    found = b""
    while body.startswith(GZIP) and len(found) <= MAX_BYTES:
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        found += unpacking.decompress(body, MAX_BYTES + 1 - len(found))
        body = unpacking.unused_data
    return found


def _paged(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "paged"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(number))])))
