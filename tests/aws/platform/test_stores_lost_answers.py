"""A write whose answer was lost is repeated by boto3, and is not taken for somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp
from tests.aws.platform.test_stores_races import ATTEMPTS, Attempt
from tests.support.aws.dynamodb import Adapters
from tests.support.aws.lost_responses import Call, lost, the
from tests.support.leads.presses import a_lead

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def writes(call: Call) -> bool:
    return call.writes


@pytest.mark.parametrize("prepare", ATTEMPTS)
def test_the_one_that_won_knows_it_though_its_answer_was_lost(
    adapters: Adapters, prepare: Callable[[Adapters], Attempt]
) -> None:
    attempt = prepare(adapters)
    with lost(the(0, writes)) as answers:
        assert attempt()
    assert len(answers.lost) == 1
    assert not attempt(), "another call of ours is another attempt"


@pytest.mark.parametrize("prepare", ATTEMPTS)
def test_the_one_that_came_too_late_knows_it_too(adapters: Adapters, prepare: Callable[[Adapters], Attempt]) -> None:
    attempt = prepare(adapters)
    assert attempt()
    with lost(the(0, writes)):
        assert not attempt()


def test_a_lane_gives_the_same_moment_once_and_to_its_owner_alone(adapters: Adapters) -> None:
    lane, now = adapters.new("lane"), NOW.timestamp()
    for number in range(4):
        with lost(the(0, writes)) as answers:
            assert adapters.guards.reserve(lane, 2.5, now) == pytest.approx(now + number * 2.5)
        assert answers.lost
    assert adapters.guards.free_at(lane) == pytest.approx(now + 10)


def test_a_change_of_a_lead_takes_place_once_though_its_answer_is_lost(adapters: Adapters) -> None:
    lead = a_lead(adapters.new("lead"), NOW)
    with lost(the(0, writes)):
        assert adapters.leads.create(lead)
    with lost(the(0, writes)) as answers:
        changed = adapters.leads.replace(lead, lead.told("lead.created", NOW))
    assert answers.lost
    assert changed is not None
    assert adapters.leads.get(lead.id) == changed
    assert adapters.leads.replace(lead, lead) is None


def test_whoever_confirmed_is_told_so_though_reports_about_the_reader_come_between(adapters: Adapters) -> None:
    """A write that may be repeated leaves the id of the one before it."""
    sign_up = SignUp(adapters.new("a"), "a@example.com", Choices(language="fi"), "1", "", "", NOW, "nonce")

    def remembered(call: Call) -> bool:
        if call.conditional and not heads:
            heads.append("head")
            adapters.subscribers.remember_head(sign_up.id, "head")
            return True
        return False

    heads: list[str] = []
    with lost(remembered):
        assert adapters.subscribers.activate(sign_up, NOW)
    assert heads
