"""An event of the outbox: what the CRM is to be told of a lead, frozen when it happened, and every attempt at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from newsletter.leads.outbox.crm_calls import Call

MAX_ATTEMPTS = 60
"""The latest attempts are kept; 72 hours have about two dozen, and every replay begins anew."""


class EventState(StrEnum):
    """Where an event is."""

    WAITING = "waiting"
    """The CRM has not taken it yet; it is tried again at `due_at`."""
    TAKEN = "taken"
    """The CRM said yes."""
    DEAD = "dead"
    """72 hours were over before it did. A person can have it sent again."""
    WITHDRAWN = "withdrawn"
    """There is nothing to tell any more: the reader was erased, or the offer is gone."""


@dataclass(frozen=True)
class Attempt:
    """One exchange with the CRM: when it began, the seconds that it took, the HTTP status (0: no answer), and the
    beginning of the answer, or why there was none.
    """

    at: datetime
    seconds: float
    status: int
    answer: str


@dataclass(frozen=True)
class OutboxEvent:
    """`body` is the webhook's JSON, and `calls` what a CRM with an API of its own is asked instead; both are frozen.

    `done` counts the calls that were taken, and `learned` is what their answers told (Call.keep). `since` is when the
    72 hours began: at the event, or at its last replay. `tries` counts the attempts since then. `ended_at` is when the
    event was taken, dead or withdrawn.
    """

    lead: str
    sequence: int
    type: str
    at: datetime
    body: str
    state: EventState = EventState.WAITING
    attempts: tuple[Attempt, ...] = ()
    due_at: datetime | None = None
    calls: tuple[Call, ...] = ()
    done: int = 0
    learned: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    tries: int = 0
    ended_at: datetime | None = None

    @property
    def webhook(self) -> str:
        """The webhook id, the same at every attempt."""
        return f"{self.lead}-{self.sequence}"

    @property
    def failed_with_the_endpoint_at(self) -> datetime | None:
        """When its last attempt failed as any other would have: no answer, 5xx, a redirect or a page.

        None if it was not tried, or the CRM answered about this event or asked for a pause (4xx, 503).
        """
        last = self.attempts[-1] if self.attempts and self.tries else None
        return last.at if last and not 400 <= last.status < 500 and last.status != 503 else None

    @property
    def waits_since(self) -> datetime:
        """From when the 72 hours count."""
        return self.since or self.at
