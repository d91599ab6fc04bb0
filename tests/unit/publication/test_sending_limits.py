"""When sending stops by itself: rates that are too bad, and pilots that are fair and big enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.shards import SHARDS
from newsletter.publication.sending_limits import (
    BREAKER_VOLUME,
    DEFAULT_LIMITS,
    LEAST_BOUNCED,
    LEAST_COMPLAINED,
    LEAST_PILOT,
    Feedback,
    SendingLimits,
    breaks,
    exceeds,
    pilot_shards,
    too_many_refused,
)

NUMBER = st.integers(0, 100_000)


@pytest.mark.parametrize(
    ("feedback", "words"),
    [
        (Feedback(960, 40, 0), ""),
        (Feedback(959, 41, 0), "41 of 1,000 mails bounced (4.1 %; the limit is 4 %)"),
        (Feedback(10_000, 0, 8), ""),
        (Feedback(10_000, 0, 9), "9 of 10,000 mails were called spam (0.09 %; the limit is 0.08 %)"),
        (Feedback(10, LEAST_BOUNCED - 1, 0), ""),
        (Feedback(100, 0, LEAST_COMPLAINED - 1), ""),
        (Feedback(0, 0, 5), "5 of 0 mails were called spam (5e+02 %; the limit is 0.08 %)"),
    ],
)
def test_rates_above_the_limit_are_said_in_words(feedback: Feedback, words: str) -> None:
    assert exceeds(feedback, DEFAULT_LIMITS) == words


@pytest.mark.parametrize(
    ("refused", "tried", "words"),
    [
        (0, 0, ""),
        (9, 9, ""),
        (10, 100, ""),
        (11, 100, "11 of 100 recipients were refused (the limit is 10 %); the report says why"),
        (10, 50, "10 of 50 recipients were refused (the limit is 10 %); the report says why"),
        (1_001, 10_000, "1,001 of 10,000 recipients were refused (the limit is 10 %); the report says why"),
    ],
)
def test_more_than_every_tenth_refused_and_ten_at_least_stop_a_mailing(refused: int, tried: int, words: str) -> None:
    assert too_many_refused(refused, tried) == words


@given(NUMBER, NUMBER, NUMBER)
def test_the_breaker_judges_nothing_below_its_volume_and_the_same_as_a_slice_above(
    delivered: int, bounced: int, complained: int
) -> None:
    feedback = Feedback(delivered, bounced, complained)
    expected = exceeds(feedback, DEFAULT_LIMITS) if delivered + bounced >= BREAKER_VOLUME else ""
    assert breaks(feedback, DEFAULT_LIMITS) == expected


@given(NUMBER, NUMBER, NUMBER)
def test_more_bad_news_never_makes_the_rates_fine(delivered: int, bounced: int, complained: int) -> None:
    if exceeds(Feedback(delivered, bounced, complained), DEFAULT_LIMITS):
        assert exceeds(Feedback(delivered, bounced + 1, complained + 1), DEFAULT_LIMITS)


@given(st.text("abc-0123456789", min_size=1), st.integers(0, 2_000_000))
def test_a_pilot_is_small_fair_and_always_the_same(mailing: str, readers: int) -> None:
    found = pilot_shards(mailing, readers, DEFAULT_LIMITS)
    assert found == pilot_shards(mailing, readers, DEFAULT_LIMITS)
    assert bool(found) == (readers > DEFAULT_LIMITS.pilot_above)
    assert len(set(found)) == len(found) <= len(SHARDS) // 4
    assert set(found) <= set(SHARDS)
    if found:
        assert len(found) * readers / len(SHARDS) >= LEAST_PILOT


def test_not_always_the_same_readers_are_the_pilot() -> None:
    assert len({pilot_shards(f"campaign-{number}", 1_000_000, DEFAULT_LIMITS) for number in range(100)}) > 20


def test_a_publication_can_do_without_slices() -> None:
    assert pilot_shards("campaign-x", 1_000_000, SendingLimits(pilot_above=0)) == ""
