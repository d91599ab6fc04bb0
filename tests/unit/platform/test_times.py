"""Times as text: nothing lost but fractions of a second, and sorted as time goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.platform.times import iso, parse_iso, whole_months, whole_seconds

# A day inside the years 1 and 9999, so that every offset stays in them.
moments = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 (the strategy adds the zone)
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.timedeltas(min_value=-timezone.max.utcoffset(None), max_value=timezone.max.utcoffset(None)).map(
        timezone
    ),
)


@given(moments, moments)
@example(datetime(1, 1, 1, tzinfo=UTC), datetime(999, 12, 31, tzinfo=UTC))
@example(datetime(999, 12, 31, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    assert (iso(one) < iso(other)) == (whole_seconds(one.astimezone(UTC)) < whole_seconds(other.astimezone(UTC)))


@given(moments)
@example(datetime(1, 1, 1, tzinfo=UTC))
def test_a_moment_comes_back_from_its_text_to_the_second(moment: datetime) -> None:
    assert parse_iso(iso(moment)) == whole_seconds(moment.astimezone(UTC))


def test_a_moment_is_written_in_utc() -> None:
    assert iso(datetime.fromisoformat("2026-11-23T08:00:00.999+02:00")) == "2026-11-23T06:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T08:00:00", "2026-11-23", "", "eilen", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+02:00"],
)
def test_text_that_is_no_certain_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"(?s).+"):
        parse_iso(text)


def test_a_missing_offset_is_named_with_what_would_be_right() -> None:
    with pytest.raises(
        ValueError, match=r"'2026-11-24T08:00:00' has no UTC offset; write e\.g\. 2026-11-24T08:00:00\+02:00"
    ):
        parse_iso("2026-11-24T08:00:00")


@pytest.mark.parametrize(
    ("days", "months"),
    [(14, 0), (30, 0), (59, 0), (60, 2), (90, 3), (100, 0), (365, 12), (366, 12), (396, 13), (400, 0), (730, 24)],
)
def test_days_are_told_in_months_where_they_are_whole_months(days: int, months: int) -> None:
    assert whole_months(days) == months
