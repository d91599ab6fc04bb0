"""Makes the answers that a reader sent part of their lead, whichever of the two is there first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.change_lead import update_answers
from newsletter.leads.facts.lead_facts import ids_of, leads_of
from newsletter.leads.follow_visits import rejudge
from newsletter.leads.lead import Lead
from newsletter.platform.messages import AnswersGiven

if TYPE_CHECKING:
    from newsletter.container import Container


def record_answers(message: AnswersGiven, now: datetime, app: Container) -> Lead | None:
    """Add the answers to the reader's last lead for the offer; None if there is none.

    A lead whose press waits in the queue takes the answers when it is made: they were kept before this message was
    sent, and a lead looks for them after it was made.
    """
    leads = [lead for lead in leads_of(ids_of(message.subscriber, app), app) if lead.offer == message.offer]
    if not leads:
        return None
    return take_answers(max(leads, key=lambda lead: (lead.episode, lead.at)), now, app)


def take_answers(lead: Lead, now: datetime, app: Container) -> Lead | None:
    """Add to the lead what its reader sent for its offer, if that belongs to it; the lead then."""
    after: Lead | None = lead
    for subscriber in ids_of(lead.subscriber, app):
        given = app.offer_answers.of(subscriber, lead.offer)
        if given is None or given.at < lead.at:
            continue
        after = update_answers(lead.id, given.answers, given.at, now, app)
        if after is not None:
            after = rejudge(lead.id, now, app)
        app.offer_answers.taken(subscriber, given)
    return after
