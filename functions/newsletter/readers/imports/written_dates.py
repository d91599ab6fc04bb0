"""Read dates in the notations of people and other systems, except where one could be two different days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

_ORDERED = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_POINTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_NAMED = re.compile(r"(\d{1,2})\.? ([a-z]{3})[a-z]*\.?,? (\d{4})")
_TIME = re.compile(r"(\d{1,2})[.:](\d{2})(?:[.:](\d{2})(?:\.\d+)?)?(?: ?utc)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """The time in UTC from ISO 8601, `24.12.2026 klo 18.30`, `2026/12/24` or `24 Dec 2026`; None for anything else.

    A time without an offset is in the `zone`. `3/4/2026` is None, because either number could be the month.
    """
    text = " ".join(text.split())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        written = _read(text.casefold())
        if written is None:
            return None
        found = written
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None


def read_day(text: str) -> date | None:
    """The day, in the same notations."""
    moment = read_moment(text, UTC)
    return moment.date() if moment else None


def _read(text: str) -> datetime | None:
    for pattern, order in ((_ORDERED, (1, 2, 3)), (_POINTS, (3, 2, 1)), (_NAMED, (3, 2, 1)), (_SLASHES, (3, 2, 1))):
        match = pattern.match(text)
        if match is None:
            continue
        year, month, day = (match.group(place) for place in order)
        if pattern is _SLASHES:
            month, day = _month_and_day(month, day)
        return _moment(year, month, day, text[match.end() :].removeprefix(",").strip().removeprefix("klo").strip())
    return None


def _month_and_day(second: str, first: str) -> tuple[str, str]:
    """Month and day, if one number is above 12 or both are equal; otherwise two empty texts."""
    if int(first) > 12 or first == second:
        return second, first
    return (first, second) if int(second) > 12 else ("", "")


def _moment(year: str, month: str, day: str, time: str) -> datetime | None:
    if month in _MONTHS:
        month = str(_MONTHS.index(month) + 1)
    clock = _TIME.fullmatch(time) if time else None
    if not month.isdecimal() or (time and clock is None):
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC if "utc" in time else None)
    except ValueError:
        return None
