"""Changes a lead, and does what follows from the change: the CRM is told, a sequence starts or ends, once each.

A change is one conditional write of the lead, which says what is to follow (`pending`, `sequence`, `event`). What
follows is done after it, each part of it repeatable, and then the mark is taken off. After a crash in between, the next
change of the lead does it first, or the tick finds it (settle_held.py): so each event has its sequence number and is
frozen before the next one is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.facts.lead_facts import with_facts
from newsletter.leads.lead import ANSWER, CREATED, MADE, UPDATED, Lead, LeadState, Temperature
from newsletter.leads.lead import LOST as FOLLOWS_LOSS
from newsletter.leads.lead import WON as FOLLOWS_WIN
from newsletter.leads.lead_body import lead_body
from newsletter.leads.outbox.enqueue_event import enqueue_event
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.times import parse_iso
from newsletter.platform.words.said import say
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

TRIES = 10
"""How often a change is tried that meets another one of the same lead."""

Alter = Callable[[Lead], Lead | None]
"""Makes the lead as it shall be; None where nothing is to change."""


def change_lead(lead_id: str, alter: Alter, now: datetime, app: Container) -> Lead | None:
    """Change the lead, and do what follows; the lead as it is then, None if it does not exist (any more).

    Raises NotNow if others change it all the time.
    """
    for _ in range(TRIES):
        lead = app.leads.get(lead_id)
        if lead is not None and lead.pending:
            lead = finish_change(lead, now, app)
        if lead is None:
            return None
        after = alter(lead)
        if after is None:
            return lead
        stored = app.leads.replace(lead, after)
        if stored is not None:
            return finish_change(stored, now, app) if stored.pending else stored
    raise NotNow(say("{what} changes all the time; try again in a moment", what=lead_id))


def finish_change(lead: Lead, now: datetime, app: Container) -> Lead | None:
    """Do what follows from the last change of the lead, as far as it was not done; the lead then.

    Nothing is kept of a reader who was erased meanwhile: then the lead is erased, and None is returned.
    """
    reader = app.subscribers.get(current_subscriber(lead.subscriber, app).id)
    if reader is None:
        app.leads.erase(lead.id)
        return None
    offer = app.publication.offer(lead.offer)
    if lead.event and offer is not None:
        enqueue_event(lead.id, lead.sequence, lead_body(lead, reader, offer, app), now, app)
    followed = _follow_up(lead, reader, app)
    state = LeadState.WITHDRAWN if offer is None and lead.state.is_told else lead.state
    after = app.leads.replace(lead, replace(lead, pending=False, followed=followed, state=state))
    if after is None:
        after = app.leads.get(lead.id)
    if after is None or app.subscribers.get(reader.id) is None:
        # Erased while this was done: what was added to the lead since must not stay.
        app.leads.erase(lead.id)
        return None
    return after


def _follow_up(lead: Lead, reader: Subscriber, app: Container) -> tuple[str, ...]:
    """Tell the rest of the product what the lead has come to; all that it knows by then."""
    done = lead.followed
    asked = lead.state.is_told and lead.temperature is Temperature.HOT
    if asked:
        _let_offer_rest(lead, reader, app)
    if asked and MADE not in done:
        _to_ledger(lead, "lead", app)
        app.triggers.lead_made(reader.id, lead.offer, lead.changed_at, begins=lead.how != ANSWER)
        done = (*done, MADE)
    if lead.state is LeadState.RETRACTED and MADE in done:
        app.triggers.lead_retracted(reader.id, lead.offer, lead.changed_at)
        done = tuple(each for each in done if each != MADE)
    if lead.state is LeadState.WON and FOLLOWS_WIN not in done:
        _to_ledger(lead, "won", app)
        app.triggers.end(reader.id, "lead_won", lead.changed_at)
        done = (*done, FOLLOWS_WIN)
    if lead.state is LeadState.LOST and FOLLOWS_LOSS not in done:
        app.triggers.lead_lost(reader.id, lead.offer, lead.changed_at)
        done = (*done, FOLLOWS_LOSS)
    return done


def _to_ledger(lead: Lead, what: str, app: Container) -> None:
    """Count the lead in the mailing that brought it; one that a click made has no mail of its own yet."""
    if lead.mailing and lead.batch:
        app.deliveries.add_event(lead.mailing, lead.batch, what, lead.position)


def _let_offer_rest(lead: Lead, reader: Subscriber, app: Container) -> None:
    """Note on the profile when the offer was last taken up, so that mails leave it out for a while (Offer.rests).

    If the reader changes their address at this moment, it is noted at the new one too.
    """
    last = max((parse_iso(press.at) for press in lead.presses), default=lead.at)
    day = last.astimezone(app.publication.time_zone).date()
    app.subscribers.remember_taken(reader.id, {lead.offer: day})
    today = current_subscriber(reader.id, app).id
    if today != reader.id:
        app.subscribers.remember_taken(today, {lead.offer: day})


def sent(lead: Lead, now: datetime, app: Container) -> Lead:
    """The lead as it is handed off; withdrawn if its offer is no more."""
    if app.publication.offer(lead.offer) is None:
        return replace(lead, state=LeadState.WITHDRAWN, held_until=None, changed_at=now)
    after = replace(lead, state=LeadState.HANDED_OFF, held_until=None)
    return told(after, UPDATED if lead.sequence else CREATED, now, app)


def told(lead: Lead, event: str, now: datetime, app: Container) -> Lead:
    """The lead with a further event for the CRM, which has what is known of the reader by now."""
    return with_facts(lead, now, app).told(event, now)


def _existing(lead_id: str, lead: Lead | None) -> Lead:
    if lead is None:
        raise NotFound(f"lead {lead_id}")
    return lead


# --- what the CRM says -----------------------------------------------------------------------------------------------


def accepted(lead_id: str, now: datetime, app: Container) -> Lead:
    """Sales work on the lead. What comes late changes nothing: not after it was won or lost. Raises NotFound."""
    return _said(lead_id, LeadState.ACCEPTED, now, app)


def won(lead_id: str, now: datetime, app: Container) -> Lead:
    """The lead was won at `now`: its reader's sequences end. Raises NotFound."""
    return _said(lead_id, LeadState.WON, now, app)


def lost(lead_id: str, now: datetime, app: Container) -> Lead:
    """The lead was lost at `now`: its reader's sequences end, and the offer can be taken up anew. Raises NotFound."""
    return _said(lead_id, LeadState.LOST, now, app)


def _said(lead_id: str, state: LeadState, at: datetime, app: Container) -> Lead:
    """Only what is later than what the CRM said before counts; it is not told again what it said itself."""

    def alter(lead: Lead) -> Lead | None:
        late = lead.said_at is not None and at < lead.said_at
        over = state is LeadState.ACCEPTED and lead.state in (LeadState.WON, LeadState.LOST)
        if late or over or lead.state is state:
            return None
        return replace(lead, state=state, said_at=at, changed_at=at, held_until=None, pending=True)

    return _existing(lead_id, change_lead(lead_id, alter, at, app))


# --- what the reader adds --------------------------------------------------------------------------------------------


def update_answers(
    lead_id: str, answers: Mapping[str, str], at: datetime, now: datetime, app: Container
) -> Lead | None:
    """Add what the reader sent at `at` to the lead; the CRM is told if it knows the lead. None if there is none.

    Sending the same again changes nothing. Typing is what people do, so the press before it counts as theirs: whoever
    calls has the lead judged again.
    """

    def alter(lead: Lead) -> Lead | None:
        merged = {**lead.answers, **answers}
        if merged == lead.answers:
            return None
        presses = (*lead.presses[:-1], *(replace(each, typed=True) for each in lead.presses[-1:]))
        after = replace(lead, answers=merged, answered_at=at, presses=presses)
        return told(after, UPDATED, now, app) if lead.state.is_told else after

    return change_lead(lead_id, alter, now, app)
