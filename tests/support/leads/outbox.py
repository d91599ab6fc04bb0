"""What tests of the outbox share: a lead, its events, the tick, and the moments at which events are tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.leads.outbox.deliver_events import deliver_due
from newsletter.leads.outbox.outbox_event import EventState, OutboxEvent
from newsletter.platform.isolation import Isolated
from tests.support.leads.leads import make_lead
from tests.support.stack.cloud import Cloud

MAIJA, KALLE = "maija@example.com", "kalle@example.com"
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def lead(cloud: Cloud) -> str:
    """A lead of Maija's."""
    cloud.subscribe(MAIJA)
    return make_lead(MAIJA, NOW)


@pytest.fixture
def even(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are neither shortened nor lengthened by chance."""
    monkeypatch.setitem(vars(app), "chance", lambda: 0.5)


def one(lead: str, sequence: int = 1) -> OutboxEvent:
    """The event of that number, which is there."""
    event = app.outbox.get(lead, sequence)
    assert event is not None
    return event


def woken(cloud: Cloud) -> list[str]:
    """The messages that wake leads."""
    return [body for body in cloud.messages("LeadQueue") if "wake_lead" in body]


def tick(now: datetime) -> dict[str, int]:
    """What the scheduled run does for the outbox."""
    isolated = Isolated()
    done = deliver_due(now, isolated, app)
    isolated.raise_if_any()
    return done


def at_every_due_time(lead: str, until: datetime, sequence: int = 1) -> Iterator[datetime]:
    """The moments at which the event is tried, as the tick and messages would."""
    now = NOW
    while (event := one(lead, sequence)).state is EventState.WAITING and event.due_at and event.due_at <= until:
        now = max(now, event.due_at)
        yield now


def leads_of(cloud: Cloud, number: int) -> list[str]:
    """Leads of so many readers."""
    emails = [f"reader-{each}@example.com" for each in range(number)]
    for email in emails:
        cloud.subscribe(email)
    return [make_lead(email, NOW) for email in emails]
