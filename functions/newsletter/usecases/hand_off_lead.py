"""Make a lead of an offer taken up, start its sequence, and hand it to the CRM, once."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.crm import Crm, NotTaken
from newsletter.adapters.enrollments import Enrollments
from newsletter.adapters.leads import Leads
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.enrollment import enroll
from newsletter.domain.errors import NotFound
from newsletter.domain.lead import Evidence, Lead, lead_created, lead_id
from newsletter.domain.messages import TakeUpOffer
from newsletter.domain.publication import Publication
from newsletter.domain.times import parse_iso


def hand_off_lead(
    message: TakeUpOffer,
    *,
    now: datetime,
    publication: Publication,
    subscribers: Subscribers,
    enrollments: Enrollments,
    leads: Leads,
    crm: Crm,
) -> bool:
    """True when the CRM took the lead now, False when it had it already (pressed twice, delivered twice).

    Every line may be repeated: the lead and the enrollment exist once, and the CRM sees the same webhook id on every
    try. Raises NotFound for an offer or reader that does not exist, NotTaken when the CRM refuses.
    """
    offer = publication.offer(message.offer)
    reader = subscribers.get(message.subscriber)
    if offer is None or reader is None:
        raise NotFound(f"offer {message.offer}" if offer is None else f"reader {message.subscriber}")
    lead = Lead(
        id=lead_id(message.subscriber, message.offer),
        subscriber=message.subscriber,
        offer=message.offer,
        how=message.how,
        at=parse_iso(message.at),
        mailing=message.mailing,
        batch=message.batch,
        position=message.position,
        evidence=Evidence(**message.evidence),
    )
    if not leads.create(lead):
        lead = leads.get(lead.id) or lead
    if offer.sequence:
        enrollments.begin(enroll(reader.id, publication.sequences[offer.sequence], lead.at))
    if leads.handed_off(lead.id):
        return False
    try:
        answer = crm.post(f"lead-{lead.id}-created", lead_created(lead, reader, offer))
    except NotTaken as refusal:
        leads.add_attempt(lead.id, now, str(refusal), taken=False)
        raise
    leads.add_attempt(lead.id, now, answer, taken=True)
    return True
