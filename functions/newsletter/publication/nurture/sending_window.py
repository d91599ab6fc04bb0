"""When steps of sequences may go out: weekdays and hours in the publication's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import TomlTable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
MIDNIGHT = "24:00"


@dataclass(frozen=True)
class Window:
    """On these `days` (0 is Monday), from the time `opens` until the time `closes`; None: until midnight."""

    days: frozenset[int]
    opens: time
    closes: time | None

    def of_day(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """When the window of that day begins and ends, in UTC; None on a day without one.

        A time that the clock leaves out in spring counts as if it had not been put forward, and of a time that comes
        twice in autumn the first counts (RFC 5545, 3.3.5). A window that lies in the missing hour is left out.
        """
        if day.weekday() not in self.days:
            return None
        begin = datetime.combine(day, self.opens, zone).astimezone(UTC)
        last = datetime.combine(day, self.closes, zone) if self.closes else _midnight_after(day, zone)
        end = last.astimezone(UTC)
        return (begin, end) if begin < end else None


ALWAYS = Window(frozenset(range(7)), time(), None)


def next_open(at: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """The moment `at`, if the window is open then, or else when it opens next, in UTC."""
    first = at.astimezone(zone).date() - timedelta(days=1)
    for later in range(16):
        found = window.of_day(first + timedelta(days=later), zone)
        if found is not None and at < found[1]:
            return max(at.astimezone(UTC), found[0])
    message = f"no window within a fortnight of {at}"  # its days are checked when it is read
    raise ValueError(message)


def parse_window(table: TomlTable) -> Window:
    """`days = ["mon", …]` (left out: every day), `from = "08:00"` and `to = "16:00"` (left out: the whole day)."""
    days = table.lines("days") if "days" in table else DAYS
    for day in days:
        if day not in DAYS:
            raise InvalidPublication(table.path("days"), f"{day!r} is none of {', '.join(DAYS)}")
    if not days:
        raise InvalidPublication(table.path("days"), "name at least one day, or leave it out for every day")
    opens, closes = _time(table, "from", "00:00"), _time(table, "to", MIDNIGHT)
    if opens is None or (closes is not None and opens >= closes):
        raise InvalidPublication(table.path("to"), "must be later than `from`; a window does not go past midnight")
    return Window(frozenset(map(DAYS.index, days)), opens, closes)


def _time(table: TomlTable, field: str, default: str) -> time | None:
    text = table.optional(field) or default
    if not HOUR.fullmatch(text):
        raise InvalidPublication(table.path(field), f"{text!r} is no time such as 08:00")
    return None if text == MIDNIGHT else time.fromisoformat(text)


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)
