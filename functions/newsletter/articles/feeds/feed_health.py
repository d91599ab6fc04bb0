"""Whether a feed that can be read may be kept, or is held until a person has looked at it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.platform.words.said import say

LEAST = 3
"""Entries that a feed must have had before it is judged: of two, both may well be replaced by new ones."""
BURST = 20
"""News of one reading that are too many, unless the feed is known to bring as many in that time."""
TIMES_THE_USUAL = 3
LEAST_BURST = 6
"""News of one reading that may be three times the usual: two articles a week are usual for a feed of which we know
less, and a week with five of them is no accident."""
LEAST_REPLACED = 4
"""News of one reading that may be half of the feed replaced: of a feed of five, three may well come on one day."""
WEEK = timedelta(days=7)
WEEKS_COMPARED = 26
OVERLAP = timedelta(days=1)
"""Feeds are read every hour. After a longer pause, new entries alone may have displaced all that were there."""


@dataclass(frozen=True)
class Snapshot:
    """A feed at a good reading: the ids of its articles, and when it was read."""

    articles: frozenset[str]
    read_at: datetime


def reason_to_hold(
    last: Snapshot, today: Snapshot, unknown: Collection[datetime | None], *, grown: bool = False
) -> str:
    """Why today's copy must not be kept without a person's consent; empty when it may.

    `unknown` has the dates (None where there is none) of the entries that are neither in the last copy nor a known
    article. When a blog moves to other software, all its entries can get new ids: without this check the whole archive
    would be mailed as news. With `grown`, the feed only shows more of its past than before, below all that it had.
    """
    were, are = len(last.articles), len(today.articles)
    if were < LEAST:
        return ""
    if are * 2 < were:
        return say("only {are} of {were} entries are left", are=are, were=were)
    news = sum(1 for published in unknown if published and published > last.read_at)
    long_pause = today.read_at - last.read_at > OVERLAP
    if unknown and not last.articles & today.articles and not (long_pause and news == are):
        return say(
            "none of the {were} entries is left; {new} that nobody knew are in their place",
            were=were,
            new=len(unknown),
        )
    old = len(unknown) - news
    if old >= LEAST and old * 2 > are and not grown:
        return say(
            "{old} of {are} entries are new here, but were published before the last reading or have no date",
            old=old,
            are=are,
        )
    return ""


def reason_to_hold_burst(
    last: Snapshot, today: Snapshot, news: int, published: Collection[datetime], *, first: bool = False
) -> str:
    """Why today's news must not be mailed without a person's consent; empty when they may.

    `news` are the entries that would be mailed as new, `published` the dates of all articles that were found in the
    feed. Too many are twenty, or three times what is usual in the time since the last reading, or as many as replace
    half of the feed: an import, a mistake in the blog's software or somebody else's hand. With `first`, the feed had no
    entry before, and twenty are too many.
    """
    span = max(today.read_at - last.read_at, WEEK)
    usual = usual_number(published, last.read_at, span)
    if news >= BURST and news > usual:
        return say(
            "{news} new entries at once, of a feed that brings about {usual} in {days} days",
            news=news,
            usual=usual,
            days=_days(span),
        )
    if first:
        return ""
    if news >= max(LEAST_BURST, TIMES_THE_USUAL * usual):
        return say(
            "{news} new entries at once, three times the usual {usual} in {days} days",
            news=news,
            usual=usual,
            days=_days(span),
        )
    were, left = len(last.articles), len(last.articles & today.articles)
    replaced = were >= LEAST and left * 2 <= were and news * 2 >= len(today.articles)
    if replaced and news >= LEAST_REPLACED and news > usual:
        return say(
            "{news} new entries at once replace half of the feed: {left} of {were} are left",
            news=news,
            left=left,
            were=were,
        )
    return ""


def usual_number(published: Collection[datetime], until: datetime, span: timedelta) -> int:
    """How many articles come in `span` when it is a busy one: of the spans before `until`, the second busiest.

    Of half a year, or of what is known; the busiest alone may have been an import. At least two a week, which is what
    a feed of which little is known may have.
    """
    spans = max(2, WEEKS_COMPARED * WEEK // span)
    numbers = [0] * spans
    for date in published:
        back = (until - date) // span
        if 0 <= back < spans:
            numbers[back] += 1
    return max(sorted(numbers)[-2], int(2 * (span / WEEK)))


def _days(span: timedelta) -> int:
    return round(span / timedelta(days=1))
