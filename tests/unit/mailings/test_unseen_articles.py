"""What a reader has not seen yet: by their frequency, since they joined, paused, left and came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.digests.digest import (
    Digest,
)
from newsletter.mailings.digests.unseen_articles import UnseenArticles
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.frequency_history import (
    MAX_PERIODS,
    FrequencyPeriod,
    after_choice,
    after_confirming,
    as_text,
    parse,
)
from newsletter.readers.subscriber import Recipient, Status, Subscriber
from tests.support.articles.digest_histories import DAY, HELSINKI, START, TICK, WEEK, digest, frequencies

# --- one by one ------------------------------------------------------------------------------------------------------


FIRST = digest("2026-W12", START, "1")
SECOND = digest("2026-W13", START + WEEK, "2")
THIRD = digest("2026-W14", START + 2 * WEEK, "3")
MONTH = digest("2026-M04", START + 3 * WEEK, "1", "2", "3", "4")
ALL = (FIRST, SECOND, THIRD, MONTH)
JOINED = FrequencyPeriod(START - 30 * DAY, Frequency.WEEKLY, joined=True)


def new_to(*stretches: FrequencyPeriod, digest: Digest = MONTH) -> tuple[str, ...] | None:
    last = stretches[-1]
    recipient = Recipient(
        Choices(language="fi", frequency=last.frequency or Frequency.WEEKLY), frequency_history=as_text(stretches)
    )
    return UnseenArticles(digest, ALL, HELSINKI).articles_for(recipient)


def test_who_switches_to_monthly_gets_what_the_weekly_digests_have_not_brought() -> None:
    monthly = FrequencyPeriod(START + WEEK + DAY, Frequency.MONTHLY)
    assert new_to(JOINED, monthly) == ("3", "4")
    assert new_to(JOINED, monthly, digest=THIRD) is None


def test_who_switches_to_weekly_gets_what_no_digest_has_brought_yet() -> None:
    joined = FrequencyPeriod(START - DAY, Frequency.MONTHLY, joined=True)
    assert new_to(joined, FrequencyPeriod(START + WEEK + DAY, Frequency.WEEKLY), digest=THIRD) == ("3", "2", "1")


def test_what_appears_during_a_pause_comes_in_the_first_digest_after_it() -> None:
    pause = FrequencyPeriod(START + DAY, Frequency.WEEKLY, paused_until=(START + 10 * DAY).date())
    assert new_to(JOINED, pause, digest=SECOND) is None
    assert new_to(JOINED, pause, digest=THIRD) == ("3", "2")


def test_who_left_and_comes_back_gets_the_coming_digest_and_nothing_of_the_time_between() -> None:
    left, back = FrequencyPeriod(START + DAY, None), FrequencyPeriod(START + 8 * DAY, Frequency.WEEKLY, joined=True)
    assert new_to(JOINED, left, digest=SECOND) is None
    assert new_to(JOINED, left, back, digest=THIRD) == ("3",)


def test_who_comes_back_to_another_frequency_gets_nothing_again() -> None:
    left, back = FrequencyPeriod(START + DAY, None), FrequencyPeriod(START + 2 * DAY, Frequency.MONTHLY, joined=True)
    assert new_to(JOINED, left, back) == ("2", "3", "4")


def test_a_choice_made_while_a_digest_is_planned_holds_from_the_next_one_on() -> None:
    assert new_to(JOINED, FrequencyPeriod(THIRD.window.end + TICK, Frequency.MONTHLY), digest=THIRD) == ("3",)
    assert new_to(JOINED, FrequencyPeriod(THIRD.window.end - TICK, Frequency.MONTHLY), digest=THIRD) is None


def test_a_reader_who_changes_more_often_than_is_kept_may_miss_something_and_gets_nothing_twice() -> None:
    flickers = [
        FrequencyPeriod(START + DAY + number * TICK, list(Frequency)[number % 2]) for number in range(MAX_PERIODS + 3)
    ]
    text = as_text((JOINED, *flickers))
    assert len(parse(text)) == MAX_PERIODS
    readings = UnseenArticles(MONTH, ALL, HELSINKI)
    got = readings.articles_for(Recipient(Choices(language="fi", frequency=Frequency.MONTHLY), frequency_history=text))
    assert got is None or "1" not in got


def test_a_digest_that_is_not_released_brings_nothing_to_nobody() -> None:
    with pytest.raises(ValueError, match="2026-W12"):
        UnseenArticles(replace(FIRST, released_at=None), ALL, HELSINKI)


# --- what is kept of a reader's choices ------------------------------------------------------------------------------


stretches = st.builds(
    FrequencyPeriod,
    st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.none() | frequencies,
    st.none() | st.dates(date(2020, 1, 1)),
    st.booleans(),
)


@given(st.lists(stretches, max_size=MAX_PERIODS).map(tuple))
def test_choices_come_back_from_their_text(chosen: tuple[FrequencyPeriod, ...]) -> None:
    assert parse(as_text(chosen)) == chosen


def test_nothing_is_kept_of_a_reader_who_changes_nothing() -> None:
    reader = Subscriber("r", "", Status.ACTIVE, Choices(language="fi"), START, "1")
    weekly, monthly = (Choices(language="fi", frequency=frequency) for frequency in Frequency)
    assert after_choice(reader, weekly, START + DAY) == ""
    assert after_confirming(reader, weekly, START + DAY) == ""
    assert [stretch.frequency for stretch in parse(after_choice(reader, monthly, START + DAY))] == [
        Frequency.WEEKLY,
        Frequency.MONTHLY,
    ]
