"""What of a lead those see who may not send: no name, no answers, a masked address, and not what the CRM was told."""

from __future__ import annotations

from dataclasses import replace

from console.principal import Principal
from newsletter.leads.manage.show_lead import ShownLead
from newsletter.leads.outbox.outbox_event import OutboxEvent


def lead_for(who: Principal, shown: ShownLead) -> ShownLead:
    """The lead as the user may see it."""
    if who.may_send:
        return shown
    reader = shown.reader
    if reader:
        reader = replace(reader, email=who.address(reader.email), choices=replace(reader.choices, name=""))
    return ShownLead(replace(shown.lead, answers={}), reader, tuple(_without_words(event) for event in shown.events))


def _without_words(event: OutboxEvent) -> OutboxEvent:
    """The CRM may repeat in its answer what it was told."""
    return replace(event, body="", attempts=tuple(replace(attempt, answer="") for attempt in event.attempts))
