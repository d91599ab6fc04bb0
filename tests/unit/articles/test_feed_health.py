"""A feed is believed as long as it goes on from where it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.articles.feeds.feed_health import Snapshot, reason_to_hold, reason_to_hold_burst, usual_number

READ = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = READ - 30 * 24 * HOUR, READ + HOUR / 2


def judged(before: str, today: str, unknown: list[datetime | None], after: timedelta = HOUR) -> str:
    """Articles are letters."""
    return reason_to_hold(Snapshot(frozenset(before), READ), Snapshot(frozenset(today), READ + after), unknown)


@pytest.mark.parametrize(
    ("before", "today", "unknown", "after"),
    [
        ("abcdefghij", "abcdefghij", [], HOUR),
        ("abcdefghij", "xabcdefghi", [NEW], HOUR),
        ("abcdefghij", "xabcdefghi", [None], HOUR),
        ("abcdefghij", "xyabcdefgh", [OLD, OLD], HOUR),
        ("abcdefghij", "abcde", [], HOUR),
        ("abcdefghij", "stuvwxyzab", [NEW] * 8, HOUR),
        ("abcdefghij", "qrstuvwxyz", [NEW] * 10, 25 * HOUR),
        ("abcdefghij", "klmnopqrst", [], HOUR),
        ("ab", "", [], HOUR),
        ("ab", "xy", [OLD, OLD], HOUR),
        ("a", "a" + "bcdefgh", [OLD] * 7, HOUR),
    ],
    ids=[
        "as it was", "a new one", "an undated one", "two back-dated ones", "half of it left",
        "others in their place, but news",
        "all news after a long silence", "older articles that are all known", "a small feed that is empty",
        "a small feed with two others", "a small feed that grows",
    ],
)  # fmt: skip
def test_a_feed_is_believed(before: str, today: str, unknown: list[datetime | None], after: timedelta) -> None:
    assert judged(before, today, unknown, after) == ""


@pytest.mark.parametrize(
    ("today", "unknown", "after", "reason"),
    [
        ("", [], HOUR, "only 0 of 10 entries are left"),
        ("abcd", [], HOUR, "only 4 of 10 entries are left"),
        ("qrstuvwxyz", [OLD] * 10, HOUR, "none of the 10 entries is left; 10 that nobody knew are in their place"),
        ("qrstuvwxyz", [NEW] * 10, HOUR, "none of the 10 entries is left; 10 that nobody knew are in their place"),
        ("qrstuvwxyz", [*[NEW] * 9, None], 25 * HOUR, "none of the 10 entries is left; 10 that nobody knew"),
        ("abcuvwxyz", [OLD] * 6, HOUR, "6 of 9 entries are new here, but were published before the last reading"),
        ("abcuvwxyz", [None] * 6, HOUR, "6 of 9 entries are new here, but were published before the last reading"),
        ("abcdefghij" + "klmnopqrstuvwxyz", [OLD] * 16, HOUR, "16 of 26 entries are new here"),
    ],
)
def test_a_feed_that_does_not_go_on_from_where_it_was_is_held(
    today: str, unknown: list[datetime | None], after: timedelta, reason: str
) -> None:
    assert judged("abcdefghij", today, unknown, after).startswith(reason)


WEEK = timedelta(days=7)


def burst(before: str, today: str, news: int, published: list[datetime], after: timedelta = HOUR) -> str:
    last, now = Snapshot(frozenset(before), READ), Snapshot(frozenset(today), READ + after)
    return reason_to_hold_burst(last, now, news, published, first=not before)


def every(days: float, number: int = 60) -> list[datetime]:
    return [READ - n * timedelta(days=days) for n in range(number)]


@pytest.mark.parametrize(
    ("today", "news", "published", "after"),
    [
        ("xabcdefghi", 1, every(7), HOUR),
        ("wxyzabcdef", 4, every(7), HOUR),
        ("uvwxyzabcd", 6, every(1), HOUR),
        ("uvwxyzabcd", 6, every(7), 5 * WEEK),
        ("klmnopqrst", 10, every(1), 2 * WEEK),
        ("abcdefghijuvwxy", 5, [], HOUR),
        ("abcdefghij", 30, every(0.1, 300), WEEK),
    ],
    ids=[
        "one", "four a day of a weekly blog", "a daily blog after an hour", "weeks of a pause",
        "two weeks of a daily blog", "five of a young blog", "a news site",
    ],
)  # fmt: skip
def test_a_usual_week_is_let_through(today: str, news: int, published: list[datetime], after: timedelta) -> None:
    assert burst("abcdefghij", today, news, published, after) == ""


@pytest.mark.parametrize(
    ("today", "news", "published", "after", "reason"),
    [
        ("abcdefghij" + "k", 20, every(7), HOUR, "20 new entries at once, of a feed that brings about 2 in 7 days"),
        ("abcdefghij" + "k", 6, every(7), HOUR, "6 new entries at once, three times the usual 2 in 7 days"),
        ("abcdefghij" + "k", 21, every(1), HOUR, "21 new entries at once, of a feed that brings about 7 in 7 days"),
        ("vwxyzabcde", 5, every(7), HOUR, "5 new entries at once replace half of the feed: 5 of 10 are left"),
        (
            "abcdefghij" + "k",
            30,
            every(7),
            5 * WEEK,
            "30 new entries at once, of a feed that brings about 10 in 35 days",
        ),
    ],
)
def test_a_burst_is_held(today: str, news: int, published: list[datetime], after: timedelta, reason: str) -> None:
    assert burst("abcdefghij", today, news, published, after) == reason


def test_a_feed_that_had_nothing_may_bring_some_and_not_twenty() -> None:
    assert burst("", "abcdefgh", 8, []) == ""
    assert burst("", "abcdefgh", 20, []) == "20 new entries at once, of a feed that brings about 2 in 7 days"


def test_the_usual_is_that_of_a_busy_week_and_not_of_an_import() -> None:
    assert usual_number([], READ, WEEK) == 2
    assert usual_number(every(1), READ, WEEK) == 7
    assert usual_number([*every(7), *[READ - 30 * WEEK / 7] * 50], READ, WEEK) == 2
    assert usual_number([*every(7), *[READ - WEEK - HOUR] * 5, *[READ - 3 * WEEK - HOUR] * 4], READ, WEEK) == 5
    assert usual_number([READ + WEEK] * 9, READ, WEEK) == 2
    assert usual_number(every(7), READ, 200 * WEEK) >= 2
