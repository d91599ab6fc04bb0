"""Whether a feed that can be read may be kept, or is held until a person has looked at it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST = 3
"""Entries that a feed must have had before it is judged: of two, both may well be replaced by new ones."""
OVERLAP = timedelta(days=1)
"""Feeds are read every hour. After a longer pause, new entries alone may have displaced all that were there."""


@dataclass(frozen=True)
class Snapshot:
    """A feed at a good reading: the ids of its articles, and when it was read."""

    articles: frozenset[str]
    read_at: datetime


def reason_to_hold(last: Snapshot, today: Snapshot, unknown: Collection[datetime | None]) -> str:
    """Why today's copy must not be kept without a person's consent; empty when it may.

    `unknown` has the dates (None where there is none) of the entries that are neither in the last copy nor a known
    article. When a blog moves to other software, all its entries can get new ids: without this check the whole archive
    would be mailed as news.
    """
    were, are = len(last.articles), len(today.articles)
    if were < LEAST:
        return ""
    if are * 2 < were:
        return f"only {are} of {were} entries are left"
    news = sum(1 for published in unknown if published and published > last.read_at)
    long_pause = today.read_at - last.read_at > OVERLAP
    if unknown and not last.articles & today.articles and not (long_pause and news == are):
        return f"none of the {were} entries is left; {len(unknown)} that nobody knew are in their place"
    old = len(unknown) - news
    if old >= LEAST and old * 2 > are:
        return f"{old} of {are} entries are new here, but were published before the last reading or have no date"
    return ""
