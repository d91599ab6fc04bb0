"""`--since`: from when on a story is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.faults import Fault
from newsletter.platform.times import parse_iso

AGO = re.compile(r"([0-9]{1,4})([mhd])", re.ASCII)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing of a newsletter on AWS is older, and each month before it would be asked for."""
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def read_since(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment of `3d`, `12h`, `2026-11-20` (in the zone) or an ISO 8601 time; None for no text.

    Raises Fault for what is none of these, for a moment that is still to come, and for one before 2000.
    """
    if not text:
        return None
    moment = _read(text, now, zone)
    if not EARLIEST <= moment <= now:
        raise Fault(f"--since is {text!r}, and must be a time that is over, after {EARLIEST:%Y}")
    return moment


def _read(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    ago = AGO.fullmatch(text)
    if ago:
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        if len(text) == len("2026-11-20"):
            return datetime.fromisoformat(text).replace(tzinfo=zone)
        return parse_iso(text)
    except ValueError as wrong:
        raise Fault(
            f"--since is {text!r} and must be like 3d, 12h, 30m, 2026-11-20 or 2026-11-20T08:00:00+02:00"
        ) from wrong
