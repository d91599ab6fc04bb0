"""A mailing that is longer than the queue: what has no room waits in its manifests, and everybody gets one mail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import requeue_shards, resumed_status
from newsletter.mailings.planning import enqueue
from newsletter.mailings.planning.backlog_store import BacklogPosition
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.enqueue import enqueue_batches
from newsletter.mailings.planning.refill_queue import refill_queue
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import PlanPage, RequeueShard, SendBatch, from_json
from newsletter.platform.rate_limit import AHEAD, CHUNK, QUEUED
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READERS = [f"lukija{number}@example.com" for number in range(12)]
numbers = iter(range(1000))


@pytest.fixture
def cloud(cloud: Cloud) -> Cloud:
    """A stack with twelve readers."""
    for reader in READERS:
        add_reader(reader)
    return cloud


def now() -> float:
    return datetime.now(UTC).timestamp()


def no_room() -> None:
    """The queue is full for longer than the tick looks ahead."""
    app.rate_limiter.reserve(QUEUED, AHEAD + 60, now())


def started() -> str:
    campaign = Campaign(f"pitka{next(numbers)}", "Pitkä", "Hei!", "fi")
    return start_campaign(campaign, app, now=datetime.now(UTC).replace(microsecond=0)).mailing.id


def tick() -> int:
    isolated = Isolated()
    going = refill_queue(isolated, app)
    isolated.raise_if_any()
    return going


def got(cloud: Cloud, mailing: str) -> list[str]:
    return sorted(mail.to[0] for mail in cloud.mails() if mail.tags["mailing"] == mailing)


def test_what_has_no_room_waits_and_goes_out_once_there_is(cloud: Cloud) -> None:
    no_room()
    mailing = started()
    assert cloud.drain() == []
    assert got(cloud, mailing) == []
    waiting = {shard for name, shard in app.backlog.shards() if name == mailing}
    assert waiting == {batch.id[0] for _, page in app.manifests.of_mailing(mailing) for batch in page.batches}

    assert tick() == len(waiting)
    assert cloud.drain() == []
    assert got(cloud, mailing) == []  # there is no room yet

    app.rate_limiter.release(QUEUED, now())
    tick()
    assert cloud.drain() == []
    assert got(cloud, mailing) == sorted(READERS)
    assert list(app.backlog.shards()) == []
    assert tick() == 0


def test_a_shard_goes_on_from_the_very_batch_that_waits(cloud: Cloud) -> None:
    no_room()
    mailing = started()
    cloud.drain()
    (_, shard), *_ = app.backlog.shards()
    (page,) = [manifest for each, manifest in app.manifests.of_mailing(mailing) if each == shard]
    app.rate_limiter.release(QUEUED, now())
    app.backlog.set(mailing, shard, BacklogPosition(0, len(page.batches)))  # all of it was put on the queue

    tick()
    cloud.drain()

    ours = {reader for batch in page.batches for reader in batch.recipients}
    mailed = got(cloud, mailing)
    assert len(mailed) == len(READERS) - len(ours)


def test_a_page_planned_while_an_earlier_one_waits_puts_nothing_on_the_queue_and_is_not_forgotten(
    cloud: Cloud,
) -> None:
    no_room()
    mailing = started()
    cloud.drain()
    (_, shard), *_ = app.backlog.shards()
    app.rate_limiter.release(QUEUED, now())

    cloud.client("sqs").send_message(
        QueueUrl=app.settings.plan_queue, MessageBody=PlanPage(mailing, shard, 0).to_json()
    )
    cloud.drain()
    assert got(cloud, mailing) == []

    tick()
    cloud.drain()
    assert got(cloud, mailing) == sorted(READERS)


def test_the_place_of_a_shard_is_kept_until_the_shard_is_planned_to_its_end(cloud: Cloud) -> None:
    mailing = started()
    cloud.messages("PlanQueue")  # nothing is planned
    app.backlog.begin(mailing, "a", BacklogPosition(0, 0))

    cloud.client("sqs").send_message(
        QueueUrl=app.settings.plan_queue, MessageBody=RequeueShard(mailing, "a", anew=False).to_json()
    )
    cloud.drain()

    assert app.backlog.position(mailing, "a") == BacklogPosition(0, 0)


def test_a_paused_mailing_waits_on_and_a_cancelled_one_is_forgotten(cloud: Cloud) -> None:
    no_room()
    paused, cancelled = started(), started()
    cloud.drain()
    for stop, mailing in ((pause_mailing, paused), (cancel_mailing, cancelled)):
        stop(mailing, app, by="Maija", now=datetime.now(UTC).replace(microsecond=0))
    assert app.rate_limiter.free_at(QUEUED) <= now()  # others need not wait for their turns

    assert tick() == 0
    assert {mailing for mailing, _ in app.backlog.shards()} == {paused}

    status = app.statuses.status(paused)
    assert status is not None
    after = resumed_status(status, datetime.now(UTC).replace(microsecond=0), app.templates.publication.sending_limits)
    assert app.statuses.compare_and_set(paused, status, after)
    requeue_shards(paused, after, app)
    cloud.drain()
    assert got(cloud, paused) == sorted(READERS)
    assert got(cloud, cancelled) == []
    assert list(app.backlog.shards()) == []


def test_mailings_take_turns_shard_by_shard(cloud: Cloud) -> None:
    first, second = started(), started()
    cloud.messages("PlanQueue")
    for shard in "ab":
        for mailing in (first, second):
            app.backlog.begin(mailing, shard, BacklogPosition(0, 0))
    tick()
    going = [from_json(body) for body in cloud.messages("PlanQueue")]
    assert sorted(going, key=str) == sorted(
        (RequeueShard(mailing, shard, anew=False) for shard in "ab" for mailing in (first, second)), key=str
    )


@pytest.mark.usefixtures("cloud")
def test_each_batch_has_the_delay_until_its_turn_and_the_queue_ends_where_the_tick_can_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[SendBatch, float]] = []
    emitting = app
    monkeypatch.setattr(emitting.queues, "send_later", lambda _, messages: sent.extend(messages))
    monkeypatch.setattr(emitting.mailer, "max_send_rate", lambda: 14.0)
    monkeypatch.setattr(enqueue, "BULK", "nobody's")
    batches = [Batch("campaign-x", f"a0-{number}", "v", ("r",) * 13) for number in range(1000)]

    at = datetime.now(UTC)
    emitted = enqueue_batches(batches, at, app)

    assert AHEAD <= emitted <= AHEAD + CHUNK  # one batch a second
    assert [message.batch for message, _ in sent] == [batch.id for batch in batches[:emitted]]
    assert [delay for _, delay in sent] == pytest.approx(range(emitted), abs=0.01)
    assert enqueue_batches(batches[emitted:], at, app) == 0


@pytest.mark.usefixtures("cloud")
def test_the_queue_follows_upon_the_slots_that_senders_have_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[SendBatch, float]] = []
    emitting = app
    monkeypatch.setattr(emitting.queues, "send_later", lambda _, messages: sent.extend(messages))
    monkeypatch.setattr(enqueue, "BULK", "late")
    at = datetime.now(UTC)
    app.rate_limiter.reserve("late", 120, at.timestamp())

    assert enqueue_batches([Batch("campaign-x", "a0-0", "v", ("r",))], at, app) == 1

    assert sent[0][1] == pytest.approx(120, abs=0.01)
