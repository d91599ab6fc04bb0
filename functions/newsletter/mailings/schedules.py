"""When an EventBridge schedule fires next: `rate(...)` and six-field `cron(...)` expressions, in a time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.publication.nurture.sending_window import DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], start=1
    )
}
_WEEKDAYS = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], start=1)}
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
# Far enough for 29 February across a century without one.
_HORIZON = timedelta(days=366 * 9)


class ExpressionError(ValueError):
    """The schedule expression is not one that we know."""


@dataclass(frozen=True)
class Rate:
    """Every `interval` of elapsed time, whatever the clocks on the wall do."""

    interval: timedelta

    def next_after(self, moment: datetime) -> datetime:
        """`moment` (aware) plus one interval."""
        return moment + self.interval


@dataclass(frozen=True)
class Cron:
    """Wall-clock times in `zone`; weekdays count from Sunday = 1."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]
    zone: ZoneInfo

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time strictly after `moment` (aware), in UTC; `None` when the years of the expression are over.

        A time that the change to summer time skips does not fire, one that the change back repeats fires once:
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html."""
        local = moment.astimezone(self.zone)
        for day in self._days_from(local.date()):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    fires = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).astimezone(UTC)
                    exists = (fires.astimezone(self.zone).hour, fires.minute) == (hour, minute)
                    if exists and fires > moment:
                        return fires
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for offset in range(_HORIZON.days):
            day = first + timedelta(days=offset)
            weekday = day.isoweekday() % 7 + 1
            if (
                day.month in self.months
                and day.day in self.days
                and weekday in self.weekdays
                and day.year in self.years
            ):
                yield day


def parse(expression: str, time_zone: str = "UTC") -> Rate | Cron:
    """The schedule behind `rate(15 minutes)` or `cron(0 8 ? * TUE *)`. `ExpressionError` says what would be right.

    Syntax: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html, without `L`, `W` and `#`."""
    match = re.fullmatch(r"(rate|cron)\((.*)\)", expression.strip())
    if match is None:
        raise ExpressionError(f"{expression!r} must be rate(<number> <unit>) or cron(<six fields>)")
    return _rate(match[2]) if match[1] == "rate" else _cron(match[2].split(), _zone(time_zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ExpressionError(f"{name!r} is not a time zone; an IANA name like Europe/Helsinki is") from None


def _rate(text: str) -> Rate:
    match = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", text.strip())
    if match is None or int(match[1]) < 1 or (int(match[1]) == 1) is bool(match[3]):
        raise ExpressionError(f"rate({text}) must be like rate(1 hour), rate(15 minutes) or rate(2 days)")
    return Rate(int(match[1]) * _UNITS[match[2]])


def _cron(fields: list[str], zone: ZoneInfo) -> Cron:
    if len(fields) != 6:
        raise ExpressionError(
            f"cron({' '.join(fields)}) has {len(fields)} fields and needs 6: "
            "minutes hours day-of-month month day-of-week year"
        )
    minutes, hours, days, months, weekdays, years = fields
    if (days == "?") == (weekdays == "?"):
        raise ExpressionError(f"cron({' '.join(fields)}) needs ? in exactly one of day-of-month and day-of-week")
    return Cron(
        minutes=_values("minutes", minutes, 0, 59),
        hours=_values("hours", hours, 0, 23),
        days=_values("day-of-month", days.replace("?", "*"), 1, 31),
        months=_values("month", months, 1, 12, _MONTHS),
        weekdays=_values("day-of-week", weekdays.replace("?", "*"), 1, 7, _WEEKDAYS),
        years=_values("year", years, 1970, 2199),
        zone=zone,
    )


def _values(field: str, text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """The numbers of one cron field: `*`, `5`, `MON-FRI`, `0/15`, `*/5` and lists of these."""

    def number(word: str) -> int:
        value = (names or {}).get(word.upper(), int(word) if word.isdecimal() else -1)
        if not low <= value <= high:
            raise ExpressionError(f"cron {field}: {word!r} must be between {low} and {high}")
        return value

    values: set[int] = set()
    for part in text.split(","):
        spread, _, step = part.partition("/")
        if "/" in part and not (step.isdecimal() and int(step) >= 1):
            raise ExpressionError(f"cron {field}: the step in {part!r} must be a number from 1")
        first, dash, last = spread.partition("-")
        if spread == "*":
            start, end = low, high
        elif dash:
            start, end = number(first), number(last)
        else:
            start = number(first)
            end = high if step else start
        if start > end:
            raise ExpressionError(f"cron {field}: {part!r} must go from the smaller to the larger")
        values.update(range(start, end + 1, int(step or 1)))
    return frozenset(values)


# --- the day of the week ---------------------------------------------------------------------------------------------

_WITH_DAYS = re.compile(r"cron\(\S+ \S+ [?*] \S+ (\S+) \S+\)")


def digest_day(schedule: str) -> str:
    """`tue` for `cron(0 8 ? * TUE *)`; empty where the schedule names no day of the week.

    Of several days it is the first of the week: a digest starts once a week, and the later runs look after it. AWS
    counts days from 1 for Sunday (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
    """
    found = _WITH_DAYS.fullmatch(schedule.strip())
    if not found:
        return ""
    named = [_day(word.partition("-")[0]) for word in found[1].lower().split(",")]
    return min(named, key=DAYS.index) if all(named) else ""


def _day(word: str) -> str:
    if word in ("1", "2", "3", "4", "5", "6", "7"):
        return DAYS[int(word) - 2]
    return word if word in DAYS else ""
