"""Make a lead of an offer taken up, start its sequence, and hand it to the CRM, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.leads.crm_client import NotTaken
from newsletter.leads.lead import Evidence, Lead, lead_created, lead_id
from newsletter.nurture.enrollment import enroll
from newsletter.platform.messages import TakeUpOffer
from newsletter.platform.times import parse_iso
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container


class HandedOff(StrEnum):
    """What became of a press."""

    TAKEN = "taken"
    """The CRM took the lead now."""
    KNOWN = "known"
    """It had it already: pressed twice, delivered twice."""
    WITHDRAWN = "withdrawn"
    """The reader was erased, or the offer dropped, since the button was pressed: nothing is left to hand off."""


def hand_off_lead(message: TakeUpOffer, app: Container, *, now: datetime) -> HandedOff:
    """Hand off the reader as they are now, under the address they have now; who left starts no sequence.

    Every line may be repeated: the lead and the enrollment exist once, and the CRM sees the same webhook id on every
    try. Raises NotTaken when the CRM refuses.
    """
    offer = app.publication.offer(message.offer)
    reader = app.subscribers.get(current_subscriber(message.subscriber, app).id)
    if offer is None or reader is None:
        return HandedOff.WITHDRAWN
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
        return HandedOff.WITHDRAWN
    if not app.leads.create(lead):
        lead = app.leads.get(lead.id) or lead
    if offer.sequence and reader.status is Status.ACTIVE:
        app.enrollments.begin(enroll(reader.id, app.publication.sequences[offer.sequence], lead.at))
    if app.leads.handed_off(lead.id):
        return HandedOff.KNOWN
    try:
        answer = app.crm.post(f"lead-{lead.id}-created", lead_created(lead, reader, offer))
    except NotTaken as refusal:
        app.leads.add_attempt(lead.id, now, str(refusal), taken=False)
        raise
    finally:
        # The CRM may take its time, and the reader may be erased meanwhile: what was written after that must go.
        if app.subscribers.get(reader.id) is None:
            app.leads.erase(lead.id)
    app.leads.add_attempt(lead.id, now, answer, taken=True)
    return HandedOff.TAKEN
