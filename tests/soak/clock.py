"""Time that passes only when nobody has anything to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


class Clock:
    """Virtual time. `seconds` is what has passed since START."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """The present."""
        return START + timedelta(seconds=self.seconds)
