"""Leads in words that marketing and sales understand, in English, for console, API and command line alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.lead import Lead, LeadState
from newsletter.leads.lead_body import score_in_words
from newsletter.leads.manage.show_lead import ShownLead
from newsletter.leads.outbox.outbox_event import Attempt, EventState, OutboxEvent
from newsletter.leads.visits.reasons import in_words, texts_in
from newsletter.publication.publication import Publication
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container

LABELS = {
    LeadState.HELD: "held",
    LeadState.KEPT: "kept here",
    LeadState.HANDED_OFF: "handed off",
    LeadState.ACCEPTED: "accepted",
    LeadState.WON: "won",
    LeadState.LOST: "lost",
    LeadState.RETRACTED: "taken back",
    LeadState.WITHDRAWN: "withdrawn",
    LeadState.DROPPED: "dropped",
}
"""Short, for tags and filters."""
ALWAYS = {
    LeadState.KEPT: "A machine pressed. Sales do not see it, unless a person presses later or somebody sends it.",
    LeadState.LOST: "Sales have lost it. If the reader takes up the offer again, that is a new lead.",
    LeadState.WITHDRAWN: "There is nothing to tell the CRM any more: the offer is gone.",
}
"""What is said of a lead in these states, whatever else is known of it."""
EVENTS = {
    EventState.WAITING: "waits",
    EventState.TAKEN: "taken",
    EventState.DEAD: "given up",
    EventState.WITHDRAWN: "withdrawn",
}
Clock = Callable[[datetime], str]
"""A moment as people read it."""


def state_in_words(shown: ShownLead, clock: Clock) -> str:
    """Where the lead stands and what happens next: one to three sentences."""
    lead = shown.lead
    if lead.state in ALWAYS:
        return ALWAYS[lead.state]
    match lead.state:
        case LeadState.HELD:
            until = f" at {clock(lead.held_until)}" if lead.held_until else ""
            return (
                "It is not sure that a person pressed, so more is awaited. Unless somebody decides or a machine shows, "
                f"it goes to sales{until}, marked as unsure."
            )
        case LeadState.HANDED_OFF:
            sent_by = f"Sent by {lead.released_by}. " if lead.released_by else ""
            return sent_by + hand_off_in_words(shown.events, clock)
        case LeadState.RETRACTED:
            taken_back = "Sales had it; what came later shows that it was a machine's."
            return f"{taken_back} {hand_off_in_words(shown.events, clock)}"
        case LeadState.DROPPED:
            return f"Dropped{f' by {lead.released_by}' if lead.released_by else ''}. Sales do not hear of it."
    said = "Sales have won it." if lead.state is LeadState.WON else "Sales work on it."
    waits = any(event.state in (EventState.WAITING, EventState.DEAD) for event in shown.events)
    return f"{said} {hand_off_in_words(shown.events, clock)}" if waits else said


def hand_off_in_words(events: Sequence[OutboxEvent], clock: Clock) -> str:
    """Whether the CRM knows the last that happened, and if not, what it said and when it is tried again."""
    if not events:
        return "The CRM is told within a minute."
    last = events[-1]
    untold = next((event for event in events if event.state in (EventState.WAITING, EventState.DEAD)), None)
    if untold is None:
        taken = last.attempts[-1].at if last.attempts else last.at
        return f"The CRM took it at {clock(taken)}." if last.state is EventState.TAKEN else "The CRM is told no more."
    if untold.state is EventState.DEAD:
        return f"The CRM did not take it in 72 hours, so it is tried no more. {_last_said(untold, clock)}"
    if not untold.attempts:
        return "The CRM is told within a minute."
    again = f" It is tried again at {clock(untold.due_at)}." if untold.due_at else ""
    return f"The CRM has not taken it yet.{again} {_last_said(untold, clock)}"


def attempt_in_words(attempt: Attempt) -> str:
    """What came back: `HTTP 503: no room`, or why nothing did."""
    said = f"HTTP {attempt.status}" if attempt.status else "no answer"
    return f"{said}: {attempt.answer}" if attempt.answer else said


def is_in_trouble(shown: ShownLead) -> bool:
    """Whether an event was tried in vain: it waits for another try, or was given up."""
    return any(
        event.state is EventState.DEAD or (event.state is EventState.WAITING and event.tries > 0)
        for event in shown.events
    )


def verdict_in_words(lead: Lead, app: Container) -> tuple[str, ...]:
    """What the verdict is, and a sentence for each of its reasons, in the console's language."""
    return in_words(lead.verdict, texts_in(app.templates, _language(app)))


def score_reasons(lead: Lead, app: Container) -> tuple[str, ...]:
    """Why the score is what it is, as sentences in the console's language."""
    return tuple(score_in_words(lead, _language(app), app))


def offer_title(key: str, publication: Publication) -> str:
    """The offer's English title, or that of the default language; the key of an offer that does not exist any more."""
    offer = publication.offer(key)
    return offer.title[publication.language("en")] if offer else key


def subscription_in_words(shown: ShownLead, clock: Clock) -> str:
    """Whether the reader gets mail, for whoever is about to write to them."""
    reader = shown.reader
    if reader is None:
        return "Nothing is known of the reader any more: they had themselves erased."
    since = f" since {clock(reader.left_at)}" if reader.left_at else ""
    match reader.status:
        case Status.ACTIVE:
            paused = reader.choices.paused_until
            return f"reads it, with a pause until {paused.day} {paused:%b %Y}" if paused else "reads it"
        case Status.UNSUBSCRIBED:
            return f"left it{since}: they want no more newsletters, and an answer to what they asked for"
        case Status.COMPLAINED:
            return f"called it spam{since}: they want no more mail"
        case Status.BOUNCED:
            return f"mail to the address bounces{since}"
    return str(reader.status)


def _language(app: Container) -> str:
    """English where the publication speaks it, as all of the console."""
    return app.templates.publication.language("en")


def _last_said(event: OutboxEvent, clock: Clock) -> str:
    if not event.attempts:
        return ""
    last = event.attempts[-1]
    return f"Last answer, at {clock(last.at)}: {attempt_in_words(last)}"
