"""What each reader finds in a digest, and what a digest carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.article import Article
from newsletter.mailings.digests.digest import (
    WEEK,
    Digest,
    Window,
    compose_digest,
    matches_topics,
    newest_first,
    period_of,
    select_articles,
)
from newsletter.readers.choice import Frequency

HELSINKI = ZoneInfo("Europe/Helsinki")
START = datetime(2026, 3, 17, 6, tzinfo=UTC)  # a fortnight before clocks go forward in Helsinki
TOPICS = ("a", "b", "c")
frequencies = st.sampled_from(Frequency)


def article(
    name: str, listed_at: datetime = START, topics: tuple[str, ...] = (), published: datetime | None = None
) -> Article:
    return Article(name, f"https://b.example/{name}", name, "", topics, (), "fi", "", "", published, listed_at)


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
    selection = select_articles(fresh, archive, wanted, most, related)
    mine = [found for found in fresh if matches_topics(found, wanted)]
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
    assert len(selection.reasons) == len(selection.related)
    for found, reason in zip(selection.related, selection.reasons, strict=True):
        assert reason in found.topics
        assert reason in told
        assert not wanted or reason in wanted, "an older article comes for a topic of the reader's own"


def test_a_topic_that_the_reader_does_not_follow_brings_no_older_articles() -> None:
    new = article("new", topics=("a", "b"))
    older = [article("of-b", topics=("b",)), article("of-both", topics=("b", "a"))]
    for wanted, expected in (
        (("a",), {"of-both": "a"}),
        (("b",), {"of-b": "b", "of-both": "b"}),
        ((), {"of-b": "b", "of-both": "b"}),
        (("c",), {}),
    ):
        selection = select_articles([replace(new, topics=(*new.topics, "c"))], older, wanted, 3, 3)
        assert selection is not None
        brought = zip(selection.related, selection.reasons, strict=True)
        assert {found.id: reason for found, reason in brought} == expected


def test_nothing_for_a_reader_is_no_selection() -> None:
    assert select_articles([article("x", topics=("a",))], [], ("b",), 3, 3) is None
    assert select_articles([], [article("x")], (), 3, 3) is None


@pytest.mark.parametrize(
    ("topics", "wanted", "meant"),
    [((), (), True), ((), ("a",), True), (("a",), (), True), (("a", "b"), ("b",), True), (("a",), ("b",), False)],
)
def test_no_topics_on_either_side_mean_everything(
    topics: tuple[str, ...], wanted: tuple[str, ...], *, meant: bool
) -> None:
    assert matches_topics(article("x", topics=topics), wanted) is meant


@given(st.permutations([article(name, START, (), None) for name in "abcdef"]))
def test_articles_of_the_same_moment_have_a_stable_order(shuffled: list[Article]) -> None:
    assert "".join(found.id for found in newest_first(shuffled)) == "fedcba"


# --- what a digest carries -------------------------------------------------------------------------------------------


@given(shelves, st.integers(1, 30))
def test_a_digest_carries_what_was_listed_in_its_window_and_is_not_skipped(
    shelf: list[tuple[tuple[str, ...], int, bool]], days: int
) -> None:
    earlier = Digest("2026-W10", Window(START - timedelta(days=99), START - timedelta(days=days)), ())
    articles = [
        replace(
            article(str(number), at := START - timedelta(days=age), topics, at), skipped=number % 3 == 2, archived=True
        )
        for number, (topics, age, _) in enumerate(shelf)
    ]
    digest = compose_digest("2026-W12", START, articles, [earlier], 3)
    expected = {found.id for found in articles if timedelta() < START - found.listed_at <= timedelta(days=days)}
    assert set(digest.articles if digest else ()) == {number for number in expected if int(number) % 3 != 2}


def test_what_a_dropped_digest_carried_comes_in_the_next_one() -> None:
    first = article("first", START - timedelta(days=1))
    dropped = compose_digest("2026-W12", START, [first], [], 0)
    assert dropped is not None
    second = article("second", START + timedelta(days=1))
    for verdict, expected in ((True, ["second", "first"]), (False, ["second"])):
        digest = compose_digest("2026-W13", START + WEEK, [first, second], [replace(dropped, dropped=verdict)], 0)
        assert digest is not None
        assert list(digest.articles) == expected


def test_an_article_kept_while_its_digest_was_settled_comes_in_the_next_one_but_no_archive_does() -> None:
    earlier = Digest("2026-W12", Window(START - WEEK, START), ())
    late = article("late", START - timedelta(minutes=1))
    archive = replace(article("archive", START - timedelta(days=2)), archived=True)
    new = article("new", START + timedelta(days=1))
    digest = compose_digest("2026-W13", START + WEEK, [late, archive, new], [earlier], 0)
    assert digest is not None
    assert list(digest.articles) == ["new", "late"]


def test_the_pinned_article_stands_on_top_and_one_skipped_since_is_left_out() -> None:
    fresh = [article(name, START - timedelta(hours=hours)) for hours, name in enumerate("abc")]
    fresh[1] = replace(fresh[1], skipped=True)
    fresh[2] = replace(fresh[2], pinned=True)
    selection = select_articles(fresh, [], (), 5, 0)
    assert selection is not None
    assert [found.id for found in selection.articles] == ["c", "a"]
    assert select_articles(fresh[1:2], [], (), 5, 0) is None


# --- more from the archive -------------------------------------------------------------------------------------------


@given(shelves, st.lists(st.tuples(frequencies, subjects), min_size=1, max_size=40), st.integers(1, 4))
def test_nobody_is_shown_an_archive_article_twice_in_a_year(
    shelf: list[tuple[tuple[str, ...], int, bool]], weeks: list[tuple[Frequency, tuple[str, ...]]], each: int
) -> None:
    """Whatever the reader's topics and frequencies: no digest of a year offers what another one carried or offered."""
    articles = [article(f"old{n}", START - timedelta(days=age), topics) for n, (topics, age, _) in enumerate(shelf)]
    settled: list[Digest] = []
    for number, (frequency, topics) in enumerate(weeks):
        now = START + (number + 1) * WEEK
        articles.append(article(f"new{number}", now - timedelta(days=1), topics))
        digest = compose_digest(period_of(now, HELSINKI, frequency), now, articles, settled, each)
        if digest is None or digest.period in [known.period for known in settled]:
            continue
        settled.append(digest)
        by_id = {found.id: found for found in articles}
        told = {topic for one in digest.articles for topic in by_id[one].topics}
        assert all(set(by_id[one].topics) & told for one in digest.related)
    for earlier, later in combinations(settled, 2):
        assert not {*earlier.articles, *earlier.related} & {*later.related}
        assert earlier.frequency is not later.frequency or not {*earlier.related} & {*later.articles}


def test_an_archive_article_comes_again_after_a_year_of_rest() -> None:
    at = START - timedelta(days=40)
    old, new = replace(article("old", at, ("a",)), archived=True), article("new", START, ("a",))
    for weeks, offered in ((51, ()), (53, ("old",))):
        now = START + WEEK
        shown = Digest("2026-W13", Window(START, now), ("x",), ("old",))
        later = replace(new, listed_at=now + weeks * WEEK - timedelta(days=1))
        digest = compose_digest(
            period_of(now + weeks * WEEK, HELSINKI, Frequency.WEEKLY), now + weeks * WEEK, [old, later], [shown], 3
        )
        assert digest is not None
        assert digest.related == offered
