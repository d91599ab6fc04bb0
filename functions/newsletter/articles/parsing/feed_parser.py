"""Parses feeds of every format into entries with plain text, sanitised HTML and absolute addresses."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from xml.sax import SAXParseException

from newsletter.articles.article import Entry
from newsletter.articles.parsing.entries import Draft, FeedAbout, about_feed, draft, with_pictures
from newsletter.articles.parsing.feed_bytes import entity_fault, first_entries, with_valid_characters
from newsletter.articles.parsing.identities import identified
from newsletter.articles.parsing.json_feed import NotJsonFeed, is_json, read_json_feed
from newsletter.articles.parsing.markup import web_address
from newsletter.platform.errors import FeedUnreadable
from newsletter.platform.words.said import about, say

MAX_ENTRIES = 1_000
FEW = 3
"""Entries left out that need no line of their own beside those that name each of them."""


@dataclass(frozen=True)
class Parsed:
    """The entries of one page of a feed.

    `problems` names what was left out, `next_url` is the next page, `wordpress` whether WordPress generated the feed.
    Of `total` entries of the page, `left_out` were read and cannot be used: they have no title, no address, or are
    broken. Those after the first MAX_ENTRIES are not among them.
    """

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    next_url: str = ""
    wordpress: bool = False
    total: int = 0
    left_out: int = 0

    @property
    def mostly_left_out(self) -> bool:
        """Whether more than half of what was read cannot be used: the feed is in trouble, not merely untidy."""
        return self.left_out > len(self.entries)


def parse(body: bytes, headers: Mapping[str, str], zone: tzinfo = UTC) -> Parsed:
    """The entries of a feed; `content-location` in `headers` is its address. Raises FeedUnreadable.

    A date that names no zone is one of `zone`.
    """
    where = headers.get("content-location", "feed")
    try:
        feed, total = _read_json(body) if is_json(body) else _read_xml(body, headers)
    except NotJsonFeed as fault:
        raise FeedUnreadable(about(where, say("not a feed ({why})", why=fault.args[0]))) from fault
    listed = feed["entries"][:MAX_ENTRIES]
    drafts, unusable = _drafts(listed, about_feed(feed["feed"], listed, where, zone))
    entries: dict[str, Entry] = {}
    left_out = dict(unusable)
    for number, entry in zip(drafts, identified(with_pictures(list(drafts.values()))), strict=True):
        if entry.identity in entries:
            left_out[number] = say("has the identity of an earlier one, {identity}", identity=repr(entry.identity))
        entries.setdefault(entry.identity, entry)
    problems = [
        say("entry {number} {problem}: left out", number=str(number), problem=problem)
        for number, problem in sorted(left_out.items())
    ]
    if len(unusable) > max(len(entries), FEW):
        problems.insert(
            0, say("{number} of {total} entries cannot be used", number=len(unusable), total=min(total, MAX_ENTRIES))
        )
    if total > MAX_ENTRIES:
        problems.append(say("{total} entries; only the first {most} were read", total=total, most=MAX_ENTRIES))
    if not feed["entries"]:
        problems.append(say("the feed has no entries"))
    following = next((link.get("href", "") for link in feed["feed"].get("links", []) if link.get("rel") == "next"), "")
    return Parsed(
        tuple(entries.values()),
        tuple(problems),
        next_url=web_address(following, where),
        wordpress="wordpress.org" in str(feed["feed"].get("generator") or ""),
        total=total,
        left_out=len(unusable),
    )


LACKS = {
    ("title",): say("has no title"),
    ("url",): say("has no url"),
    ("title", "url"): say("has no title and no url"),
}
"""Why an entry cannot be used, by what it lacks."""


def _drafts(listed: Sequence[Mapping[str, Any]], about: FeedAbout) -> tuple[dict[int, Draft], dict[int, str]]:
    """Entries by their numbers, counted from 1, and why the others cannot be used."""
    drafts: dict[int, Draft] = {}
    unusable: dict[int, str] = {}
    for number, raw in enumerate(listed, start=1):
        try:
            made = draft(raw, about)
        except MemoryError:
            raise
        except Exception as broken:  # noqa: BLE001 (a broken entry must not stop the others)
            unusable[number] = say("cannot be read ({kind})", kind=type(broken).__name__)
            continue
        missing = [name for name in ("title", "url") if not getattr(made.entry, name)]
        if missing:
            unusable[number] = LACKS[tuple(missing)]
        else:
            drafts[number] = made
    return drafts, unusable


def _read_json(body: bytes) -> tuple[Mapping[str, Any], int]:
    """The feed, and the number of its entries. Raises NotJsonFeed."""
    feed = read_json_feed(body)
    return feed, len(feed["entries"])


def _read_xml(body: bytes, headers: Mapping[str, str]) -> tuple[Mapping[str, Any], int]:
    """The feed with its first MAX_ENTRIES, and the number of all. Raises FeedUnreadable."""
    import feedparser

    where = headers.get("content-location", "feed")
    if fault := entity_fault(body):
        raise FeedUnreadable(about(where, fault))
    # Without a content type, feedparser would report its absence instead of the real fault.
    # Without an address, it leaves relative ones as they are; only a stated `xml:base` is applied.
    said = {name: value for name, value in headers.items() if value and name != "content-location"}
    told = {"content-type": "application/xml", **said}
    few, total = first_entries(with_valid_characters(body), MAX_ENTRIES)
    try:
        # As a stream: feedparser takes plain bytes for the name of a file first.
        feed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(few), response_headers=told, sanitize_html=False, resolve_relative_uris=False
        )
    except MemoryError:
        raise
    except Exception as broken:
        raise FeedUnreadable(
            about(where, say("not a feed that can be read ({kind})", kind=type(broken).__name__))
        ) from broken
    if not feed.get("version") and not feed["entries"]:
        reason = feed.get("bozo_exception") or say("no RSS, Atom, RDF or JSON Feed found")
        if isinstance(reason, SAXParseException):
            # Without its place: feedparser has put lines of its own in front.
            reason = say("no XML: {why}", why=reason.getMessage())
        raise FeedUnreadable(about(where, say("not a feed ({why})", why=reason)))
    return feed, max(total, len(feed["entries"]))
