"""Times as aware datetimes in UTC, and as text that sorts by time."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """`2026-11-23T06:00:00Z`: whole seconds, always UTC, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def iso_precise(moment: datetime) -> str:
    """The same with milliseconds: `2026-11-23T06:00:00.250Z`, for moments that lie close together."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """An aware UTC datetime from ISO 8601 text. Text without an offset is refused, since the zone cannot be known.

    Raises ValueError.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"{text!r} has no UTC offset; write e.g. 2026-11-24T08:00:00+02:00"
        raise ValueError(message)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        message = f"{text!r} lies outside the years 1 to 9999"
        raise ValueError(message) from error


def whole_months(days: int) -> int:
    """The months that so many days are, from 60 days on; 0 where they are no whole number of months.

    Months are taken to have between 30 days and the average of 30.44, and one day more is allowed (a leap year): data
    that is said to be kept for months must not be kept for weeks longer.
    """
    months = round(days / 30.44)
    return months if days >= 60 and 30 * months <= days <= 30.44 * months + 1 else 0


def whole_seconds(moment: datetime) -> datetime:
    """The moment as it will be stored. Decide with this one, so that the stored one leads to the same decision."""
    return moment.replace(microsecond=0)
