"""What later visits, or other rules, make of leads: a verdict that turns, and a warm lead from a person's click."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.leads.change_lead import change_lead, finish_change, sent, told
from newsletter.leads.facts.lead_facts import ids_of, leads_of
from newsletter.leads.facts.mailed_articles import bare_address, welcomed_articles
from newsletter.leads.facts.press_verdict import press_verdict
from newsletter.leads.lead import (
    ANSWER,
    REJUDGED_FOR,
    RETRACTED,
    UPDATED,
    Lead,
    LeadState,
    Temperature,
    episode_of,
    lead_id,
)
from newsletter.leads.visits.evidence import Visit, VisitKind
from newsletter.leads.visits.verdict import Judgement, Verdict, VerdictKind
from newsletter.mailings.mailing import WELCOME
from newsletter.platform.errors import NotFound
from newsletter.platform.isolation import Isolated
from newsletter.publication.offers import Offer
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container

PAGE = 100
"""Leads that are read at a time when all of some days are judged again."""


def verdicts_changed(subscriber: str, mailing: str, judgement: Judgement, now: datetime, app: Container) -> None:
    """Follow what the visits of a subscriber to a mailing are judged to be now; repeating it changes nothing.

    Leads whose button was pressed from this mailing are judged again for a week. A person's click starts sequences of
    its topics, and makes a warm lead where the publication wants that.
    """
    if judgement.press is not None:
        for lead in leads_of(ids_of(subscriber, app), app):
            if any(press.mailing == mailing for press in lead.presses) and now <= lead.at + REJUDGED_FOR:
                rejudge(lead.id, now, app)
    if judgement.click.kind is VerdictKind.PERSON and judgement.people:
        _follow_click(subscriber, mailing, judgement, now, app)


# --- verdicts that turn ----------------------------------------------------------------------------------------------


def rejudge(lead_id: str, now: datetime, app: Container) -> Lead:
    """Judge the lead by the visits and rules of now; the lead as it is then. Raises NotFound."""
    lead = change_lead(lead_id, lambda lead: judged(lead, press_verdict(lead, app), now, app), now, app)
    if lead is None:
        raise NotFound(f"lead {lead_id}")
    return lead


def rejudge_all(days: int, now: datetime, app: Container) -> dict[str, int]:
    """Judge all leads of the last days again: how many were `judged`, and of how many the state `changed`.

    Raises PartlyFailed if some could not be judged; all others are.
    """
    isolated = Isolated()
    done = {"judged": 0, "changed": 0}
    for lead in _since(now - timedelta(days=days), now, app):
        with isolated.piece(f"lead {lead.id}"):
            after = rejudge(lead.id, now, app)
            done["judged"] += 1
            done["changed"] += after.state is not lead.state
    isolated.raise_if_any()
    return done


def _since(first: datetime, now: datetime, app: Container) -> Iterator[Lead]:
    """The leads made since then, the newest first."""
    page = app.leads.newest(PAGE, now=now)
    while page:
        for _, lead in page:
            if lead.at < first:
                return
            yield lead
        page = app.leads.newest(PAGE, page[-1][0], now=now)


def judged(lead: Lead, verdict: Verdict, now: datetime, app: Container, *, settle: bool = False) -> Lead | None:
    """The lead with that verdict, and what it does to the lead; None where that is nothing.

    With `settle`, the time is over for which a lead waits that may be anybody's.
    """
    if not lead.presses:
        return None  # a warm lead stands by the verdict on its click
    after = replace(lead, verdict=verdict)
    turned = verdict.kind is not lead.verdict.kind
    found: Lead | None = None
    if lead.state is LeadState.HELD:
        found = _held(after, now, app, settle=settle)
    elif lead.state is LeadState.KEPT:
        found = _kept(after, now, app)
    elif lead.state is LeadState.RETRACTED and verdict.kind is not VerdictKind.MACHINE:
        found = sent(after, now, app)
    elif lead.state in (LeadState.HANDED_OFF, LeadState.ACCEPTED):
        if lead.temperature is Temperature.WARM:
            found = _warmed_up(after, now, app, settle=settle)
        elif turned:
            found = _turned(after, now, app)
    found = found or after
    return found if found != lead else None


def _held(lead: Lead, now: datetime, app: Container, *, settle: bool) -> Lead | None:
    """Sent once a person pressed, or the time is over without a machine; kept if it is over with one."""
    if lead.verdict.kind is VerdictKind.PERSON or (settle and lead.verdict.kind is VerdictKind.UNSURE):
        return sent(lead, now, app)
    return replace(lead, state=LeadState.KEPT, held_until=None, changed_at=now) if settle else None


def _kept(lead: Lead, now: datetime, app: Container) -> Lead | None:
    """Sent once a person pressed; held anew if a press may be a person's."""
    if lead.verdict.kind is VerdictKind.PERSON:
        return sent(lead, now, app)
    if lead.verdict.kind is VerdictKind.UNSURE:
        until = now + app.publication.leads.hold
        return replace(lead, state=LeadState.HELD, held_until=until, changed_at=now)
    return None


def _turned(lead: Lead, now: datetime, app: Container) -> Lead:
    """A lead that the CRM knows has another kind of verdict: retracted if it was a machine's, unless a person had it
    sent or works on it already.
    """
    machine = lead.verdict.kind is VerdictKind.MACHINE
    if machine and lead.state is LeadState.HANDED_OFF and not lead.released_by:
        return told(replace(lead, state=LeadState.RETRACTED), RETRACTED, now, app)
    return told(lead, UPDATED, now, app)


def _warmed_up(lead: Lead, now: datetime, app: Container, *, settle: bool) -> Lead:
    """A warm lead whose button was pressed: hot, if a person did, or if nobody can say so until the time is over."""
    if lead.verdict.kind is VerdictKind.PERSON or (settle and lead.verdict.kind is VerdictKind.UNSURE):
        how = ANSWER if lead.presses[-1].answered else "button"
        hot = replace(lead, temperature=Temperature.HOT, how=how, held_until=None)
        return told(hot, UPDATED, now, app)
    if lead.verdict.kind is VerdictKind.MACHINE:
        return replace(lead, held_until=None)
    return replace(lead, held_until=lead.held_until or now + app.publication.leads.hold)


# --- a person's click ------------------------------------------------------------------------------------------------


def _follow_click(subscriber: str, mailing: str, judgement: Judgement, now: datetime, app: Container) -> None:
    wanted = {topic for offer in app.publication.offers for topic in offer.warm_topics}
    reader = current_subscriber(subscriber, app)
    known = welcomed_articles(reader.id, app) if mailing == WELCOME else app.mailed_articles.find(mailing)
    targets = {link: app.link_targets.find(mailing, link) for link in sorted(judgement.people)}
    read = {link: known[address] for link, url in targets.items() if url and (address := bare_address(url)) in known}
    topics = frozenset(topic for article in read.values() for topic in article.topics)
    if not topics:
        return
    if reader.status != Status.ACTIVE:
        return
    app.triggers.clicked(reader.id, topics, judgement.read_at or now)
    if topics & wanted:
        for offer in app.publication.offers:
            links = [link for link, article in read.items() if set(article.topics) & set(offer.warm_topics)]
            if links:
                _warm_lead(reader.id, mailing, offer, _clicks(judgement, links), judgement.click, now, app)


def _clicks(judgement: Judgement, links: Iterable[str]) -> list[Visit]:
    """The visits of a person to these links, the first one first."""
    of = [
        visit
        for visit, kind in judgement.verdicts
        if kind is VerdictKind.PERSON and visit.kind is VisitKind.LINK and visit.link in links
    ]
    return sorted(of, key=lambda visit: visit.at)


def _warm_lead(
    subscriber: str,
    mailing: str,
    offer: Offer,
    clicks: list[Visit],
    verdict: Verdict,
    now: datetime,
    app: Container,
) -> None:
    """Make a warm lead of a person's click, unless the reader has a lead for the offer in this episode."""
    if not clicks:
        return
    first = clicks[0]
    known = [lead for lead in leads_of(ids_of(subscriber, app), app) if lead.offer == offer.key]
    episode = episode_of(known, first.at, offer.again_after)
    if isinstance(episode, Lead) or any(first.at <= lead.changed_at for lead in known):
        return  # the click came before the earlier lead ended
    lead = Lead(
        id=lead_id(subscriber, offer.key, episode),
        subscriber=subscriber,
        offer=offer.key,
        episode=episode,
        temperature=Temperature.WARM,
        how="click",
        state=LeadState.HELD,
        verdict=verdict,
        at=first.at,
        changed_at=now,
        mailing=mailing,
        batch="",
        position=0,
        link=first.link,
        evidence=first.evidence,
    )
    lead = sent(lead, now, app)
    if app.lead_pointers.add(subscriber, lead.id, offer.key, first.at) and app.leads.create(lead):
        finish_change(lead, now, app)
