"""Leads that are simply there, without the way over mail, offer and button."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.container import app
from newsletter.leads.lead import CREATED, Lead, LeadState, ReadArticle, Score, Temperature, lead_id
from newsletter.leads.outbox.outbox_event import Attempt, EventState, OutboxEvent
from newsletter.leads.visits.evidence import Evidence
from newsletter.leads.visits.verdict import Verdict, VerdictKind

MADE = datetime(2026, 11, 24, 6, tzinfo=UTC)
EVIDENCE = Evidence("POST", "Mozilla/5.0", "192.0.2.0/24", {})
READ = ReadArticle(
    "https://www.sanaharju.example/blogi/a",
    "Puoli tuntia viikossa",
    ("linkedin",),
    MADE - timedelta(hours=2),
    "digest-2026-W47",
)


def lead_of(subscriber: str, state: LeadState = LeadState.HELD, **values: Any) -> Lead:
    """A lead of that reader, made by one press."""
    episode, offer = values.get("episode", 1), values.get("offer", "sparraus")
    made = {
        "id": lead_id(subscriber, offer, episode),
        "subscriber": subscriber,
        "offer": offer,
        "episode": episode,
        "temperature": Temperature.HOT,
        "how": "button",
        "state": state,
        "verdict": Verdict(VerdictKind.UNSURE, (), "2026-11"),
        "at": MADE,
        "changed_at": MADE,
        "mailing": "digest-2026-W48",
        "batch": "a0-0",
        "position": 3,
        "evidence": EVIDENCE,
        "pending": False,
        "read": (READ,),
        "score": Score(42, 14, ()),
        "held_until": MADE + timedelta(minutes=5) if state is LeadState.HELD else None,
    }
    return Lead(**made | values)


def add_lead(subscriber: str, state: LeadState = LeadState.HELD, **values: Any) -> Lead:
    """The same, stored."""
    lead = lead_of(subscriber, state, **values)
    assert app.lead_pointers.add(subscriber, lead.id, lead.offer, lead.at)
    assert app.leads.create(lead)
    return lead


def add_event(lead: Lead, state: EventState, *attempts: Attempt, sequence: int = 1, body: str = '{"a": 1}') -> Lead:
    """The lead, whose CRM was told so often of it with that result."""
    due = MADE + timedelta(hours=1) if state is EventState.WAITING else None
    event = OutboxEvent(lead.id, sequence, CREATED, MADE, body, due_at=due or MADE)
    assert app.outbox.put_new(event)
    if attempts or state is not EventState.WAITING:
        done = replace(event, state=state, attempts=attempts, tries=len(attempts), due_at=due)
        assert app.outbox.claim(event, MADE, "test")
        assert app.outbox.record(done, "test")
    told = app.leads.replace(lead, replace(lead, sequence=sequence, event=CREATED))
    assert told is not None
    return told
