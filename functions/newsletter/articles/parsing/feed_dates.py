"""Dates of entries: those of the standards, and those with the name of the month in another language."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Earlier dates are ignored: software writes 0001-01-01 and the like when there is none."""
LOCAL_DATE = re.compile(r"(?:\w+\.?,?\s+)?(\d{1,2})\.?\s+(\w{3,})\.?\s+(\d{4})\s+(\d{1,2}:\d{2}(?::\d{2})?)\s*(\S*)")
MONTHS = (
    ("jan", "ene", "tammi"),
    ("feb", "fev", "fév", "helmi"),
    ("mars", "mär", "mrz", "maalis"),
    ("apr", "abr", "avr", "huhti"),
    ("maj", "mai", "touko"),
    ("jun", "juin", "kesä"),
    ("jul", "juil", "heinä"),
    ("aug", "ago", "aoû", "elo"),
    ("sep", "set", "syys"),
    ("okt", "oct", "out", "loka"),
    ("nov", "marras"),
    ("dec", "dez", "dic", "déc", "joulu"),
)
"""First letters of the months in Finnish, Swedish, German, French, Spanish and Portuguese where English has others."""
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def published(raw: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    """When the entry was published, else updated, in UTC; None without a valid date."""
    # Asked for a missing `updated_parsed`, feedparser returns `published_parsed` and warns.
    parsed = raw.get("published_parsed") or ("updated_parsed" in raw and raw["updated_parsed"])
    try:
        moment = (
            datetime.fromtimestamp(timegm(parsed), UTC)
            if parsed
            else _with_local_month(str(raw.get("published")), zone)
        )
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment and moment >= EARLIEST else None


def _with_local_month(text: str, zone: tzinfo) -> datetime | None:
    """`ma, 23 marras 2026 08:00:00 +0200`. Raises ValueError for days and hours that do not exist."""
    written = LOCAL_DATE.fullmatch(text.strip().lower())
    if not written:
        return None
    day, name, year, time, named = written.groups()
    month = next((number for number, starts in enumerate(MONTHS) if name.startswith(starts)), None)
    if month is None:
        return None
    moment = parsedate_to_datetime(f"{day} {ENGLISH[month]} {year} {time} {named.upper()}")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=zone).astimezone(UTC)
