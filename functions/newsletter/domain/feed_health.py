"""Whether a feed that can be read can also be believed, or must wait for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST = 3
"""Entries that a feed must have had before it can be judged: of two, both may well be new."""
OVERLAP = timedelta(days=1)
"""Feeds are read every hour. After a longer silence, news alone may have pushed everything else out."""


@dataclass(frozen=True)
class Copy:
    """A feed as it was read well: the ids of its articles, and when."""

    articles: frozenset[str]
    read_at: datetime


def suspicion(last: Copy, today: Copy, strangers: Collection[datetime | None]) -> str:
    """Why today's copy is not to be believed after the last good one; empty when it is.

    `strangers` has the dates (None where there is none) of the entries that are neither in the last copy nor a known
    article. Were they taken for news, a feed that moved house would mail its archive again.
    """
    were, are = len(last.articles), len(today.articles)
    if were < LEAST:
        return ""
    if are * 2 < were:
        return f"only {are} of {were} entries are left"
    news = sum(1 for published in strangers if published and published > last.read_at)
    long_silence = today.read_at - last.read_at > OVERLAP
    if strangers and not last.articles & today.articles and not (long_silence and news == are):
        return f"none of the {were} entries is left; {len(strangers)} that nobody knew are in their place"
    old = len(strangers) - news
    if old >= LEAST and old * 2 > are:
        return f"{old} of {are} entries are new here, but were published before the last reading or have no date"
    return ""
