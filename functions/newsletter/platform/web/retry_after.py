"""The Retry-After header: how long a server asks to be left alone (RFC 9110, 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_DIGITS = 12


def retry_after(headers: Mapping[str, str], now: datetime, most: timedelta) -> timedelta | None:
    """The wait that an answer asks for, in seconds or until a date, `most` at most. None where it asks for none.

    Names of `headers` are in lower case. A date counts from that of the answer, if it has one: our clock and that of
    the server may differ.
    """
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdecimal():
        wait = timedelta(seconds=int(told[:MAX_DIGITS]))
    else:
        until = _moment(told)
        wait = until - (_moment(headers.get("date", "")) or now) if until else timedelta(0)
    return min(wait, most) if wait > timedelta(0) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
