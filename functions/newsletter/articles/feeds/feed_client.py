"""Fetches blog feeds of every format within limits of size and time, with older pages on request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from newsletter.articles.article import Entry
from newsletter.articles.feeds.parser_process_client import parse_within_limits
from newsletter.articles.parsing.feed_parser import MAX_ENTRIES, Parsed
from newsletter.platform.errors import FeedUnreadable
from newsletter.platform.web.public_web_client import PublicWeb, WebAnswer, WebFault

MAX_BYTES = 10_000_000
SECONDS = 20.0
"""For one page of a feed, from the DNS query to the last byte."""
ARCHIVE_SECONDS = 60.0
"""For all pages of an archive together."""
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
    `mostly_left_out` says that they were most of the copy.
    """

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    etag: str = ""
    modified: str = ""
    unchanged: bool = False
    archive: tuple[Entry, ...] = ()
    mostly_left_out: bool = False


class Feeds:
    """Fetches feeds over http(s) from the public web; from files and this machine only with `allow_local`."""

    def __init__(self, *, allow_local: bool) -> None:
        self._allow_local = allow_local
        self._web = PublicWeb(allow_loopback=allow_local)

    def fetch(self, url: str, etag: str = "", modified: str = "", *, archive_pages: int = 0) -> Fetched:
        """The entries of a feed that changed since `etag` or `modified`, and of up to `archive_pages` older pages.

        Raises FeedUnreadable with the reason. When an older page cannot be read, that is one of `problems`.
        """
        try:
            scheme = urlsplit(url).scheme
        except ValueError as error:
            raise FeedUnreadable(f"{url}: {error}") from error
        if self._allow_local and scheme in ("file", ""):
            return self._from_file(url)
        if scheme not in ("http", "https"):
            raise FeedUnreadable(f"{url}: not an http(s) address")
        answer = self._get(url, etag, modified)
        if answer.status == 304:
            return Fetched((), etag=etag, modified=modified, unchanged=True)
        page = _page(url, answer)
        problems = list(page.problems)
        if answer.moved:
            problems.append(f"the feed has moved for good to {answer.url}; write that into publication.toml")
        archive: list[Entry] = []
        if archive_pages:
            archive, faults = self._archive(answer.url, page, archive_pages)
            problems += faults
        told = {name: value for name, value in answer.headers.items() if len(value) <= MAX_VALIDATOR}
        return Fetched(
            page.entries,
            tuple(problems),
            told.get("etag", ""),
            told.get("last-modified", ""),
            archive=tuple(archive),
            mostly_left_out=page.mostly_left_out,
        )

    def _from_file(self, url: str) -> Fetched:
        path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url).expanduser()
        try:
            with path.open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise FeedUnreadable(f"{url}: {error.strerror}") from error
        if len(body) > MAX_BYTES:
            raise FeedUnreadable(f"{url}: larger than {MAX_BYTES} bytes")
        page = parse_within_limits(body, {"content-location": path.absolute().as_uri()})
        return Fetched(page.entries, page.problems, mostly_left_out=page.mostly_left_out)

    def _get(self, url: str, etag: str = "", modified: str = "") -> WebAnswer:
        headers = dict(HEADERS)
        if etag:
            headers["if-none-match"] = etag
        if modified:
            headers["if-modified-since"] = modified
        try:
            answer = self._web.get(url, headers, most_bytes=MAX_BYTES, seconds=SECONDS)
        except WebFault as fault:
            raise FeedUnreadable(f"{url}: {fault}") from fault
        if answer.status != 200 and not (answer.status == 304 and (etag or modified)):
            raise FeedUnreadable(f"{url}: the server answered HTTP {answer.status}")
        return answer

    def _archive(self, url: str, page: Parsed, most: int) -> tuple[list[Entry], list[str]]:
        """The entries of older pages, up to one that is missing or has nothing new; and the problems that ended it.

        The address of the next page is in the feed (RFC 5005); for WordPress it is `?paged=2` and so on.
        """
        seen = {entry.identity for entry in page.entries}
        found: list[Entry] = []
        deadline = monotonic() + ARCHIVE_SECONDS
        first = url
        for number in range(2, most + 2):
            url = page.next_url or (_paged(first, number) if page.wordpress else "")
            if not url or len(seen) >= MAX_ENTRIES:
                break
            if monotonic() > deadline:
                return found, [f"the archive was read up to page {number - 1}: no more time"]
            try:
                page = _page(url, self._get(url))
            except FeedUnreadable as fault:
                # WordPress answers 404 after the last page.
                last = str(fault).endswith("HTTP 404")
                return found, [] if last else [f"the archive was read up to page {number - 1}: {fault}"]
            older = [entry for entry in page.entries if entry.identity not in seen][: MAX_ENTRIES - len(seen)]
            if not older:
                break
            seen |= {entry.identity for entry in older}
            found += older
        return found, []


def _page(url: str, answer: WebAnswer) -> Parsed:
    """The entries. Links are relative to the address that answered; faults name the one that was asked for."""
    about = {"content-location": answer.url, "content-type": answer.headers.get("content-type", "")}
    try:
        return parse_within_limits(answer.body, about)
    except FeedUnreadable as fault:
        raise FeedUnreadable(str(fault).replace(answer.url, url, 1)) from fault


def _paged(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "paged"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(number))])))
