"""A ledger that is slow or throttles: no slot is used late, what SES said is kept, nobody is lost or mailed twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from newsletter.container import Container, app
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.planning.manifests_store import Manifests
from newsletter.platform.messages import PlanPage, SendBatch, from_json
from newsletter.platform.rate_limiter_store import RateLimiter
from newsletter.readers.subscriber import Status
from newsletter.sending.deliveries_store import Deliveries
from newsletter.sending.ledger import BatchStatus
from newsletter.sending.reserve_slots import LATE, MAX_LATE, MAX_SLEEP, STALE
from newsletter.sending.send_batch import STORE_FOR
from newsletter.sending.ses.mailer_client import Mailer
from rehearsal import events
from tests.aws.sending.test_sending import MAILING, batch, feedback, readers, send, standings, waiting
from tests.support.stack.cloud import Cloud

__all__ = ["batch", "readers"]
THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem")


class Clock:
    """The functions' clock: it goes on when they sleep, and when something takes long. `calls`: when SES was called."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.calls: list[float] = []
        self.slots: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(batch: SendBatch, monkeypatch: pytest.MonkeyPatch) -> Clock:  # noqa: ARG001 (planned at the real time)
    clock = Clock()
    monkeypatch.setattr(Container, "now", lambda _: clock.now)
    monkeypatch.setattr(Container, "sleep", lambda _, seconds: clock.sleep(seconds))
    mail, reserve = Mailer.send, RateLimiter.reserve

    def noting(self: Mailer, *args: Any, **kwargs: Any) -> Any:
        clock.calls.append(clock.now.timestamp())
        return mail(self, *args, **kwargs)

    def noting_slots(self: RateLimiter, *args: Any, **kwargs: Any) -> float | None:
        slot = reserve(self, *args, **kwargs)
        clock.slots.append(slot or 0.0)
        return slot

    monkeypatch.setattr(Mailer, "send", noting)
    monkeypatch.setattr(RateLimiter, "reserve", noting_slots)
    return clock


def slow(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, clock: Clock, *seconds: float) -> None:
    """The first calls take that long; the others no time."""
    act, left = getattr(owner, name), list(seconds)

    def slowly(*args: Any, **kwargs: Any) -> Any:
        clock.sleep(left.pop(0) if left else 0.0)
        return act(*args, **kwargs)

    monkeypatch.setattr(owner, name, slowly)


def failing(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, times: int, error: Exception = THROTTLED) -> None:
    """The first calls fail without an effect."""
    act: Callable[..., Any] = getattr(owner, name)
    left = [error] * times

    def refused(*args: Any, **kwargs: Any) -> Any:
        if left:
            raise left.pop()
        return act(*args, **kwargs)

    monkeypatch.setattr(owner, name, refused)


def test_a_batch_whose_claim_was_in_time_has_one_slot(cloud: Cloud, batch: SendBatch, clock: Clock) -> None:
    assert send(cloud, batch)
    assert clock.calls == pytest.approx(clock.slots)
    assert standings() == ["accepted"] * 3


def test_a_batch_that_missed_its_slot_is_sent_in_another(
    cloud: Cloud, batch: SendBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, Deliveries, "claim", clock, LATE + 1)
    assert send(cloud, batch)
    first, second = clock.slots
    (called,) = clock.calls
    assert second <= called <= second + LATE
    assert called > first + LATE
    assert standings() == ["accepted"] * 3


def test_who_leaves_while_a_batch_waits_for_another_slot_gets_nothing(
    cloud: Cloud, batch: SendBatch, readers: list[str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Deliveries.claim

    def slowly(*args: Any, **kwargs: Any) -> Any:
        clock.sleep(STALE + 1)
        app.subscribers.deactivate(readers[0], Status.UNSUBSCRIBED, "page", clock.now)
        return claim(*args, **kwargs)

    monkeypatch.setattr(Deliveries, "claim", slowly)
    assert send(cloud, batch)
    assert sorted(standings()) == ["accepted", "accepted", "suppressed"]
    assert len(cloud.mails()) == 2


def test_a_mailing_that_is_paused_while_a_batch_waits_for_another_slot_is_not_sent(
    cloud: Cloud, batch: SendBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Deliveries.claim

    def slowly(*args: Any, **kwargs: Any) -> Any:
        clock.sleep(STALE + 1)
        pause_mailing(MAILING, app, by="marketing", now=clock.now)
        return claim(*args, **kwargs)

    monkeypatch.setattr(Deliveries, "claim", slowly)
    assert send(cloud, batch)
    assert (cloud.mails(), clock.calls) == ([], [])
    record = app.deliveries.record(MAILING, batch.batch)
    assert record is not None
    assert record.outcomes == "rrr"


@pytest.mark.parametrize("why", ["too late", "no slot", "no answer"])
def test_a_batch_without_another_slot_soon_goes_back_and_is_sent_later(
    cloud: Cloud, batch: SendBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    slow(monkeypatch, Deliveries, "claim", clock, MAX_LATE + 1 if why == "too late" else LATE + 1)
    if why != "too late":
        reserve = RateLimiter.reserve

        def again(self: RateLimiter, limit: str, seconds: float, now: float, horizon: float = 300.0) -> float | None:
            if horizon == MAX_SLEEP and why == "no answer":
                raise THROTTLED
            return None if horizon == MAX_SLEEP else reserve(self, limit, seconds, now, horizon)

        monkeypatch.setattr(RateLimiter, "reserve", again)
    assert send(cloud, batch)
    record = app.deliveries.record(MAILING, batch.batch)
    assert record is not None
    assert (record.state, record.outcomes) == (BatchStatus.RETRY, "rrr")
    assert set(record.reasons.values()) == {"its slot had passed"}
    assert (clock.calls, cloud.mails(), waiting(cloud)) == ([], [], 1)

    assert send(cloud, batch)
    assert (len(clock.calls), len(cloud.mails()), standings()) == (1, 3, ["accepted"] * 3)


def test_what_ses_said_is_kept_though_the_ledger_throttles_for_long(
    cloud: Cloud, batch: SendBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now
    failing(monkeypatch, Deliveries, "record_result", 6)
    assert send(cloud, batch)
    assert timedelta() < clock.now - began < timedelta(seconds=STORE_FOR)
    record = app.deliveries.record(MAILING, batch.batch)
    assert record is not None
    assert (record.state, record.outcomes) == (BatchStatus.DONE, "aaa")


def test_what_cannot_be_kept_at_all_is_left_to_doubt_and_settled_by_send_events(
    cloud: Cloud, batch: SendBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now
    failing(monkeypatch, Deliveries, "record_result", 1000)
    send(cloud, batch)
    assert clock.now - began < timedelta(seconds=60)
    monkeypatch.undo()
    monkeypatch.setattr(Container, "now", lambda _: clock.now + timedelta(minutes=3))
    feedback(cloud)
    send(cloud, batch)
    assert len(cloud.mails()) == 3
    assert standings() == ["delivered"] * 3


def test_a_claim_that_is_throttled_comes_again_soon_and_not_after_the_visibility_of_its_message(
    cloud: Cloud, batch: SendBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, Deliveries, "claim", 1)
    assert send(cloud, batch)
    assert (clock.calls, waiting(cloud), app.deliveries.record(MAILING, batch.batch)) == ([], 1, None)
    assert send(cloud, batch)
    assert standings() == ["accepted"] * 3


def test_planning_comes_through_throttling_by_itself(
    cloud: Cloud, batch: SendBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = batch.batch[0]
    app.queues.send_all(app.queues.plan, [PlanPage(MAILING, shard, 0)])
    (body,) = [body for body in cloud.messages("PlanQueue") if from_json(body) == PlanPage(MAILING, shard, 0)]
    began = clock.now
    failing(monkeypatch, Manifests, "get", 5)
    assert not cloud.invoke("planner", events.sqs(body))["batchItemFailures"]
    assert clock.now > began
