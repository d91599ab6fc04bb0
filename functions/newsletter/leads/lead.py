"""A lead: a subscriber who took up an offer, and the webhook that tells the CRM."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.platform.times import iso
from newsletter.publication.publication import Offer
from newsletter.readers.choices import CHOICES
from newsletter.readers.subscriber import Status, Subscriber


@dataclass(frozen=True)
class Evidence:
    """What a request shows about its sender, stored unchanged so that it can be judged again later.

    `network` is the truncated IP address.
    """

    method: str
    user_agent: str
    network: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Lead:
    """One per subscriber and offer, however often the button is pressed. `how` is the way, e.g. `button`.

    `mailing`, `batch` and `position` say which mail had the link.
    """

    id: str
    subscriber: str
    offer: str
    how: str
    at: datetime
    mailing: str
    batch: str
    position: int
    evidence: Evidence


def lead_id(subscriber: str, offer: str) -> str:
    """16 base32 characters, always the same for the same subscriber and offer."""
    return base64.b32encode(hashlib.sha256(f"lead\n{subscriber}\n{offer}".encode()).digest()[:10]).decode().lower()


def lead_created(lead: Lead, subscriber: Subscriber, offer: Offer) -> dict[str, Any]:
    """The body of the `lead.created` webhook (Standard Webhooks: `type`, `timestamp`, `data`)."""
    choices = subscriber.choices
    default = next(iter(offer.title.values()))  # for a reader whose language the publication gave up
    return {
        "type": "lead.created",
        "timestamp": iso(lead.at),
        "data": {
            "lead": lead.id,
            "offer": {"key": offer.key, "title": offer.title.get(subscriber.language, default)},
            "how": lead.how,
            "contact": {
                "subscriber": subscriber.id,
                "email": subscriber.email,
                **{name: each.to_stored(getattr(choices, name)) for name, each in CHOICES.items() if each.for_crm},
            },
            "subscription": _subscription(subscriber),
            "consent": {
                "version": subscriber.consent_version,
                "confirmed_at": iso(subscriber.confirmed_at),
                **({"withdrawn_at": iso(subscriber.left_at)} if _withdrew(subscriber) and subscriber.left_at else {}),
            },
            "evidence": {
                "mailing": lead.mailing,
                "batch": lead.batch,
                "position": lead.position,
                "user_agent": lead.evidence.user_agent,
                "network": lead.evidence.network,
            },
        },
    }


def _subscription(subscriber: Subscriber) -> dict[str, Any]:
    """The state of the subscription, for a CRM that sends mail too. A lead need not be an active subscriber."""
    paused = subscriber.choices.paused_until
    return {
        "status": subscriber.status,
        "consent": "withdrawn" if _withdrew(subscriber) else "given",
        **({"since": iso(subscriber.left_at)} if subscriber.left_at else {}),
        **({"paused_until": paused.isoformat()} if paused else {}),
    }


def _withdrew(subscriber: Subscriber) -> bool:
    return subscriber.status in (Status.UNSUBSCRIBED, Status.COMPLAINED)
