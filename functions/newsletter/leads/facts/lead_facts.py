"""The lead with what is known of its reader by now: what they read, and the score."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.facts.score import Acts, score
from newsletter.leads.facts.what_they_did import MOST_ARTICLES, doings_of
from newsletter.leads.lead import Lead, LeadState
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.platform.times import parse_iso
from newsletter.readers.current_subscriber import current_subscriber, earlier_ids

if TYPE_CHECKING:
    from newsletter.container import Container


def ids_of(subscriber: str, app: Container) -> tuple[str, ...]:
    """The reader's id of today and those before each change of address, the latest first."""
    today = current_subscriber(subscriber, app).id
    return (today, *earlier_ids(today, app))


def leads_of(subscribers: tuple[str, ...], app: Container) -> list[Lead]:
    """Every lead of a reader under these ids."""
    pointed = dict.fromkeys(lead for each in subscribers for lead in app.lead_pointers.of(each))
    found = (app.leads.get(lead) for lead in pointed)
    return [lead for lead in found if lead is not None]


def with_facts(lead: Lead, now: datetime, app: Container) -> Lead:
    """The lead with what people have read of the reader's mails by `now`, its score, and the ids they had before."""
    ids = ids_of(lead.subscriber, app)
    did = doings_of(ids, app)
    others = [each for each in leads_of(ids, app) if each.id != lead.id]
    all_leads = [lead, *others]
    acts = Acts(
        read=[each.at for each in did.read],
        offer=did.looked,
        press=[
            parse_iso(press.at)
            for each in all_leads
            if each.verdict.kind is not VerdictKind.MACHINE or each.released_by
            for press in each.presses
            if not press.answered
        ],
        reply=[parse_iso(press.at) for each in all_leads for press in each.presses if press.answered],
        answer=[each.answered_at for each in all_leads if each.answered_at],
        won=[each.said_at or each.changed_at for each in all_leads if each.state is LeadState.WON],
        lost=[each.said_at or each.changed_at for each in all_leads if each.state is LeadState.LOST],
    )
    return replace(
        lead,
        read=did.read[:MOST_ARTICLES],
        score=score(acts, now, app.publication.leads),
        moved_from=ids[1:],
    )
