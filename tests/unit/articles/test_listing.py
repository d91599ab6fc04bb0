"""When an article counts as listed: news at once or on its day, old ones in the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.article import Article, Entry
from newsletter.articles.listing import (
    SKEW,
    UNDATED_AGE,
    LastCopy,
    Listing,
    is_out_by,
    listed_again,
    listing_in_archive,
    listing_of_news,
    old_entries,
)

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def entry(name: str, date: datetime | None) -> Entry:
    return Entry(name, name, f"https://b.example/{name}", name, "", (), "", date)


def old(known: str, feed: str, dates: Mapping[str, datetime | None], **changes: object) -> str:
    """Which letters of the feed are old; `known` are those of the last copy, a week apart unless `dates` says when."""
    every: dict[str, datetime | None] = {name: NOW - n * WEEK for n, name in enumerate(known)}
    every |= dates
    last = LastCopy({name: every[name] for name in known}, complete=True, first_read=NOW - 99 * WEEK, read_at=NOW)
    last = replace(last, **changes)  # type: ignore[arg-type]
    found = old_entries([entry(name, every[name]) for name in feed], set(feed) - set(known), {n: n for n in feed}, last)
    return "".join(sorted(found))


@pytest.mark.parametrize(
    ("known", "feed", "dates", "found"),
    [
        ("abc", "abcd", {"d": NOW - 3 * WEEK}, "d"),
        ("abc", "xabc", {"x": NOW}, ""),
        ("abc", "axbc", {"x": NOW - 3 * DAY}, ""),
        ("abc", "axbc", {"x": NOW - 20 * DAY}, "x"),
        ("a", "ax", {"x": NOW - 3 * DAY}, ""),
        ("a", "axyz", dict.fromkeys("xyz", NOW - 3 * DAY), "xyz"),
        ("a", "ax", {"x": NOW - 8 * DAY}, "x"),
        ("abc", "xabc", {"x": None}, ""),
        ("abc", "abcx", {"x": None}, "x"),
        ("abc", "x", {"x": None}, ""),
        ("cba", "cbax", {"c": NOW - 2 * WEEK, "b": NOW - WEEK, "a": NOW - DAY, "x": NOW}, ""),
        ("sab", "sabx", {"s": NOW - 99 * WEEK, "a": NOW, "b": NOW - WEEK, "x": NOW - 2 * WEEK}, "x"),
        ("", "xy", {"x": NOW, "y": NOW - 30 * WEEK}, ""),
    ],
    ids=[
        "older than all", "on top", "back-dated in the middle", "older than all in the middle", "back-dated, one known",
        "three at once", "a week back", "undated on top", "undated below", "undated alone", "the oldest first",
        "below a sticky one", "nothing known",
    ],
)  # fmt: skip
def test_an_entry_is_old_when_it_lies_before_what_was_known(
    known: str, feed: str, dates: dict[str, datetime | None], found: str
) -> None:
    assert old(known, feed, dates) == found


def test_back_dating_is_not_believed_where_something_was_taken_out() -> None:
    assert old("a", "ax", {"x": NOW - 3 * DAY}, complete=False) == "x"


def test_what_is_weeks_older_than_the_first_reading_is_old_wherever_it_stands() -> None:
    middle = {"a": NOW, "b": NOW - 9 * WEEK, "x": NOW - 2 * WEEK, "y": NOW - 6 * DAY}
    assert old("ab", "ayxb", middle, first_read=NOW - HOUR) == "x"
    assert old("ab", "ayxb", middle) == ""


def test_news_counts_from_when_it_was_seen_or_from_its_day() -> None:
    seen = NOW + HOUR
    assert listing_of_news(entry("a", NOW - 30 * DAY), seen, NOW) == Listing(seen, archived=False)
    assert listing_of_news(entry("a", None), seen, NOW) == Listing(seen, archived=False)
    assert listing_of_news(entry("a", NOW + SKEW), seen, NOW) == Listing(seen, archived=False)
    assert listing_of_news(entry("a", NOW + 4 * HOUR), seen, NOW) == Listing(NOW + 4 * HOUR, archived=False)


def test_the_archive_counts_from_its_own_dates() -> None:
    assert listing_in_archive(entry("a", NOW - DAY), NOW, NOW, None) == Listing(NOW - DAY, archived=True)
    assert listing_in_archive(entry("a", None), NOW, NOW, None) == Listing(NOW - UNDATED_AGE, archived=True)
    assert listing_in_archive(entry("a", NOW - HOUR), NOW, NOW, NOW - DAY) == Listing(NOW, archived=False)
    assert listing_in_archive(entry("a", NOW + DAY), NOW, NOW, None) == Listing(NOW + DAY, archived=False)
    assert listing_in_archive(entry("a", NOW + HOUR), NOW, NOW, None) == Listing(NOW, archived=True)


dates = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(dates, dates.filter(bool), st.booleans())
def test_only_an_article_whose_day_has_not_come_moves(date: datetime | None, listed: datetime, archived: bool) -> None:  # noqa: FBT001
    article = Article("a", "", "", "", (), (), "fi", "", "", date, listed, archived=archived)
    moved = listed_again(article, entry("a", date), NOW, NOW)
    if archived or (listed <= NOW + SKEW and not (date and date > NOW + SKEW)):
        assert moved == listed
    else:
        assert moved in (NOW, date)
    if moved == date != listed:
        assert not is_out_by(article, NOW)
