"""What a feed has dropped, and what has only slid out at its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.articles.feeds.withdrawals import believed, dropped

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEKLY = {name: NOW - n * timedelta(days=7) for n, name in enumerate("xabcdefgh")}


@pytest.mark.parametrize(
    ("last", "present", "gone"),
    [
        ("abcd", "abcd", ""),
        ("abcd", "xabc", ""),
        ("abcd", "abd", "c"),
        ("abcd", "xbcd", "a"),
        ("abcd", "d", "abc"),
        ("abcd", "abc", ""),
        ("abcd", "", ""),
        ("abcd", "x", ""),
        ("ab", "b", "a"),
        ("a", "", ""),
        ("", "x", ""),
        ("dcba", "cbax", ""),
    ],
)
def test_what_the_feed_reaches_past_was_dropped(last: str, present: str, gone: str) -> None:
    assert "".join(dropped(last, set(present), WEEKLY)) == gone


def test_without_dates_the_place_tells() -> None:
    assert dropped("abcd", set("abd"), {}) == ["c"]
    assert dropped("abcd", set("abc"), {}) == []


def test_what_has_an_older_one_in_its_place_was_dropped() -> None:
    assert dropped("abcd", set("abce"), WEEKLY, end="e") == ["d"]
    assert dropped("abcd", set("xabc"), WEEKLY, end="c") == []
    assert dropped("dcba", set("cbax"), WEEKLY, end="x") == []
    assert dropped("abcd", set("e"), WEEKLY, end="e") == []


def test_a_second_reading_is_believed() -> None:
    missing = {"a": NOW - HOUR, "b": NOW, "c": NOW - HOUR}
    assert believed(missing, {"c"}, NOW) == ["a"]
