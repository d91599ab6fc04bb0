"""The process dies after any call, or answers of AWS are lost: the CRM hears of each event, under one id, in order."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.leads.outbox.deliver_events import deliver_due, deliver_events
from newsletter.leads.outbox.outbox_event import EventState
from newsletter.leads.outbox.outbox_store import LEASE
from newsletter.platform.isolation import Isolated
from tests.support.aws.lost_responses import Call, Crash, crashing, every, lost, the
from tests.support.leads.leads import enqueue, make_lead
from tests.support.stack.cloud import Cloud

MAIJA = "maija@example.com"
NOW = datetime.now(UTC).replace(microsecond=0)


def ids(cloud: Cloud) -> list[str]:
    return [came.headers["webhook-id"] for came in cloud.webhooks]


def tell_two(lead: str, now: datetime) -> None:
    enqueue(lead, MAIJA, now)
    enqueue(lead, MAIJA, now, 2, "lead.updated")
    deliver_events(lead, now, app)


def any_call(_: Call) -> bool:
    return True


@pytest.fixture
def lead(cloud: Cloud) -> str:
    cloud.subscribe(MAIJA)
    return make_lead(MAIJA, NOW)


def finished(cloud: Cloud, lead: str, now: datetime) -> None:
    """What SQS and the tick do later: the press comes again, the messages come, the tick looks."""
    tell_two(lead, now)
    deliver_due(now, Isolated(), app)
    for body in cloud.messages("LeadQueue"):
        message = json.loads(body)
        if message["type"] == "wake_lead":
            deliver_events(message["lead"], now, app)
    assert [event.state for event in app.outbox.of(lead)] == [EventState.TAKEN] * 2
    assert app.outbox.waiting(lead[0]) == []


def test_a_crash_after_any_call_loses_nothing_and_keeps_the_order(cloud: Cloud, lead: str) -> None:
    for number in itertools.count():
        cloud.webhooks.clear()
        cloud.messages("LeadQueue")
        try:
            with crashing(the(number, any_call)):
                tell_two(lead, NOW)
        except Crash:
            finished(cloud, lead, NOW + LEASE + timedelta(minutes=6))
            assert list(dict.fromkeys(ids(cloud))) == [f"{lead}-1", f"{lead}-2"], number
            assert len(ids(cloud)) <= 3, "at most the one whose answer was not recorded goes again"
            app.outbox.erase(lead)
            continue
        break
    assert number > 15, "it died after each of these calls"


def test_lost_answers_of_aws_send_nothing_twice(cloud: Cloud, lead: str) -> None:
    with lost(every(lambda call: call.writes)) as answers:
        tell_two(lead, NOW)
    assert len(answers.lost) >= 6
    assert ids(cloud) == [f"{lead}-1", f"{lead}-2"]
    events = app.outbox.of(lead)
    assert [event.state for event in events] == [EventState.TAKEN] * 2
    assert [len(event.attempts) for event in events] == [1, 1]


def test_two_functions_at_the_same_event_post_it_once(cloud: Cloud, lead: str) -> None:
    enqueue(lead, MAIJA, NOW)
    event = app.outbox.of(lead)[0]
    assert app.outbox.claim(event, NOW, "a")
    assert not app.outbox.claim(event, NOW, "b")
    assert deliver_events(lead, NOW, app) == {}
    assert cloud.webhooks == []
    assert deliver_events(lead, NOW + LEASE, app) == {"taken": 1}, "the first has died"


def test_an_answer_that_came_after_all_is_recorded_though_another_has_claimed_the_event(lead: str) -> None:
    enqueue(lead, MAIJA, NOW)
    event = app.outbox.of(lead)[0]
    assert app.outbox.claim(event, NOW, "slow")
    assert app.outbox.claim(event, NOW + LEASE, "second")
    failed = replace(event, tries=1, due_at=NOW + LEASE)
    assert not app.outbox.record(failed, "slow")
    assert app.outbox.record(replace(event, state=EventState.TAKEN, due_at=None), "slow")
    assert app.outbox.of(lead)[0].state is EventState.TAKEN
