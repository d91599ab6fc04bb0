"""2,000 presses within ten minutes, and a CRM that takes one a second, in virtual time: nobody is lost or waits long.

The outbox, the queue and the tables are lists in memory; what sends, probes, rests and wakes is the product's own.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from newsletter.leads.outbox import deliver_events, send_event
from newsletter.leads.outbox.crm_answer import CrmAnswer
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.leads.outbox.outbox_event import EventState, OutboxEvent
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import Message, WakeLead
from newsletter.platform.shards import SHARDS

START = datetime(2026, 11, 28, 8, tzinfo=UTC)
PRESSES, DURING = 2_000, 600.0
TICK = timedelta(minutes=5)
CONCURRENCY = 2
"""Of the function that hands off (template.yaml)."""

AnswerAt = Callable[[datetime], tuple[bool, CrmAnswer]]
"""What the CRM does at a time: whether it takes what it gets, and what it answers."""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(deliver_events, "current_subscriber", lambda *_: SimpleNamespace(id="reader"))
    for module in (deliver_events, send_event):
        monkeypatch.setattr(module, "count", lambda *_: None)
        monkeypatch.setattr(module, "waited", lambda *_: None)
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


class Rush:
    """The presses, the outbox with their events, and who works on them."""

    def __init__(self, crm: AnswerAt) -> None:
        self.random, self.numbers, self.crm = Random(7), count(), crm  # noqa: S311 (chance of a test)
        self.now, self.spent = START, 0.0
        self.queue: list[tuple[datetime, int, Message]] = []
        self.events: dict[str, OutboxEvent] = {}
        self.health = EndpointHealth()
        self.taken: list[str] = []
        self.calls = 0
        self.app: Any = SimpleNamespace(
            outbox=self,
            crm_endpoint=SimpleNamespace(health=lambda: self.health, change=self.change, claim_probe=self.claim_probe),
            queues=SimpleNamespace(lead="", send=self.send, send_all=self.send_all),
            crm=SimpleNamespace(send=self.post),
            leads=SimpleNamespace(get=lambda lead: SimpleNamespace(subscriber=lead, offer="")),
            subscribers=SimpleNamespace(get=bool),
            publication=SimpleNamespace(offer=lambda _: True),
            chance=self.random.random,
            nonce=lambda: str(next(self.numbers)),
        )

    # --- in place of AWS -------------------------------------------------------------------------------------------

    def send(self, _: str, message: Message, delay: int = 0) -> None:
        heapq.heappush(self.queue, (self.now + timedelta(seconds=delay), next(self.numbers), message))

    def send_all(self, queue: str, messages: list[Message]) -> None:
        for message in messages:
            self.send(queue, message)

    def change(self, step: Callable[[EndpointHealth], EndpointHealth]) -> tuple[EndpointHealth, EndpointHealth]:
        before, self.health = self.health, step(self.health)
        return before, self.health

    def claim_probe(self, now: datetime) -> bool:
        rested = self.health.resting_until is not None and self.health.resting_until <= now
        self.health = self.health.probing(now) if rested else self.health
        return rested

    def of(self, lead: str) -> list[OutboxEvent]:
        return [self.events[lead]]

    def claim(self, event: OutboxEvent, *_: Any) -> bool:
        return self.events[event.lead] is event

    def record(self, event: OutboxEvent, *_: Any, **__: Any) -> bool:
        self.events[event.lead] = event
        return True

    def waiting(self, shard: str) -> list[tuple[str, int, datetime]]:
        found = [(lead, 1, event.due_at) for lead, event in self.events.items() if lead[0] == shard and event.due_at]
        return sorted(found, key=lambda each: each[2])

    def waiting_since(self, keys: Any) -> dict[tuple[str, int], datetime]:
        return {key: self.events[key[0]].at for key in keys}

    def post(self, webhook: str, *_: Any) -> CrmAnswer:
        took, answer = self.crm(self.now + timedelta(seconds=self.spent))
        self.spent, self.calls = self.spent + answer.seconds, self.calls + 1
        self.taken += [webhook] * took
        return answer

    # --- the run ---------------------------------------------------------------------------------------------------

    def run(self) -> list[float]:
        """How long each event waited, in seconds, the shortest first. Raises AssertionError if one is left over."""
        presses = sorted(START + timedelta(seconds=self.random.uniform(0, DURING)) for _ in range(PRESSES))
        presses.reverse()
        free, tick = [START] * CONCURRENCY, START
        while presses or any(event.state is EventState.WAITING for event in self.events.values()):
            turn = max(self.queue[0][0], min(free)) if self.queue else tick
            self.now = min(turn, tick, *presses[-1:])
            assert self.now < START + timedelta(hours=12), self.left()
            if presses and presses[-1] == self.now:
                presses.pop()
                lead = self.random.choice(SHARDS) + str(next(self.numbers))
                self.events[lead] = OutboxEvent(lead, 1, "lead.created", self.now, lead, due_at=self.now)
                self.send("", WakeLead(lead))
            elif tick == self.now:
                deliver_events.deliver_due(tick, Isolated(), self.app)
                tick += TICK
            else:
                self.work(free)
        return sorted((event.ended_at - event.at).total_seconds() for event in self.events.values() if event.ended_at)

    def work(self, free: list[datetime]) -> None:
        _, _, message = heapq.heappop(self.queue)
        self.spent = 0.05
        if isinstance(message, WakeLead):
            deliver_events.deliver_events(message.lead, self.now, self.app)
        else:
            deliver_events.probe(self.now, self.app)
        free[free.index(min(free))] = self.now + timedelta(seconds=self.spent)

    def left(self) -> str:
        waiting = [event for event in self.events.values() if event.state is EventState.WAITING]
        return f"{len(waiting)} of {len(self.events)} still wait; {replace(waiting[0], body='')}"


def one_after_the_other() -> AnswerAt:
    free = [START]

    def crm(now: datetime) -> tuple[bool, CrmAnswer]:
        free[0] = max(now, free[0]) + timedelta(seconds=1)
        seconds = (free[0] - now).total_seconds()
        return (True, CrmAnswer(204, seconds, {})) if seconds <= 20 else (True, CrmAnswer(0, 20, {}, fault="late"))

    return crm


def refusing_more(**headers: str) -> AnswerAt:
    last = [START - timedelta(days=1)]
    asked = {name.replace("_", "-"): value for name, value in headers.items()}

    def crm(now: datetime) -> tuple[bool, CrmAnswer]:
        if now - last[0] < timedelta(seconds=1):
            return False, CrmAnswer(429, 0.05, asked)
        last[0] = now
        return True, CrmAnswer(204, 0.05, {})

    return crm


def flapping(now: datetime) -> tuple[bool, CrmAnswer]:
    works = (now - START) // timedelta(minutes=10) % 2
    return (True, CrmAnswer(204, 1, {})) if works else (False, CrmAnswer(500, 0.1, {}))


@pytest.mark.parametrize(
    ("crm", "longest_minutes", "most_calls"),
    [
        pytest.param(one_after_the_other(), 45, PRESSES, id="slow"),
        pytest.param(refusing_more(retry_after="1"), 150, 2.5 * PRESSES, id="429 for a second"),
        pytest.param(refusing_more(), 150, 2.5 * PRESSES, id="429 without a time"),
        pytest.param(flapping, 150, 1.1 * PRESSES, id="up and down by ten minutes"),
    ],
)
def test_everybody_reaches_a_crm_that_takes_one_a_second(
    crm: AnswerAt, longest_minutes: float, most_calls: float
) -> None:
    rush = Rush(crm)
    waits = rush.run()
    assert sorted(rush.taken) == sorted(f"{lead}-1" for lead in rush.events), "each once"
    assert len(waits) == PRESSES
    assert waits[-1] <= 60 * longest_minutes
    assert rush.calls <= most_calls
