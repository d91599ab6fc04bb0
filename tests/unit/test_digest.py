"""Digest windows without gap or overlap, whatever the order of things; and what each reader finds in a digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.domain.article import Article
from newsletter.domain.digest import (
    FIRST_SPAN,
    WEEK,
    Window,
    choose,
    digest_id,
    first_seen,
    in_window,
    meant_for,
    newest_first,
    next_window,
    period_of,
    week_of,
)
from newsletter.domain.subscriber import Frequency

HELSINKI = ZoneInfo("Europe/Helsinki")
START = datetime(2026, 3, 17, 6, tzinfo=UTC)  # a fortnight before clocks go forward in Helsinki
YEAR = int(timedelta(days=365).total_seconds())
TOPICS = ("a", "b", "c")

offsets = st.integers(min_value=0, max_value=YEAR)
frequencies = st.sampled_from(Frequency)
runs = st.lists(offsets.map(lambda seconds: START + timedelta(seconds=seconds)), min_size=1, max_size=12)


def article(
    name: str, listed_at: datetime = START, topics: tuple[str, ...] = (), published: datetime | None = None
) -> Article:
    return Article(name, f"https://b.example/{name}", name, "", topics, (), "fi", "", "", published, listed_at)


class Digests:
    """The windows settled so far, by period, as start_digest settles them: one for a period, never changed."""

    def __init__(self, frequency: Frequency = Frequency.WEEKLY) -> None:
        self.frequency = frequency
        self.windows: dict[str, Window] = {}

    def period(self, now: datetime) -> str:
        return period_of(now, HELSINKI, self.frequency)

    def run(self, now: datetime) -> Window:
        period = self.period(now)
        if period not in self.windows:
            earlier = [window.end for other, window in self.windows.items() if other < period]
            later = [window.start for other, window in self.windows.items() if other > period]
            self.windows[period] = next_window(
                now, max(earlier, default=None), min(later, default=None), FIRST_SPAN[self.frequency]
            )
        return self.windows[period]


def overlap(one: Window, other: Window) -> bool:
    return max(one.start, other.start) < min(one.end, other.end)


@given(runs, frequencies)
@example([START + WEEK, START, START + WEEK, START - timedelta(days=3)], Frequency.WEEKLY)
@example([START, START + timedelta(days=400), START + WEEK], Frequency.MONTHLY)
def test_no_two_windows_overlap_in_whatever_order_digests_run(moments: list[datetime], frequency: Frequency) -> None:
    digests = Digests(frequency)
    for moment in moments:
        digests.run(moment)
    windows = digests.windows.values()
    assert all(window.start <= window.end for window in windows)
    assert not any(overlap(one, other) for one, other in combinations(windows, 2))


@given(runs, frequencies)
@example([START + index * WEEK for index in range(52)], Frequency.WEEKLY)
@example([START, START + 9 * WEEK, START + 10 * WEEK], Frequency.MONTHLY)
def test_digests_that_run_in_order_leave_no_gap_however_many_were_missed(
    moments: list[datetime], frequency: Frequency
) -> None:
    digests = Digests(frequency)
    for moment in sorted(moments):
        digests.run(moment)
    windows = list(digests.windows.values())
    assert all(before.end == after.start for before, after in pairwise(windows))
    assert windows[0].end - windows[0].start == FIRST_SPAN[frequency]


@given(runs, offsets, frequencies)
def test_an_article_is_in_exactly_one_window(moments: list[datetime], seconds: int, frequency: Frequency) -> None:
    digests = Digests(frequency)
    for moment in sorted(moments):
        digests.run(moment)
    windows = list(digests.windows.values())
    found = article("x", START + timedelta(seconds=seconds))
    inside = windows[0].start <= found.listed_at < windows[-1].end
    assert sum(window.holds(found) for window in windows) == int(inside)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["feed", "digests"]),
            st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9)),
            st.timedeltas(min_value=timedelta(), max_value=timedelta(days=6)),
        ),
        max_size=25,
    )
)
@example([("digests", timedelta(), timedelta()), ("feed", timedelta(), timedelta(minutes=1))])
def test_every_article_is_mailed_once_a_frequency_even_if_its_feed_was_read_late(
    events: list[tuple[str, timedelta, timedelta]],
) -> None:
    """A run carries the time it was scheduled for, so one that is `late` believes in a past that may be settled."""
    kinds = [Digests(frequency) for frequency in Frequency]
    articles: list[Article] = []
    mailed: dict[Frequency, list[str]] = {frequency: [] for frequency in Frequency}
    now = START

    def run() -> None:
        for digests in kinds:
            if digests.period(now) not in digests.windows:
                window = digests.run(now)
                mailed[digests.frequency].extend(found.id for found in in_window(articles, window))

    run()
    for kind, wait, late in events:
        now += wait
        if kind == "digests":
            run()
        else:
            settled = [window for digests in kinds for window in digests.windows.values()]
            articles.append(article(f"{len(articles):02}", first_seen(max(now - late, START - WEEK), settled)))
    for _ in range(3):
        now += timedelta(days=32)
        run()
    for ids in mailed.values():
        assert sorted(ids) == [found.id for found in articles]


def test_weekly_digests_follow_the_clock_on_the_wall_across_its_changes() -> None:
    tuesdays = [datetime(2026, 3, 17, 8, tzinfo=HELSINKI) + timedelta(days=7 * week) for week in range(52)]
    digests = Digests()
    for tuesday in tuesdays:
        digests.run(tuesday.astimezone(UTC))
    windows = list(digests.windows.values())
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


# --- what a reader finds ---------------------------------------------------------------------------------------------

subjects = st.lists(st.sampled_from(TOPICS), unique=True, max_size=3).map(tuple)
shelves = st.lists(st.tuples(subjects, st.integers(min_value=0, max_value=90), st.booleans()), max_size=14)


@given(
    shelves, st.integers(min_value=0, max_value=14), subjects, st.integers(min_value=1, max_value=5), st.integers(0, 4)
)
def test_a_digest_shows_each_article_once_and_only_what_the_reader_chose(
    shelf: list[tuple[tuple[str, ...], int, bool]], fresh_ones: int, wanted: tuple[str, ...], most: int, related: int
) -> None:
    archive = newest_first(
        [
            article(str(number), START - timedelta(days=age), topics, START - timedelta(days=age) if dated else None)
            for number, (topics, age, dated) in enumerate(shelf)
        ]
    )
    fresh = archive[:fresh_ones]
    selection = choose(fresh, archive, wanted, most, related)
    mine = [found for found in fresh if meant_for(found, wanted)]
    if selection is None:
        assert not mine
        return
    assert [*selection.articles, *selection.more] == mine
    assert 1 <= len(selection.articles) <= most
    assert not selection.more or len(selection.articles) == most
    assert len(selection.related) <= related
    shown = [found.id for found in (*selection.articles, *selection.more, *selection.related)]
    assert len(shown) == len(set(shown))
    assert not {found.id for found in selection.related} & {found.id for found in fresh}
    told = {topic for found in mine for topic in found.topics}
    assert all(set(found.topics) & told for found in selection.related)


def test_nothing_for_a_reader_is_no_selection() -> None:
    assert choose([article("x", topics=("a",))], [], ("b",), 3, 3) is None
    assert choose([], [article("x")], (), 3, 3) is None


@pytest.mark.parametrize(
    ("topics", "wanted", "meant"),
    [((), (), True), ((), ("a",), True), (("a",), (), True), (("a", "b"), ("b",), True), (("a",), ("b",), False)],
)
def test_no_topics_on_either_side_mean_everything(
    topics: tuple[str, ...], wanted: tuple[str, ...], *, meant: bool
) -> None:
    assert meant_for(article("x", topics=topics), wanted) is meant


@given(st.permutations([article(name, START, (), None) for name in "abcdef"]))
def test_articles_of_the_same_moment_have_a_stable_order(shuffled: list[Article]) -> None:
    assert "".join(found.id for found in newest_first(shuffled)) == "fedcba"


@given(shelves, st.integers(0, 90))
def test_a_windows_articles_are_those_listed_in_it(shelf: list[tuple[tuple[str, ...], int, bool]], days: int) -> None:
    articles = [article(str(number), START - timedelta(days=age)) for number, (_, age, _) in enumerate(shelf)]
    window = Window(START - timedelta(days=days), START)
    expected = {str(number) for number, (_, age, _) in enumerate(shelf) if 0 < age <= days}
    assert {found.id for found in in_window(articles, window)} == expected
