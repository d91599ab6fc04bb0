"""The one clock of a rehearsal: the computer's, or ahead of it by as much as somebody has moved it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

FARTHEST = timedelta(days=3660)
"""How far the clock may be ahead. Beyond ten years a mistyped year is likelier than a plan."""


class Clock:
    """Goes on from wherever it is set, and never back but to the computer's own time. For use from many threads."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._lock = threading.Lock()

    @property
    def ahead(self) -> timedelta:
        """By how much it is ahead of the computer's clock."""
        return self._ahead

    def seconds_ahead(self) -> float:
        """The same in seconds."""
        return self._ahead.total_seconds()

    def now(self) -> datetime:
        """The present, in UTC."""
        return datetime.now(UTC) + self._ahead

    def timestamp(self) -> float:
        """The present, in seconds since 1970."""
        return self.now().timestamp()

    def move_to(self, moment: datetime) -> None:
        """From now on it is this moment (aware) and later; a moment that is over leaves the clock as it is."""
        with self._lock:
            self._ahead = max(self._ahead, moment - datetime.now(UTC))

    def reset(self) -> None:
        """Back to the computer's clock."""
        with self._lock:
            self._ahead = timedelta(0)
