"""A lead of a reader, and what the CRM is told of it."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from newsletter.container import app
from newsletter.leads.lead import lead_id
from newsletter.leads.outbox.enqueue_event import enqueue_event
from newsletter.platform.times import iso
from newsletter.readers.subscriber import subscriber_id
from tests.support.leads.presses import a_lead
from tests.support.stack.cloud import INBOUND_SECRET, PEPPER, Cloud

_NUMBERS = itertools.count(1)
OFFER = "sparraus"


def make_lead(email: str, now: datetime, offer: str = OFFER) -> str:
    """A lead of a reader who is there, without a word to the CRM; its id."""
    subscriber = subscriber_id(PEPPER.encode(), email)
    lead = a_lead(lead_id(subscriber, offer, 1), now, subscriber=subscriber, offer=offer)
    assert app.lead_pointers.add(subscriber, lead.id, offer, now)
    app.leads.create(lead)
    return lead.id


def body_of(lead: str, email: str, now: datetime, sequence: int = 1, kind: str = "lead.created") -> dict[str, Any]:
    """The body of a webhook, with everything in it that docs/crm.md names."""
    return {
        "type": kind,
        "timestamp": iso(now),
        "data": {
            "lead": {"id": lead, "sequence": sequence, "episode": 1, "temperature": "hot", "state": "handed_off"},
            "offer": {"key": OFFER, "title": "Sparrataanko?"},
            "contact": {
                "subscriber": subscriber_id(PEPPER.encode(), email),
                "email": email,
                "name": "Äijö Öhman-Ström",
                "company": "Konepaja Öhman & Pojat Oy",
                "language": "fi",
                "status": "active",
            },
            "consent": {"text": "Saa lähettää.", "version": "2026-01", "at": iso(now), "state": "given"},
            "verdict": {"kind": "person", "reasons": ["Painoi nappia 40 sekuntia sivun jälkeen."], "rules": "1"},
            "read": [{"title": 'Puoli tuntia "viikossa"', "url": "https://b.example/1", "at": iso(now), "topics": []}],
            "source": {"mailing": "digest-1", "article": "Puoli tuntia viikossa"},
            "answers": {"phone": "+358 40 123 4567", "message": "Soittakaa\nensi viikolla."},
            "score": {"value": 42, "reasons": ["Luki kolme kirjoitusta."]},
            "links": {"console": f"https://news.example/console/leads/{lead}"},
        },
    }


def enqueue(lead: str, email: str, now: datetime, sequence: int = 1, kind: str = "lead.created") -> None:
    """Put an event of the lead into the outbox."""
    enqueue_event(lead, sequence, body_of(lead, email, now, sequence, kind), now, app)


def tell(
    cloud: Cloud,
    kind: str,
    data: Any,
    *,
    webhook: str = "",
    at: datetime | None = None,
    secret: str = INBOUND_SECRET,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The CRM tells something by a webhook of its own; the answer. A further header replaces one of its own."""
    body = data if isinstance(data, str) else json.dumps({"type": kind, "timestamp": "", "data": data})
    moment, name = at or datetime.now(UTC), webhook or f"crm-{next(_NUMBERS)}"
    signed = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, moment, body),
    }
    return cloud.http("POST", "/hooks/crm", body, headers=signed | (headers or {}))
