"""The endpoint rests after failures, is off after refusals, and is well after any yes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.manage.crm_words import endpoint_in_words
from newsletter.leads.outbox.crm_answer import Outcome
from newsletter.leads.outbox.endpoint_health import (
    FAILURES_BEFORE_REST,
    REFUSALS_BEFORE_OFF,
    RESTS,
    Access,
    EndpointHealth,
)

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
OUTCOMES = st.lists(st.sampled_from(list(Outcome)), max_size=40)


def after(outcomes: list[Outcome], asked: timedelta | None = None) -> EndpointHealth:
    health = EndpointHealth()
    for number, outcome in enumerate(outcomes):
        health = health.after(outcome, NOW + timedelta(minutes=number), asked, "said")
    return health


@given(OUTCOMES)
def test_a_yes_makes_it_well_unless_a_person_must_switch_it_on(outcomes: list[Outcome]) -> None:
    before = after(outcomes)
    well = before.after(Outcome.TAKEN, NOW, None, "")
    assert well == EndpointHealth(off_at=before.off_at, off_why=before.off_why, well_since=well.well_since)
    assert well.is_back_since(NOW) or not before.resting_until or before.off_at


@given(OUTCOMES, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)))
def test_it_is_off_exactly_after_410_or_refusals_in_a_row(outcomes: list[Outcome], later: timedelta) -> None:
    in_a_row = longest = 0
    for outcome in outcomes:
        in_a_row = in_a_row + 1 if outcome is Outcome.REFUSED else 0
        longest = max(longest, in_a_row)
    off = Outcome.GONE in outcomes or longest >= REFUSALS_BEFORE_OFF
    assert (after(outcomes).access(NOW + later) is Access.OFF) == off


def test_rests_become_longer_up_to_the_longest_wait_of_a_message() -> None:
    failures = [Outcome.FAILED] * (FAILURES_BEFORE_REST - 1)
    assert after(failures).access(NOW) is Access.OPEN
    for rest in (*RESTS, RESTS[-1]):
        failures.append(Outcome.FAILED)
        last = NOW + timedelta(minutes=len(failures) - 1)
        health = after(failures)
        assert health.access(last + rest - timedelta(seconds=1)) is Access.RESTS
        assert health.access(last + rest) is Access.PROBE
    assert RESTS[-1] <= timedelta(seconds=900)


@pytest.mark.parametrize(("asked", "rest"), [(None, 2), (1, 2), (7, 7), (3600, 3600), (10**7, 86_400)])
def test_a_busy_crm_is_left_alone_for_as_long_as_it_asks_within_a_day(asked: int | None, rest: int) -> None:
    health = after([Outcome.BUSY], None if asked is None else timedelta(seconds=asked))
    assert health.resting_until == NOW + timedelta(seconds=rest)


def test_what_it_declines_is_no_failure_of_the_endpoint() -> None:
    assert after([Outcome.FAILED, Outcome.DECLINED] * 20) == EndpointHealth()


def test_a_wait_that_it_asked_for_stays_whatever_becomes_of_what_was_under_way() -> None:
    until = NOW + timedelta(hours=1)
    busy = EndpointHealth().after(Outcome.BUSY, NOW, timedelta(hours=1), "429")
    for outcome in (Outcome.TAKEN, Outcome.DECLINED, Outcome.REFUSED, Outcome.FAILED):
        health = busy.after(outcome, NOW + timedelta(seconds=1), None, "said")
        assert health.access(until - timedelta(seconds=1)) is Access.RESTS, outcome
        assert health.access(until) is Access.PROBE, outcome
    pause = EndpointHealth()
    for expected in (2, 5, 15, 30):
        pause = pause.after(Outcome.BUSY, NOW, None, "429")
        assert pause.resting_until == NOW + timedelta(seconds=expected)
    assert pause.after(Outcome.TAKEN, NOW, None, "").pauses == 0
    shorter = busy.after(Outcome.BUSY, NOW + timedelta(seconds=1), timedelta(seconds=5), "429")
    assert shorter.resting_until == until
    assert busy.probing(until).after(Outcome.TAKEN, until, None, "") == EndpointHealth(well_since=until)


def test_others_do_not_rest_with_the_one_lead_that_fails() -> None:
    health = EndpointHealth()
    for _ in range(FAILURES_BEFORE_REST):
        health = health.after(Outcome.FAILED, NOW, None, "500", "a")
    assert health.access(NOW, "a") is health.access(NOW) is Access.RESTS
    assert health.access(NOW, "b") is Access.OPEN
    assert health.after(Outcome.FAILED, NOW, None, "500", "b").access(NOW, "c") is Access.RESTS, "it is the CRM"
    assert health.after(Outcome.TAKEN, NOW, None, "", "b").access(NOW, "a") is Access.OPEN
    asked = health.after(Outcome.BUSY, NOW, timedelta(hours=1), "429", "a")
    assert asked.access(NOW, "b") is Access.RESTS


def test_what_it_declines_after_a_rest_shows_that_it_works_again() -> None:
    rested = after([Outcome.FAILED] * FAILURES_BEFORE_REST)
    assert rested.probing(NOW).after(Outcome.DECLINED, NOW, None, "").is_back_since(NOW)


def test_a_rest_that_is_over_is_not_said_to_last() -> None:
    health = EndpointHealth(failures=FAILURES_BEFORE_REST, resting_until=NOW)
    said = [endpoint_in_words(health, NOW + timedelta(hours=hours), str).words for hours in (-1, 1)]
    assert f"left alone until {NOW}" in said[0]
    assert "rest is over" in said[1]
