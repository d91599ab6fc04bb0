"""Digest windows without gap or overlap, whatever the order of things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.articles.article import Article
from newsletter.mailings.digests.digest import (
    FIRST_SPAN,
    WEEK,
    Digest,
    Window,
    digest_id,
    period_of,
    week_of,
    window_for,
)
from newsletter.readers.choice import Frequency

HELSINKI = ZoneInfo("Europe/Helsinki")
START = datetime(2026, 3, 17, 6, tzinfo=UTC)  # a fortnight before clocks go forward in Helsinki
YEAR = int(timedelta(days=365).total_seconds())

offsets = st.integers(min_value=0, max_value=YEAR)
frequencies = st.sampled_from(Frequency)
runs = st.lists(offsets.map(lambda seconds: START + timedelta(seconds=seconds)), min_size=1, max_size=12)


def article(
    name: str, listed_at: datetime = START, topics: tuple[str, ...] = (), published: datetime | None = None
) -> Article:
    return Article(name, f"https://b.example/{name}", name, "", topics, (), "fi", "", "", published, listed_at)


class Digests:
    """The windows settled so far, by period: one for a period, never changed."""

    def __init__(self, frequency: Frequency = Frequency.WEEKLY) -> None:
        self.frequency = frequency
        self.settled: list[Digest] = []

    def run(self, now: datetime) -> None:
        period = period_of(now, HELSINKI, self.frequency)
        if period not in [digest.period for digest in self.settled]:
            self.settled.append(Digest(period, window_for(period, now, self.settled), ()))

    def windows(self) -> list[Window]:
        return [digest.window for digest in self.settled]


def overlap(one: Window, other: Window) -> bool:
    return max(one.start, other.start) < min(one.end, other.end)


@given(runs, frequencies)
@example([START + WEEK, START, START + WEEK, START - timedelta(days=3)], Frequency.WEEKLY)
@example([START, START + timedelta(days=400), START + WEEK], Frequency.MONTHLY)
def test_no_two_windows_overlap_in_whatever_order_digests_run(moments: list[datetime], frequency: Frequency) -> None:
    digests = Digests(frequency)
    for moment in moments:
        digests.run(moment)
    assert all(window.start <= window.end for window in digests.windows())
    assert not any(overlap(one, other) for one, other in combinations(digests.windows(), 2))


@given(runs, frequencies)
@example([START + index * WEEK for index in range(52)], Frequency.WEEKLY)
@example([START, START + 9 * WEEK, START + 10 * WEEK], Frequency.MONTHLY)
def test_digests_that_run_in_order_leave_no_gap_however_many_were_missed(
    moments: list[datetime], frequency: Frequency
) -> None:
    digests = Digests(frequency)
    for moment in sorted(moments):
        digests.run(moment)
    windows = digests.windows()
    assert all(before.end == after.start for before, after in pairwise(windows))
    assert windows[0].end - windows[0].start == FIRST_SPAN[frequency]


@given(runs, offsets, frequencies)
def test_an_article_is_in_exactly_one_window(moments: list[datetime], seconds: int, frequency: Frequency) -> None:
    digests = Digests(frequency)
    for moment in sorted(moments):
        digests.run(moment)
    windows = digests.windows()
    found = article("x", START + timedelta(seconds=seconds))
    inside = windows[0].start <= found.listed_at < windows[-1].end
    assert sum(window.contains(found) for window in windows) == int(inside)


def test_weekly_digests_follow_the_clock_on_the_wall_across_its_changes() -> None:
    tuesdays = [datetime(2026, 3, 17, 8, tzinfo=HELSINKI) + timedelta(days=7 * week) for week in range(52)]
    digests = Digests()
    for tuesday in tuesdays:
        digests.run(tuesday.astimezone(UTC))
    windows = digests.windows()
    assert len(windows) == 52
    lengths = [(window.end - window.start) / timedelta(hours=1) for window in windows]
    assert lengths.count(167) == lengths.count(169) == 1
    assert lengths.count(168) == 50


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        ("2026-11-22T21:59:59+00:00", "2026-W47"),
        ("2026-11-22T22:00:00+00:00", "2026-W48"),
        ("2026-03-28T22:30:00+00:00", "2026-W13"),
        ("2026-03-29T21:00:00+00:00", "2026-W14"),
        ("2027-01-03T12:00:00+00:00", "2026-W53"),
        ("2024-12-30T12:00:00+00:00", "2025-W01"),
    ],
)
def test_a_week_begins_on_monday_where_the_publication_is(moment: str, week: str) -> None:
    assert week_of(datetime.fromisoformat(moment), HELSINKI) == week
    assert digest_id(week) == f"digest-{week}"


def test_a_month_begins_at_midnight_where_the_publication_is() -> None:
    turn = datetime(2026, 11, 30, 22, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert period_of(turn - second, HELSINKI, Frequency.MONTHLY) == "2026-M11"
    assert period_of(turn, HELSINKI, Frequency.MONTHLY) == "2026-M12"


@given(offsets, offsets, frequencies)
def test_periods_sort_as_time_does(one: int, other: int, frequency: Frequency) -> None:
    first, last = sorted((START + timedelta(seconds=one), START + timedelta(seconds=other)))
    assert period_of(first, HELSINKI, frequency) <= period_of(last, HELSINKI, frequency)
