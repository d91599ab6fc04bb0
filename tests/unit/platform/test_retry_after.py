"""How long a server asks to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.platform.web.retry_after import retry_after

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 3600 ", timedelta(hours=1)),
        ("Tue, 24 Nov 2026 08:00:00 GMT", timedelta(hours=2)),
        ("Tuesday, 24-Nov-26 08:00:00 GMT", timedelta(hours=2)),
        ("Tue Nov 24 08:00:00 2026", timedelta(hours=2)),
        ("9" * 400, DAY),
        ("Tue, 24 Nov 2099 08:00:00 GMT", DAY),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Tue, 24 Nov 2026 05:00:00 GMT", None),
        ("Tue, 99 Nov 2026 05:00:00 GMT", None),
        ("soon", None),
        ("", None),
    ],
)
def test_seconds_and_dates_are_understood_and_a_day_is_the_most(said: str, wait: timedelta | None) -> None:
    assert retry_after({"retry-after": said}, NOW, DAY) == wait


def test_a_date_counts_from_the_clock_of_the_server() -> None:
    told = {"retry-after": "Sat, 01 Jan 2000 01:00:00 GMT", "date": "Sat, 01 Jan 2000 00:00:00 GMT"}
    assert retry_after(told, NOW, DAY) == timedelta(hours=1)


def test_no_header_asks_for_nothing() -> None:
    assert retry_after({}, NOW, DAY) is None
