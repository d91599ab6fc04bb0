"""When an event is tried again: never early, never after its end, and as the CRM asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.outbox.backoff import JITTER, LIFE, LONGEST_ASKED, WAITS, next_try

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
CHANCES = st.floats(0, 1)
ASKED = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))


@given(st.integers(1, 500), CHANCES, ASKED, st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=100)))
def test_a_try_lies_between_now_and_the_end(tries: int, chance: float, asked: timedelta | None, age: timedelta) -> None:
    now = NOW + age
    due = next_try(NOW, tries, now, chance, asked)
    if age >= LIFE:
        assert due is None
    else:
        assert due is not None
        assert now < due <= NOW + LIFE
        least = min(WAITS[min(tries, len(WAITS)) - 1] * (1 - JITTER), NOW + LIFE - now)
        assert due - now >= least
        assert due - now >= min(asked or timedelta(0), LONGEST_ASKED, NOW + LIFE - now)


@given(st.lists(CHANCES, min_size=60, max_size=60))
def test_a_crm_that_never_takes_it_is_asked_some_two_dozen_times_the_last_after_72_hours(chances: list[float]) -> None:
    now, tries = NOW, 0
    while True:
        tries += 1
        due = next_try(NOW, tries, now, chances[tries], None)
        if due is None:
            break
        now = due
    assert now == NOW + LIFE
    assert 18 <= tries <= 35


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 30), (2, 120), (3, 600), (4, 1800), (5, 3600), (6, 7200), (8, 14400), (99, 14400)]
)
def test_the_waits_are_those_of_the_documentation(tries: int, seconds: int) -> None:
    assert next_try(NOW, tries, NOW, 0.5, None) == NOW + timedelta(seconds=seconds)
    assert next_try(NOW, tries, NOW, 0.0, None) == NOW + timedelta(seconds=seconds) * (1 - JITTER)
