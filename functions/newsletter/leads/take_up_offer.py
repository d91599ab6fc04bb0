"""A subscriber looks at an offer's page, or takes the offer up by pressing its button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.leads.visits import hand_over_visit
from newsletter.leads.visits.evidence import Evidence
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import AnswersGiven, TakeUpOffer
from newsletter.platform.observability import count, logger
from newsletter.platform.times import iso_precise
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import CurrentSubscriber

if TYPE_CHECKING:
    from newsletter.container import Container

EVIDENCE_DELAY = 6
"""Seconds that a press waits in its queue. A scanner that presses opens other links in the same seconds, and what is
known of these is some seconds in a queue of its own; in the local cloud that queue is worked off at once."""


@dataclass(frozen=True)
class ShownPage:
    """The page whose button was pressed: how long ago it was shown, and to which `source_of` a request. `name` stands
    for this page and no other.
    """

    name: str
    age: timedelta
    source: str


def current_owner(ref: LinkClaims, app: Container) -> CurrentSubscriber:
    """The subscriber to whom the link belongs today: they may have changed their address since the mail."""
    return current_subscriber(ref.subscriber, app)


def can_be_contacted(reader: CurrentSubscriber) -> bool:
    """Whether we know their address: not if they were erased or never existed.

    Somebody who unsubscribed can still ask for contact; the lead tells the CRM that they unsubscribed.
    """
    return reader.status != "" and not reader.erased


def record_view(ref: LinkClaims, evidence: Evidence, now: datetime, app: Container) -> None:
    """Record that the offer's page was opened. Mail scanners open it too, so this creates no lead."""
    hand_over_visit.record_view(ref, evidence, now, app)


def source_of(evidence: Evidence) -> str:
    """Stands for where a request came from: its network and user agent. It is signed into the page with the button."""
    return sha256(f"{evidence.network}\n{evidence.user_agent}".encode()).hexdigest()[:16]


def take_up_offer(
    reader: CurrentSubscriber, ref: LinkClaims, page: ShownPage, evidence: Evidence, now: datetime, app: Container
) -> None:
    """Queue the press of a subscriber who `can_be_contacted`. Once this returns, it cannot be lost.

    If it raises, the page asks to press again. The same page pressed twice is one press. Raises LimitReached.
    """
    _queue(reader, ref, page, evidence, now, app)


def record_pageless_press(
    reader: CurrentSubscriber, ref: LinkClaims, evidence: Evidence, now: datetime, app: Container
) -> None:
    """Queue the evidence of a press that came without a page of ours, which makes no lead. Raises nothing.

    The person who sees the page again instead must not suffer from what becomes of it.
    """
    try:
        _queue(reader, ref, None, evidence, now, app)
    except Exception:  # noqa: BLE001 (whatever it is, the page is shown again)
        logger().exception("a press without a page was not kept", extra=_ids(reader, ref))
        count("VisitsNotKept")


def _ids(reader: CurrentSubscriber, ref: LinkClaims) -> dict[str, str]:
    """Whom a log line is about."""
    return {"subscriber": reader.id, "mailing": ref.mailing, "batch": ref.batch}


def _queue(
    reader: CurrentSubscriber,
    ref: LinkClaims,
    page: ShownPage | None,
    evidence: Evidence,
    now: datetime,
    app: Container,
) -> None:
    offer = ref.extra if page else f"{ref.extra}#without-page"
    name = page.name if page else "none"
    if not app.presses.claim(reader.id, offer, name, now):
        return
    message = TakeUpOffer(
        subscriber=reader.id,
        offer=ref.extra,
        how="button",
        at=iso_precise(now),
        mailing=ref.mailing,
        batch=ref.batch,
        position=ref.position,
        evidence=asdict(evidence),
        page_age=page.age.total_seconds() if page else None,
        from_page=page is not None and page.source == source_of(evidence),
    )
    app.queues.send(app.queues.lead, message, 0 if app.settings.local else EVIDENCE_DELAY)
    logger().info("press queued", extra={**_ids(reader, ref), "offer": ref.extra})
    app.presses.mark_queued(reader.id, offer, name, now)


def keep_answers(
    reader: CurrentSubscriber, offer: str, answers: Mapping[str, str], now: datetime, app: Container
) -> None:
    """Keep what a reader typed after the button, and have it added to their lead."""
    if app.offer_answers.put(reader.id, offer, answers, now):
        app.queues.send(app.queues.lead, AnswersGiven(reader.id, offer))
