"""A mailing is stopped and goes on: between two batches, for as long as it takes, and nobody is mailed twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import requeue_shards, resume_mailing
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.requeue_shard import requeue_shard
from newsletter.mailings.status import CANCELLABLE, PAUSABLE, RESUMABLE, MailingState, MailingStatus, allowed_actions
from newsletter.platform.aws import clients as aws
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.messages import RequeueShard, SendBatch, from_json
from newsletter.platform.shards import SHARDS
from newsletter.publication.sending_limits import SendingLimits
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, subscriber_id
from newsletter.sending.ledger import BatchStatus
from rehearsal import events
from tests.support.stack.cloud import PEPPER, Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
CAUTION = SendingLimits()
numbers = iter(range(1000))


@pytest.fixture
def cloud(cloud: Cloud) -> Cloud:
    """A stack with twelve readers."""
    for number in range(12):
        email = f"lukija{number}@example.com"
        reader = subscriber_id(PEPPER.encode(), email)
        app.subscribers.activate(SignUp(reader, email, Choices(language="fi"), "2026-11", "", "", NOW, "nonce"), NOW)
    return cloud


@pytest.fixture
def mailing(cloud: Cloud) -> str:
    """A campaign that is planned and not sent; its messages are gone."""
    campaign = Campaign(f"kevat{next(numbers)}", "Kevät", "Hei!", "fi")
    started = start_campaign(campaign, app, now=NOW).mailing
    plan(cloud)
    cloud.messages("BatchQueue")
    return started.id


def plan(cloud: Cloud) -> None:
    """Let the planner work its queue off."""
    while bodies := cloud.messages("PlanQueue"):
        for body in bodies:
            answer = cloud.invoke("planner", events.sqs(body))
            assert answer["batchItemFailures"] == []


def batches(cloud: Cloud) -> list[SendBatch]:
    """The batches on the queue; they are taken out."""
    return [message for message in map(from_json, cloud.messages("BatchQueue")) if isinstance(message, SendBatch)]


def pause(mailing: str) -> MailingStatus:
    return pause_mailing(mailing, app, by="Maija", now=NOW)


def resume(mailing: str, now: datetime = NOW) -> MailingStatus:
    return resume_mailing(mailing, app, by="Maija", now=now)


def cancel(mailing: str) -> MailingStatus:
    return cancel_mailing(mailing, app, by="Maija", now=NOW)


def status(mailing: str) -> MailingStatus:
    found = app.statuses.status(mailing)
    assert found is not None
    return found


def put(mailing: str, state: MailingState) -> None:
    """Put the mailing in the state, whatever it was in."""
    assert app.statuses.compare_and_set(mailing, status(mailing), MailingStatus(state, NOW))


def test_a_mailing_is_paused_resumed_and_cancelled_and_the_record_says_by_whom(mailing: str) -> None:
    assert status(mailing).state is MailingState.SENDING
    pause(mailing)
    assert (status(mailing).state, status(mailing).by) == (MailingState.PAUSED, "Maija")
    resume(mailing, NOW + timedelta(seconds=1))
    assert (status(mailing).state, status(mailing).needs_requeue) == (MailingState.SENDING, False)
    cancel(mailing)
    assert status(mailing).state is MailingState.CANCELLED
    told = [(line["decision"], line["why"]) for line in app.decisions.newest(50) if line["run"] == mailing]
    assert sorted(told) == [("cancelled", "by Maija"), ("resumed", "by Maija")]  # one record a second for each run


def test_the_same_change_twice_is_no_error_and_changes_nothing(mailing: str) -> None:
    first = pause(mailing)
    assert pause_mailing(mailing, app, by="Kalle", now=NOW + timedelta(hours=1)) == first
    assert cancel(mailing) == cancel(mailing)


def test_a_resumed_mailing_emits_every_batch_that_is_not_settled_even_when_the_queue_forgot_all(
    cloud: Cloud, mailing: str
) -> None:
    planned = [batch for _, manifest in app.manifests.of_mailing(mailing) for batch in manifest.batches]
    states = [BatchStatus.DONE, BatchStatus.DOUBTFUL, BatchStatus.RETRY, BatchStatus.CLAIMED]
    long_ago = NOW - timedelta(days=30)
    for batch, state in zip(planned, states, strict=False):
        assert app.deliveries.claim(batch, "." * len(batch.recipients), {}, long_ago) is None
        if state is not BatchStatus.CLAIMED:
            letters = {"done": "a", "doubtful": "?", "retry": "r"}[state] * len(batch.recipients)
            assert app.deliveries.record_result(batch, 1, state, letters, {}, long_ago)
    pause(mailing)

    resume(mailing, NOW + timedelta(days=30))
    plan(cloud)

    again = sorted(message.batch for message in batches(cloud))
    assert again == sorted(batch.id for batch in planned[1:])


def test_a_batch_that_a_sender_holds_right_now_is_not_emitted_again(cloud: Cloud, mailing: str) -> None:
    (held, *_) = [batch for _, manifest in app.manifests.of_mailing(mailing) for batch in manifest.batches]
    assert app.deliveries.claim(held, ".", {}, datetime.now(UTC)) is None

    resume(mailing)
    plan(cloud)

    assert held.id not in {message.batch for message in batches(cloud)}


def test_resuming_plans_what_was_not_planned(cloud: Cloud) -> None:
    name = f"campaign-kesken{next(numbers)}"
    app.mailings.create(Mailing(name, Kind.CAMPAIGN, NOW, subject="Kesken", body="Hei"))

    resume(name)
    plan(cloud)

    assert {shard for shard, manifest in app.manifests.of_mailing(name) if manifest.last} == set(SHARDS)
    assert sum(len(message.recipients) for message in batches(cloud)) == 12


def test_going_on_asks_the_ledger_no_oftener_than_the_mailing_has_batches(mailing: str) -> None:
    """It has 32 places for each of 32 shards, and a small mailing is in a few of them."""
    asked: list[str] = []

    def look(model: Any, **_: Any) -> None:
        asked.append(model.name)

    planned = sum(len(manifest.batches) for _, manifest in app.manifests.of_mailing(mailing))
    events_of_client = aws.client("dynamodb").meta.events
    events_of_client.register("before-call.dynamodb.Query", look)
    try:
        now = datetime.now(UTC)  # what the queue has room for is counted from now on, and this file may be minutes old
        queued = sum(requeue_shard(RequeueShard(mailing, shard, anew=True), app, now=now) for shard in SHARDS)
    finally:
        events_of_client.unregister("before-call.dynamodb.Query", look)
    assert queued == planned >= 5
    assert len(asked) <= planned


def test_going_on_emits_nothing_of_a_mailing_that_was_stopped_again(cloud: Cloud, mailing: str) -> None:
    pause(mailing)
    for shard in SHARDS:
        assert requeue_shard(RequeueShard(mailing, shard), app, now=NOW) == 0
    assert batches(cloud) == []
    assert cloud.messages("PlanQueue") == []


def test_a_resume_that_crashed_before_emitting_is_remembered(cloud: Cloud, mailing: str) -> None:
    before = status(mailing)
    assert app.statuses.compare_and_set(mailing, before, MailingStatus(MailingState.SENDING, NOW, needs_requeue=True))
    # The process dies here.
    left = status(mailing)
    assert left.needs_requeue

    requeue_shards(mailing, left, app)

    assert not status(mailing).needs_requeue
    assert {
        message.shard for message in map(from_json, cloud.messages("PlanQueue")) if isinstance(message, RequeueShard)
    } == {*SHARDS}


@pytest.mark.parametrize("state", MailingState)
def test_from_each_state_leads_what_is_allowed_and_nothing_else(
    cloud: Cloud, mailing: str, state: MailingState
) -> None:
    for act, allowed, idle in (
        (pause, PAUSABLE, MailingState.PAUSED),
        (resume, RESUMABLE, None),
        (cancel, CANCELLABLE, MailingState.CANCELLED),
    ):
        put(mailing, state)
        if state in allowed or state is idle:
            act(mailing)
        else:
            with pytest.raises(NotNow, match=f"^{mailing} is "):
                act(mailing)
            assert status(mailing).state is state
    cloud.messages("PlanQueue")


def test_a_person_is_offered_what_makes_sense() -> None:
    offered = {state.value: allowed_actions(MailingStatus(state)) for state in MailingState}
    assert offered == {
        "approval": ["cancel"],
        "pilot": ["pause", "resume", "cancel"],
        "sending": ["pause", "cancel"],
        "paused": ["resume", "cancel"],
        "waiting": ["pause", "resume", "cancel"],
        "held": ["resume", "cancel"],
        "cancelled": [],
        "complete": [],
    }


@pytest.mark.usefixtures("cloud")
def test_only_planned_mailings_can_be_stopped() -> None:
    app.mailings.create(Mailing("step-sparraus-1", Kind.STEP, NOW))
    with pytest.raises(NotNow, match="one by one"):
        pause("step-sparraus-1")
    with pytest.raises(NotFound):
        pause("campaign-tuntematon")


def test_a_planned_mailing_stands_on_the_list_of_unfinished_ones_until_it_is_over(mailing: str) -> None:
    app.mailings.create(Mailing("welcome", Kind.WELCOME, NOW))
    assert mailing in app.statuses.unfinished()
    assert "welcome" not in app.statuses.unfinished()
    app.statuses.finish(mailing)
    assert mailing not in app.statuses.unfinished()
