"""A lead with what else is shown of it: its reader as they are now, and what the CRM was told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from newsletter.leads.lead import Lead
from newsletter.leads.outbox.outbox_event import OutboxEvent
from newsletter.platform.aws.items import GET_LIMIT
from newsletter.platform.errors import NotFound
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container


LEAD_ID = re.compile(r"[a-z2-7]{16}", re.ASCII)
"""As lead_id makes them. Whatever else somebody types is not looked up: it may be longer than a key can be."""


@dataclass(frozen=True)
class ShownLead:
    """`reader` is None when they were erased, or their profile cannot be read; `events` are in their order."""

    lead: Lead
    reader: Subscriber | None
    events: tuple[OutboxEvent, ...]

    @property
    def email(self) -> str:
        """Of the reader as they are now; empty without one."""
        return self.reader.email if self.reader else ""

    @property
    def name(self) -> str:
        """What they gave as their name; may be empty."""
        return self.reader.choices.name if self.reader else ""


def show_lead(lead_id: str, app: Container) -> ShownLead:
    """The lead of that id. Raises NotFound."""
    lead = app.leads.get(lead_id) if LEAD_ID.fullmatch(lead_id) else None
    if lead is None:
        raise NotFound(f"lead {lead_id}")
    return ShownLead(lead, _reader_now(lead, app), _events(lead, app))


def show_leads(leads: Iterable[Lead], app: Container) -> list[ShownLead]:
    """The same of many leads, in their order."""
    waiting, shown = iter(leads), []
    while chunk := list(islice(waiting, GET_LIMIT)):
        readers = app.subscribers.many(lead.subscriber for lead in chunk)
        for lead in chunk:
            # Who is not found has another address by now, or was erased.
            reader = readers.get(lead.subscriber) or _reader_now(lead, app)
            shown.append(ShownLead(lead, reader, _events(lead, app)))
    return shown


def _reader_now(lead: Lead, app: Container) -> Subscriber | None:
    return app.subscribers.get(current_subscriber(lead.subscriber, app).id)


def _events(lead: Lead, app: Container) -> tuple[OutboxEvent, ...]:
    return tuple(app.outbox.of(lead.id)) if lead.sequence else ()
