"""Windows: the next moment at which mails may go out, on every day of the year and on those when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.publication.nurture.sending_window import ALWAYS, Window, next_open

ZONES = [ZoneInfo(name) for name in ("Europe/Helsinki", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata")]
SPRING, AUTUMN = datetime(2027, 3, 28, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
OFFICE = Window(frozenset(range(5)), time(8), time(16))
HELSINKI = ZONES[0]
times = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    opens = draw(times)
    closes = draw(st.one_of(st.none(), times.filter(lambda each: each > opens)))
    return Window(days, opens, closes)


moments = st.one_of(
    st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from([SPRING, AUTUMN]).flatmap(
        lambda day: st.integers(-3000, 3000).map(lambda minutes: day + timedelta(minutes=minutes))
    ),
)


def is_open(at: datetime, window: Window, zone: ZoneInfo) -> bool:
    """Said in another way: whether the moment lies in the window of its day."""
    days = (at.astimezone(zone).date() + timedelta(days=shift) for shift in (-1, 0, 1))
    return any(span is not None and span[0] <= at < span[1] for span in (window.of_day(day, zone) for day in days))


@given(moments, windows(), st.sampled_from(ZONES))
@example(SPRING, Window(frozenset({6}), time(3), time(4)), HELSINKI)
def test_the_next_moment_is_open_is_no_earlier_and_nothing_before_it_was_open(
    at: datetime, window: Window, zone: ZoneInfo
) -> None:
    found = next_open(at, window, zone)
    assert found >= at
    assert is_open(found, window, zone)
    assert found == at or not is_open(at, window, zone)
    between = [at + (found - at) * part / 50 for part in range(50)]
    assert not any(is_open(moment, window, zone) for moment in between if moment < found)
    assert next_open(found, window, zone) == found


@given(moments, st.sampled_from(ZONES))
def test_without_a_window_every_moment_is_open(at: datetime, zone: ZoneInfo) -> None:
    assert next_open(at, ALWAYS, zone) == at


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-27T13:59:00+00:00", "2026-11-27T15:59:00+02:00"),  # Friday, a minute before it closes
        ("2026-11-27T14:00:00+00:00", "2026-11-30T08:00:00+02:00"),  # it is closed; Monday
        ("2026-11-30T05:00:00+00:00", "2026-11-30T08:00:00+02:00"),
        ("2027-03-26T20:00:00+00:00", "2027-03-29T08:00:00+03:00"),  # the clocks went forward
        ("2026-10-23T20:00:00+00:00", "2026-10-26T08:00:00+02:00"),  # and back
    ],
)
def test_office_hours_are_those_of_the_clock_on_the_wall(at: str, expected: str) -> None:
    assert next_open(datetime.fromisoformat(at), OFFICE, HELSINKI) == datetime.fromisoformat(expected)


def test_a_time_that_the_clock_leaves_out_or_shows_twice_counts_once() -> None:
    night = Window(frozenset({6}), time(3, 30), time(5))
    spring = night.of_day(date(2027, 3, 28), HELSINKI)
    assert spring == (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 2, tzinfo=UTC))
    autumn = night.of_day(date(2026, 10, 25), HELSINKI)
    assert autumn == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC))
