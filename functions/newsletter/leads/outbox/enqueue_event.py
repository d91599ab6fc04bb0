"""Puts an event of a lead into the outbox, frozen, and wakes the function that hands it off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.leads.outbox.crm_calls import Call, parse_calls
from newsletter.leads.outbox.crm_values import template_values
from newsletter.leads.outbox.outbox_event import OutboxEvent
from newsletter.platform.errors import InvalidInput, InvalidPublication
from newsletter.platform.messages import WakeLead
from newsletter.platform.times import whole_seconds
from newsletter.publication.crm import CrmFormat

if TYPE_CHECKING:
    from newsletter.container import Container


def enqueue_event(lead: str, sequence: int, body: Mapping[str, Any], now: datetime, app: Container) -> None:
    """Store the event with this body in the CRM's format, unless the lead has one with this number, and wake the lead.

    Repeating it changes nothing: the first body stays. A lead that was erased meanwhile keeps no event. Raises
    InvalidPublication for a template that gives no requests.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    moment = whole_seconds(now)
    event = OutboxEvent(
        lead, sequence, str(body["type"]), moment, text, due_at=moment, calls=calls_for(body, app)
    )  # fmt: skip
    app.outbox.put_new(event)
    # The lead may have been erased just before its event was written; whoever erases removes the lead first.
    if app.leads.get(lead) is None:
        app.outbox.erase(lead)
        return
    app.queues.send(app.queues.lead, WakeLead(lead))


def calls_for(body: Mapping[str, Any], app: Container) -> tuple[Call, ...]:
    """The requests of the CRM's format; none where the body itself is sent. Raises InvalidPublication."""
    settings = app.publication.crm
    if settings.format is CrmFormat.PLAIN:
        return ()
    from jinja2 import TemplateError  # here, for the cold start

    try:
        return parse_calls(app.templates.crm(settings.format, template_values(body, settings)))
    except (InvalidInput, TemplateError) as fault:
        raise InvalidPublication(f"templates/crm/{settings.format}.json.j2", str(fault)) from fault
