"""Dates as people and other systems write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.times import iso
from newsletter.readers.imports.written_dates import read_day, read_moment

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-24T16:30:00Z", "2026-12-24T16:30:00Z"),
        ("2026-12-24T18:30:00+02:00", "2026-12-24T16:30:00Z"),
        ("2024-03-01T09:30:00.123Z", "2024-03-01T09:30:00Z"),
        ("2026-12-24 18:30:00", "2026-12-24T16:30:00Z"),
        ("2026-12-24 16:30:00 UTC", "2026-12-24T16:30:00Z"),
        ("24.12.2026 klo 18.30", "2026-12-24T16:30:00Z"),
        ("24.12.2026 18:30", "2026-12-24T16:30:00Z"),
        ("2026/12/24 18:30", "2026-12-24T16:30:00Z"),
        ("12/24/2026 18:30", "2026-12-24T16:30:00Z"),
        ("24/12/2026 18:30", "2026-12-24T16:30:00Z"),
        ("24 Dec 2026, 18:30", "2026-12-24T16:30:00Z"),
        ("5.5.2026", "2026-05-04T21:00:00Z"),
        ("5/5/2026", "2026-05-04T21:00:00Z"),
    ],
)
def test_a_date_that_is_clear_is_read(text: str, moment: str) -> None:
    found = read_moment(text, HELSINKI)

    assert found is not None
    assert iso(found) == moment


@pytest.mark.parametrize(
    "text",
    ["", "3/4/2026", "24/13/2026", "31.2.2026", "yesterday", "24.12.26", "24.12.2026 at noon", "1", "24.12.2026 25:00"],
)
def test_a_date_that_could_be_two_or_none_is_not_guessed(text: str) -> None:
    assert read_moment(text, HELSINKI) is None


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 # made aware below
def test_what_we_write_ourselves_is_read_exactly(naive: datetime) -> None:
    moment = naive.replace(microsecond=0, tzinfo=UTC)

    assert read_moment(iso(moment), HELSINKI) == moment
    assert read_day(moment.date().isoformat()) == moment.date()


def test_a_day_may_stand_alone() -> None:
    assert read_day("24.12.2026") == date(2026, 12, 24)
    assert read_day("soon") is None
