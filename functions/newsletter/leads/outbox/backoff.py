"""When an event that the CRM has not taken is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (30, 2 * 60, 10 * 60, 30 * 60, 3600, 2 * 3600, 3 * 3600, 4 * 3600)
)
"""The waits after the first, second, ... attempt; the last one is that of all further ones."""
JITTER = 0.2
"""A wait is so much shorter or longer, by chance, so that leads that failed together do not come together again."""
LIFE = timedelta(hours=72)
"""After so long an event is given up, until a person has it sent again."""
LONGEST_ASKED = timedelta(hours=24)
"""What a CRM may ask for with Retry-After; a longer wait counts as this."""


def next_try(since: datetime, tries: int, now: datetime, chance: float, asked: timedelta | None) -> datetime | None:
    """When to try again after `tries` attempts (at least 1), or None when LIFE is over.

    `since` is when the event began to wait, `chance` is from 0 to 1, and `asked` is the CRM's Retry-After. The last
    attempt is made when LIFE ends.
    """
    end = since + LIFE
    if now >= end:
        return None
    wait = WAITS[min(tries, len(WAITS)) - 1] * (1 - JITTER + 2 * JITTER * chance)
    return min(now + max(wait, min(asked or timedelta(0), LONGEST_ASKED)), end)
