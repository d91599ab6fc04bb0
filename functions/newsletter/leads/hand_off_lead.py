"""Creates the lead of an offer that was taken up, starts its sequence, and hands it off to the CRM, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.leads.crm_client import CrmRefused
from newsletter.leads.lead import Evidence, Lead, lead_created, lead_id
from newsletter.platform.messages import TakeUpOffer
from newsletter.platform.times import parse_iso
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container


class HandOffResult(StrEnum):
    """The result of handing off a lead."""

    TAKEN = "taken"
    """The CRM accepted the lead now."""
    KNOWN = "known"
    """The CRM had it already: the button was pressed again, or the message delivered again."""
    WITHDRAWN = "withdrawn"
    """The subscriber was erased, or the offer removed, after the button was pressed: there is nothing to hand off."""


def hand_off_lead(message: TakeUpOffer, app: Container, *, now: datetime) -> HandOffResult:
    """Hand off the lead with the subscriber's current data; the sequence starts only for active subscribers.

    Safe to repeat after a crash at any line: the lead and the enrollment exist once, and the CRM gets the same webhook
    id at every try. Raises CrmRefused.
    """
    offer = app.publication.offer(message.offer)
    reader = app.subscribers.get(current_subscriber(message.subscriber, app).id)
    if offer is None or reader is None:
        return HandOffResult.WITHDRAWN
    lead = Lead(
        id=lead_id(reader.id, message.offer),
        subscriber=reader.id,
        offer=message.offer,
        how=message.how,
        at=parse_iso(message.at),
        mailing=message.mailing,
        batch=message.batch,
        position=message.position,
        evidence=Evidence(**message.evidence),
    )
    if not app.lead_pointers.add(reader.id, lead.id, lead.offer, lead.at):
        return HandOffResult.WITHDRAWN
    _let_offer_rest(reader.id, message, app)
    if not app.leads.create(lead):
        lead = app.leads.get(lead.id) or lead
    if offer.sequence and reader.status is Status.ACTIVE:
        app.enrollments.start(reader.id, app.publication.sequences[offer.sequence], lead.at)
    if app.leads.handed_off(lead.id):
        return HandOffResult.KNOWN
    try:
        answer = app.crm.post(f"lead-{lead.id}-created", lead_created(lead, reader, offer))
    except CrmRefused as refusal:
        app.leads.add_attempt(lead.id, now, str(refusal), taken=False)
        raise
    finally:
        # The subscriber may have been erased while the CRM was called: then nothing of the lead may stay.
        if app.subscribers.get(reader.id) is None:
            app.leads.erase(lead.id)
    app.leads.add_attempt(lead.id, now, answer, taken=True)
    return HandOffResult.TAKEN


def _let_offer_rest(subscriber: str, message: TakeUpOffer, app: Container) -> None:
    """Note on the profile that the offer was taken up, so that mails leave it out for a while (Offer.rests).

    It comes before the CRM is called, which may refuse for days. If the reader changed their address at this moment,
    it is noted at the new one too.
    """
    day = parse_iso(message.at).astimezone(app.publication.time_zone).date()
    app.subscribers.remember_taken(subscriber, {message.offer: day})
    today = current_subscriber(subscriber, app).id
    if today != subscriber:
        app.subscribers.remember_taken(today, {message.offer: day})
