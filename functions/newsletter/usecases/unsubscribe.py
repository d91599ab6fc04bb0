"""Stop all mail to a reader, at once and for good; and the way back, which a reader alone can open."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from newsletter.adapters.links import Ref
from newsletter.domain.consent import Consent
from newsletter.domain.subscriber import Status
from newsletter.domain.times import iso
from newsletter.usecases.front_desk import FrontDesk
from newsletter.usecases.subscribe import ask, same_choices

MAX_REASON = 500


def unsubscribe(ref: Ref, how: Literal["one-click", "page"], now: datetime, desk: FrontDesk) -> None:
    """Unsubscribe the reader; a repeat, or an unknown reader, changes nothing and is no error (RFC 8058).

    Leaving comes first and must not fail for the bookkeeping around it.
    """
    reader = desk.subscribers.get(ref.subscriber)
    forget_after = desk.publication.retention.left
    if reader is None or not desk.subscribers.deactivate(reader.id, Status.UNSUBSCRIBED, how, now, forget_after):
        return
    withdrawn = Consent("withdrawn", how, now, iso(now), language=reader.language, mailing=ref.mailing)
    desk.subscribers.remember_head(reader.id, desk.consents.append(reader.id, withdrawn).hash)
    if ref.mailing:
        desk.deliveries.add(ref.mailing, ref.batch, "unsubscribed", ref.position)


def explain(ref: Ref, reason: str, desk: FrontDesk) -> None:
    """Keep the reason that a reader who has left gives, on one line and at most 500 characters; empty keeps nothing."""
    text = " ".join(reason.split())[:MAX_REASON]
    if text:
        desk.subscribers.explain_leaving(ref.subscriber, text)


def come_back(ref: Ref, now: datetime, desk: FrontDesk) -> None:
    """Send a reader who left a fresh confirmation with the choices they had; to nobody else anything."""
    reader = desk.subscribers.get(ref.subscriber)
    if reader is not None and reader.status is Status.UNSUBSCRIBED:
        ask(same_choices(reader, "way back from unsubscribing", now, desk), now, desk)
