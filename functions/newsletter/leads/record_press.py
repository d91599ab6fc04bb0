"""A press on the button of an offer, or an answer to a mail: who made it, and the lead that it makes or updates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from newsletter.leads.answers.take_answers import take_answers
from newsletter.leads.change_lead import change_lead, finish_change, sent, told
from newsletter.leads.facts.lead_facts import ids_of, leads_of
from newsletter.leads.facts.press_verdict import press_verdict
from newsletter.leads.follow_visits import judged
from newsletter.leads.lead import UPDATED, Lead, LeadState, Press, Temperature, episode_of, lead_id
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.leads.visits.verdict import Verdict, VerdictKind
from newsletter.platform.errors import NotNow
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import TakeUpOffer
from newsletter.platform.times import parse_iso
from newsletter.publication.offers import Offer
from newsletter.readers.current_subscriber import current_subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

TRIES = 5
"""How often a press is tried that meets another one of the same reader."""
NEWS_AFTER = timedelta(days=1)
"""A press so long after the last one of which the CRM was told is news for sales; until then it is only counted."""
REPLY = "reply"
"""The name, among a lead's answers, of what somebody wrote back."""
NOT_JUDGED = Verdict(VerdictKind.UNSURE, (), "")


def record_press(message: TakeUpOffer, now: datetime, app: Container) -> Lead | None:
    """Keep the evidence of the press, and make or update the lead; None where there is none to make.

    There is none for a reader who was erased, and for a press that came without a page of ours. Safe to repeat after a
    crash at any line, and late: a press that is known already changes nothing.
    """
    reader = current_subscriber(message.subscriber, app)
    if app.subscribers.get(reader.id) is None:
        return None
    evidence, at = Evidence(**message.evidence), parse_iso(message.at)
    if message.mailing:
        press = Visit(at, VisitKind.PRESS, message.offer, evidence, message.page_age, message.from_page)
        app.visits.add(reader.id, message.mailing, (press,), message.batch, message.position, now)
    if message.page_age is None:
        return None
    pressed = Press(message.at, message.mailing, message.page_age, message.from_page, evidence)
    lead = _make_or_update(reader.id, message, pressed, {}, now, app)
    return lead and take_answers(lead, now, app)


def record_answer(message: TakeUpOffer, words: str, now: datetime, app: Container) -> Lead | None:
    """Make or update the lead of somebody who answered a mail; their own `words` go with it, unless they are empty.

    None for a reader who was erased. Safe to repeat, and late, as a press is: `message.at` tells answers apart.
    """
    reader = current_subscriber(message.subscriber, app)
    if app.subscribers.get(reader.id) is None:
        return None
    evidence = Evidence(**message.evidence)
    answered = Press(message.at, message.mailing, None, message.from_page, evidence, answered=True)
    answers = {REPLY: words} if words else {}
    return _make_or_update(reader.id, message, answered, answers, now, app)


def _make_or_update(
    subscriber: str, message: TakeUpOffer, press: Press, answers: Mapping[str, str], now: datetime, app: Container
) -> Lead | None:
    for _ in range(TRIES):
        known = [lead for lead in leads_of(ids_of(subscriber, app), app) if lead.offer == message.offer]
        lead = _record(subscriber, message, press, answers, known, now, app)
        if not isinstance(lead, _Met):
            return lead
    raise NotNow(f"the leads of {subscriber} change all the time")


class _Met:
    """Another press of the same reader was faster; what is stored is to be read again."""


def _record(
    subscriber: str,
    message: TakeUpOffer,
    press: Press,
    answers: Mapping[str, str],
    known: list[Lead],
    now: datetime,
    app: Container,
) -> Lead | _Met | None:
    before = next((lead for lead in known if lead.knows(press.at)), None)
    if before is not None:
        return finish_change(before, now, app) if before.pending else before
    offer, at = app.publication.offer(message.offer), parse_iso(message.at)
    found = episode_of(known, at, offer.again_after if offer else Offer.again_after)
    if isinstance(found, Lead):
        again = partial(_pressed_again, press=press, answers=answers, message=message, now=now, app=app)
        return change_lead(found.id, again, now, app)
    lead = replace(_new_lead(subscriber, message, press, found, now), answers=answers)
    lead = _first_state(lead, offer, now, app)
    if not app.lead_pointers.add(subscriber, lead.id, lead.offer, lead.at):
        return None  # erased at this moment
    if not app.leads.create(lead):
        return _Met()
    return finish_change(lead, now, app)


def _new_lead(subscriber: str, message: TakeUpOffer, press: Press, episode: int, now: datetime) -> Lead:
    return Lead(
        id=lead_id(subscriber, message.offer, episode),
        subscriber=subscriber,
        offer=message.offer,
        episode=episode,
        temperature=Temperature.HOT,
        how=message.how,
        state=LeadState.HELD,
        verdict=NOT_JUDGED,
        at=parse_iso(press.at),
        changed_at=now,
        mailing=message.mailing,
        batch=message.batch,
        position=message.position,
        evidence=press.evidence,
        presses=(press,),
        told_press=press.at,
    )


def _first_state(lead: Lead, offer: Offer | None, now: datetime, app: Container) -> Lead:
    """The new lead as its verdict has it: handed off, held, or kept; withdrawn where the offer is no more."""
    lead = replace(lead, verdict=press_verdict(lead, app))
    if offer is None:
        return replace(lead, state=LeadState.WITHDRAWN)
    match lead.verdict.kind:
        case VerdictKind.PERSON:
            return sent(lead, now, app)
        case VerdictKind.UNSURE:
            return replace(lead, held_until=lead.at + app.publication.leads.hold)
        case VerdictKind.MACHINE:
            return replace(lead, state=LeadState.KEPT)


def _pressed_again(
    lead: Lead, press: Press, answers: Mapping[str, str], message: TakeUpOffer, now: datetime, app: Container
) -> Lead | None:
    """The lead with a further press: judged with it, and told if that is news for sales. An answer always is."""
    if lead.knows(press.at):
        return None
    after = replace(lead.pressed(press), answers={**lead.answers, **answers})
    if not lead.presses:  # a warm lead: from now on it comes from the mail whose button was pressed
        after = replace(after, mailing=message.mailing, batch=message.batch, position=message.position)
    after = judged(after, press_verdict(after, app), now, app) or after
    new = press.answered or parse_iso(press.at) - parse_iso(lead.told_press or press.at) >= NEWS_AFTER
    if after.sequence == lead.sequence and after.state.is_told and new:
        after = told(after, UPDATED, now, app)
    if after.sequence > lead.sequence or not lead.told_press:
        after = replace(after, told_press=press.at)
    return after


# --- the tick --------------------------------------------------------------------------------------------------------


def settle_held(now: datetime, isolated: Isolated, app: Container) -> dict[str, int]:
    """Settle held leads whose time is over, and finish changes that a crash left: {"settled", "sent", "kept"}.

    A lead that fails is reported through `isolated`, and the others are done.
    """
    done = Counter(settled=0, sent=0, kept=0)
    for lead_id_ in app.leads.due(now):
        with isolated.piece(f"lead {lead_id_}"):
            done.update(_settle(lead_id_, now, app))
    return dict(done)


def _settle(lead_id_: str, now: datetime, app: Container) -> dict[str, int]:
    def alter(lead: Lead) -> Lead | None:
        if lead.held_until is None or lead.held_until > now:
            return None
        return judged(lead, press_verdict(lead, app), now, app, settle=True)

    lead = change_lead(lead_id_, alter, now, app)
    if lead is None:
        return {}
    sent_now = lead.state is LeadState.HANDED_OFF
    return {"settled": 1, "sent": int(sent_now), "kept": int(lead.state is LeadState.KEPT)}
