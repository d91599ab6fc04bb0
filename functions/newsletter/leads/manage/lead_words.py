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
from newsletter.platform.words.said import say
from newsletter.publication.publication import Publication
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container

LABELS = {
    LeadState.HELD: say("held"),
    LeadState.KEPT: say("kept here"),
    LeadState.HANDED_OFF: say("handed off"),
    LeadState.ACCEPTED: say("accepted"),
    LeadState.WON: say("won"),
    LeadState.LOST: say("lost"),
    LeadState.RETRACTED: say("taken back"),
    LeadState.WITHDRAWN: say("withdrawn"),
    LeadState.DROPPED: say("dropped"),
}
"""Short, for tags and filters."""
ALWAYS = {
    LeadState.KEPT: say("A machine pressed. Sales do not see it, unless a person presses later or somebody sends it."),
    LeadState.LOST: say("Sales have lost it. If the reader takes up the offer again, that is a new lead."),
    LeadState.WITHDRAWN: say("There is nothing to tell the CRM any more: the offer is gone."),
}
"""What is said of a lead in these states, whatever else is known of it."""
EVENTS = {
    EventState.WAITING: "waits",
    EventState.TAKEN: "taken",
    EventState.DEAD: "given up",
    EventState.WITHDRAWN: say("withdrawn"),
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
            return _held_in_words(lead, clock)
        case LeadState.HANDED_OFF:
            told = hand_off_in_words(shown.events, clock)
            return say("Sent by {who}. {told}", who=lead.released_by, told=told) if lead.released_by else told
        case LeadState.RETRACTED:
            told = hand_off_in_words(shown.events, clock)
            return say("Sales had it; what came later shows that it was a machine's. {told}", told=told)
        case LeadState.DROPPED:
            if lead.released_by:
                return say("Dropped by {who}. Sales do not hear of it.", who=lead.released_by)
            return say("Dropped. Sales do not hear of it.")
    won = lead.state is LeadState.WON
    waits = any(event.state in (EventState.WAITING, EventState.DEAD) for event in shown.events)
    if not waits:
        return say("Sales have won it.") if won else say("Sales work on it.")
    told = hand_off_in_words(shown.events, clock)
    return say("Sales have won it. {told}", told=told) if won else say("Sales work on it. {told}", told=told)


def _held_in_words(lead: Lead, clock: Clock) -> str:
    if not lead.held_until:
        return say(
            "It is not sure that a person pressed, so more is awaited. Unless somebody decides or a machine shows, "
            "it goes to sales, marked as unsure."
        )
    return say(
        "It is not sure that a person pressed, so more is awaited. Unless somebody decides or a machine shows, "
        "it goes to sales at {moment}, marked as unsure.",
        moment=clock(lead.held_until),
    )


def hand_off_in_words(events: Sequence[OutboxEvent], clock: Clock) -> str:
    """Whether the CRM knows the last that happened, and if not, what it said and when it is tried again."""
    if not events:
        return say("The CRM is told within a minute.")
    last = events[-1]
    untold = next((event for event in events if event.state in (EventState.WAITING, EventState.DEAD)), None)
    if untold is None:
        taken = last.attempts[-1].at if last.attempts else last.at
        took = say("The CRM took it at {moment}.", moment=clock(taken))
        return took if last.state is EventState.TAKEN else say("The CRM is told no more.")
    if untold.state is EventState.DEAD:
        last_said = _last_said(untold, clock)
        return say("The CRM did not take it in 72 hours, so it is tried no more. {last_said}", last_said=last_said)
    if not untold.attempts:
        return say("The CRM is told within a minute.")
    last_said = _last_said(untold, clock)
    if not untold.due_at:
        return say("The CRM has not taken it yet. {last_said}", last_said=last_said)
    return say(
        "The CRM has not taken it yet. It is tried again at {moment}. {last_said}",
        moment=clock(untold.due_at),
        last_said=last_said,
    )


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


def verdict_in_words(lead: Lead, app: Container, language: str = "en") -> tuple[str, ...]:
    """What the verdict is, and a sentence for each of its reasons, where the publication speaks the language."""
    return in_words(lead.verdict, texts_in(app.templates, app.publication.language(language)))


def score_reasons(lead: Lead, app: Container, language: str = "en") -> tuple[str, ...]:
    """Why the score is what it is, as sentences."""
    return tuple(score_in_words(lead, app.publication.language(language), app))


def offer_title(key: str, publication: Publication, language: str = "en") -> str:
    """The offer's title, in the default language where there is none in this; the key of an offer that is gone."""
    offer = publication.offer(key)
    return offer.title[publication.language(language)] if offer else key


def subscription_in_words(shown: ShownLead, clock: Clock) -> str:
    """Whether the reader gets mail, for whoever is about to write to them."""
    reader = shown.reader
    if reader is None:
        return say("Nothing is known of the reader any more: they had themselves erased.")
    since = say(" since {moment}", moment=clock(reader.left_at)) if reader.left_at else ""
    match reader.status:
        case Status.ACTIVE:
            paused = reader.choices.paused_until
            if paused:
                return say("reads it, with a pause until {day}", day=f"{paused.day}.{paused.month}.{paused.year}")
            return say("reads it")
        case Status.UNSUBSCRIBED:
            return say(
                "left it{since}: they want no more newsletters, and an answer to what they asked for", since=since
            )
        case Status.COMPLAINED:
            return say("called it spam{since}: they want no more mail", since=since)
        case Status.BOUNCED:
            return say("mail to the address bounces{since}", since=since)
    return str(reader.status)


def _last_said(event: OutboxEvent, clock: Clock) -> str:
    if not event.attempts:
        return ""
    last = event.attempts[-1]
    return say("Last answer, at {moment}: {answer}", moment=clock(last.at), answer=attempt_in_words(last))
