"""Which articles a feed has dropped: those that are missing where they should still be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime


def dropped(
    last: Sequence[str], present: Collection[str], dates: Mapping[str, datetime | None], *, end: str = ""
) -> list[str]:
    """The ids of articles of the last copy that are not in this one, though the feed reaches past them.

    `last` has the ids of the last copy in its order, `present` those of this one, `dates` the dates of both. An article
    at the end of the feed may have slid out when newer ones came; one that stood above an article that is still there,
    and is newer than the oldest of them, was taken out. Without a date, its place alone tells. So was one in whose
    place an older one came: `end` is the article with which this copy ends.
    """
    missing = [article for article in last if article not in present]
    positions = [position for position, article in enumerate(last) if article in present]
    lowest = max(positions, default=-1)
    oldest = min((date for article in present if (date := dates.get(article))), default=None)
    older = dates.get(end) if end not in last else None

    def is_passed(article: str) -> bool:
        date = dates.get(article)
        if older and date and positions and date > older:
            return True
        return last.index(article) < lowest and (not date or oldest is None or date > oldest)

    return [article for article in missing if is_passed(article)]


def believed(missing: Mapping[str, datetime], present: Collection[str], now: datetime) -> list[str]:
    """Those that an earlier reading missed too, and that are still missing at `now`."""
    return [article for article, since in missing.items() if article not in present and since < now]
