"""When an article counts as listed, and so which digest may carry it: now, on its day, or in the archive.

What is unknown is not new: an entry that was not in the feed before may be an old one that slid in at its end, when one
above it was deleted or when the feed shows more of them than it did.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from newsletter.articles.article import Article, Entry

UNDATED_AGE = timedelta(days=365)
"""The age of an article without a date that was found in an archive, so that it is not in the next digest."""
SKEW = timedelta(hours=3)
"""A date may lie so far ahead of our clock: clocks differ, and a feed may give local time as UTC (Finland: 3 hours)."""
BACK_DATED = timedelta(days=7)
"""An article may be dated so much earlier than it appears. One that is dated earlier than all that were known is taken
for an old one."""
MOST_BACK_DATED = 2
"""Articles of one reading that are dated earlier than all that were known, and are news nevertheless."""


@dataclass(frozen=True)
class Listing:
    """When an article counts as listed, and whether it is archived: listed when it was published, and never late."""

    at: datetime
    archived: bool


@dataclass(frozen=True)
class LastCopy:
    """What was known of a feed before this reading.

    `dates` has the ids of the articles of the last good copy, in its order, with their dates. `complete` says whether
    all those of them that are not at its end are still there, and the feed has no older ones that it does not show.
    `first_read` and `read_at` are the first and the last good reading.
    """

    dates: Mapping[str, datetime | None]
    complete: bool
    first_read: datetime
    read_at: datetime


def waits(published: datetime | None, now: datetime) -> bool:
    """Whether the date lies in the future, so that the article waits for it."""
    return published is not None and published > now + SKEW


def is_out_by(article: Article, now: datetime) -> bool:
    """Whether the day of the article has come."""
    return not waits(article.listed_at, now) and not waits(article.published, now)


def listing_of_news(entry: Entry, seen_at: datetime, now: datetime) -> Listing:
    """The listing of a new entry: when it was seen, or on its day."""
    if entry.published and waits(entry.published, now):
        return Listing(entry.published, archived=False)
    return Listing(seen_at, archived=False)


def listing_in_archive(entry: Entry, seen_at: datetime, now: datetime, last_read: datetime | None) -> Listing:
    """The listing of an entry of a reading that may bring an archive, or of one that is old.

    News, published after `last_read`, count as listed at `seen_at`; what is dated in the future, on its day; everything
    else when it was published.
    """
    if waits(entry.published, now) or (last_read and entry.published and entry.published > last_read):
        return listing_of_news(entry, seen_at, now)
    return Listing(min(entry.published, seen_at) if entry.published else seen_at - UNDATED_AGE, archived=True)


def listed_again(article: Article, entry: Entry, seen_at: datetime, now: datetime) -> datetime:
    """When a known article counts as listed, as its entry is dated now.

    That stays as it is, except while the date lies in the future: the article follows it.
    """
    if article.archived:
        return article.listed_at
    if entry.published and waits(entry.published, now):
        return entry.published
    return seen_at if waits(article.listed_at, now) else article.listed_at


def old_entries(entries: Sequence[Entry], unknown: Collection[str], ids: Mapping[str, str], last: LastCopy) -> set[str]:
    """The identities of those `unknown` entries that are older than what was in the feed before.

    `ids` are the article ids of all entries by their identities. An entry is old when it is

    - dated more than a week before the first reading of the feed,
    - or dated before all articles of the last copy,
    - or below all of them, and dated before most of them or not at all.

    Of the last two kinds, one or two entries that are dated a few days back are news, if nothing above the end of the
    feed is missing: then nothing old can have slid in.
    """
    known = [position for position, entry in enumerate(entries) if ids.get(entry.identity) in last.dates]
    lowest = max(known, default=len(entries))
    dates = [date for date in last.dates.values() if date]
    oldest, middle = (min(dates), median_low(dates)) if dates else (None, None)
    long_ago, older = set(), set()
    back_dated = 0
    for position, entry in enumerate(entries):
        if entry.identity not in unknown:
            continue
        date = entry.published
        if date and date < last.first_read - BACK_DATED:
            long_ago.add(entry.identity)
        elif date and oldest and middle and (date < oldest or (position > lowest and date < middle)):
            older.add(entry.identity)
            back_dated += date >= last.read_at - BACK_DATED
        elif date is None and position > lowest:
            long_ago.add(entry.identity)
    if last.complete and back_dated == len(older) <= MOST_BACK_DATED:
        older = set()
    return long_ago | older
