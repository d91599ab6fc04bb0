"""A feed is believed as long as it goes on from where it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.articles.feeds.feed_health import Snapshot, reason_to_hold

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
        "as it was", "a new one", "an undated one", "two back-dated ones", "half of it left", "a burst of news",
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
