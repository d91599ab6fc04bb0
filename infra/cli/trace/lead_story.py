"""What happened to a lead: its presses, what they were judged to be, and every attempt to tell the CRM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.trace.story import Part, Told, quoted, told
from newsletter.leads.lead import Lead
from newsletter.leads.manage.lead_words import EVENTS, LABELS, attempt_in_words, verdict_in_words
from newsletter.leads.outbox.outbox_event import EventState, OutboxEvent
from newsletter.platform.times import iso, parse_iso, whole_seconds

if TYPE_CHECKING:
    from newsletter.container import Container


WAYS = {"button": "a press of the button", "answer": "an answer", "click": "a click", "test": "a test"}
"""What `how` of a lead is called."""


def lines_of(lead: Lead, app: Container) -> Iterator[Told]:
    """The lines of the lead, its answers by their number alone."""
    mail = f" from {lead.mailing}, batch {lead.batch}, position {lead.position}" if lead.mailing else ""
    name = f"{lead.id}, offer {lead.offer}"
    yield told(lead.at, Part.LEAD, f"{name}: made by {WAYS.get(lead.how, lead.how)}{mail} (episode {lead.episode})")
    for press in lead.presses:
        if whole_seconds(at := parse_iso(press.at)) != lead.at:
            did = "answered a mail" if press.answered else "pressed again"
            yield told(at, Part.LEAD, f"{name}: {did}, from {press.mailing or 'no mail'}")
    if lead.answered_at:
        yield told(lead.answered_at, Part.LEAD, f"{name}: the reader filled in {len(lead.answers)} fields")
    verdict, *reasons = verdict_in_words(lead, app)
    why = f" ({'; '.join(each.rstrip('.') for each in reasons)})" if reasons else ""
    by = f", as {lead.released_by} decided" if lead.released_by else ""
    held = f", until {iso(lead.held_until)}" if lead.held_until else ""
    yield told(
        lead.changed_at,
        Part.LEAD,
        f"{name}: {LABELS[lead.state]}{by}{held}; {verdict.rstrip('.')}{why}; score {lead.score.value}",
    )
    if lead.said_at:
        yield told(lead.said_at, Part.CRM, f"{name}: the CRM said what became of it ({LABELS[lead.state]})")
    for event in app.outbox.of(lead.id):
        yield from _handed_off(event)


def _handed_off(event: OutboxEvent) -> Iterator[Told]:
    due = f", tried again at {iso(event.due_at)}" if event.due_at and event.attempts else ""
    yield told(event.at, Part.CRM, f"{event.webhook} {event.type}: {EVENTS[event.state]}{due}")
    for number, attempt in enumerate(event.attempts, start=1):
        said = quoted(attempt_in_words(attempt))
        yield told(attempt.at, Part.CRM, f"{event.webhook}, attempt {number}: {said} ({attempt.seconds:.1f} s)")
    if event.ended_at and event.state in (EventState.DEAD, EventState.WITHDRAWN):
        yield told(event.ended_at, Part.CRM, f"{event.webhook}: {EVENTS[event.state]}")
