"""Make a lead of an offer taken up, start its sequence, and hand it to the CRM, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from newsletter.adapters.crm import Crm, NotTaken
from newsletter.adapters.enrollments import Enrollments
from newsletter.adapters.lead_pointers import LeadPointers
from newsletter.adapters.leads import Leads
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.enrollment import enroll
from newsletter.domain.lead import Evidence, Lead, lead_created, lead_id
from newsletter.domain.messages import TakeUpOffer
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import Status
from newsletter.domain.times import parse_iso
from newsletter.usecases.present_reader import present


class HandedOff(StrEnum):
    """What became of a press."""

    TAKEN = "taken"
    """The CRM took the lead now."""
    KNOWN = "known"
    """It had it already: pressed twice, delivered twice."""
    WITHDRAWN = "withdrawn"
    """The reader was erased, or the offer dropped, since the button was pressed: nothing is left to hand off."""


def hand_off_lead(
    message: TakeUpOffer,
    *,
    now: datetime,
    publication: Publication,
    subscribers: Subscribers,
    enrollments: Enrollments,
    pointers: LeadPointers,
    leads: Leads,
    crm: Crm,
) -> HandedOff:
    """Hand off the reader as they are now, under the address they have now; who left starts no sequence.

    Every line may be repeated: the lead and the enrollment exist once, and the CRM sees the same webhook id on every
    try. Raises NotTaken when the CRM refuses.
    """
    offer = publication.offer(message.offer)
    reader = subscribers.get(present(message.subscriber, subscribers).id)
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
    if not pointers.add(reader.id, lead.id, lead.offer, lead.at):
        return HandedOff.WITHDRAWN
    if not leads.create(lead):
        lead = leads.get(lead.id) or lead
    if offer.sequence and reader.status is Status.ACTIVE:
        enrollments.begin(enroll(reader.id, publication.sequences[offer.sequence], lead.at))
    if leads.handed_off(lead.id):
        return HandedOff.KNOWN
    try:
        answer = crm.post(f"lead-{lead.id}-created", lead_created(lead, reader, offer))
    except NotTaken as refusal:
        leads.add_attempt(lead.id, now, str(refusal), taken=False)
        raise
    finally:
        # The CRM may take its time, and the reader may be erased meanwhile: what was written after that must go.
        if subscribers.get(reader.id) is None:
            leads.erase(lead.id)
    leads.add_attempt(lead.id, now, answer, taken=True)
    return HandedOff.TAKEN
