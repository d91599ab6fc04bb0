"""What waits for a person: digests and mailings, leads, feeds, the CRM, and the breaker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.lead import LeadState
from newsletter.leads.manage.crm_words import endpoint_in_words
from newsletter.leads.manage.lead_filter import LeadFilter
from newsletter.leads.manage.list_leads import list_leads
from newsletter.mailings.digests.digest import Digest
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.status import MailingState
from newsletter.platform.words.said import Said, Stored, say, say_number
from newsletter.reports.descriptions import title_of

if TYPE_CHECKING:
    from newsletter.container import Container

MOST = 20
"""Leads, and mailings, that are counted; of more it says so."""


@dataclass(frozen=True)
class Waits:
    """One thing that waits. `what` is a sentence, `path` the page of the console where it is dealt with, `kind` one of
    `breaker`, `approval`, `mailing`, `leads`, `feed` and `crm`."""

    kind: str
    what: str
    path: str
    act: str


def what_waits(
    now: datetime, app: Container, clock: Callable[[datetime], str], drafts: Sequence[Draft] = ()
) -> list[Waits]:
    """Everything that waits, what stops most first; of campaigns that could not go out, those among the `drafts`."""
    return [
        *_breaker(app, clock),
        *_digests(app, clock),
        *_mailings(app),
        *_campaigns(drafts),
        *_leads(now, app),
        *_feeds(app, clock),
        *_crm(now, app, clock),
    ]


def _breaker(app: Container, clock: Callable[[datetime], str]) -> Iterator[Waits]:
    breaker = app.reputation.breaker()
    if breaker:
        stopped = say(
            "All sending is stopped since {since}: {why}. Whoever runs the newsletter ends that.",
            since=clock(breaker.since),
            why=Stored(breaker.reason),
        )
        yield Waits("breaker", stopped, "/console#delivery", say("Look at the numbers"))


def _digests(app: Container, clock: Callable[[datetime], str]) -> Iterator[Waits]:
    for digest in app.digests.all():
        if not digest.awaits_approval:
            continue
        what = _digest(digest, clock)
        yield Waits("approval", what, f"/console/digests/{digest.period}", say("Look at it and decide"))


def _digest(digest: Digest, clock: Callable[[datetime], str]) -> Said:
    period = digest.period
    if digest.held_because:
        return say(
            "The digest {period} was to go out and is held: {why}.", period=period, why=Stored(digest.held_because)
        )
    if not digest.deadline:
        return say("The digest {period} goes to nobody before it is approved.", period=period)
    when = clock(digest.deadline)
    if digest.sent_unanswered:
        return say(
            "The digest {period} goes to nobody before it is approved; if nobody answers, it goes out on {when}.",
            period=period,
            when=when,
        )
    return say(
        "The digest {period} goes to nobody before it is approved; if nobody answers, it is dropped on {when}.",
        period=period,
        when=when,
    )


def _mailings(app: Container) -> Iterator[Waits]:
    for number, mailing in enumerate(app.statuses.unfinished()):
        if number == MOST:
            return
        status = app.statuses.status(mailing)
        if status is None or status.state not in (MailingState.HELD, MailingState.PAUSED):
            continue
        found = app.mailings.get(mailing)
        named = title_of(found) if found else mailing
        if status.state is MailingState.PAUSED:
            what = say("{mailing} is paused.", mailing=named)
        else:
            what = say("{mailing} is held: {why}.", mailing=named, why=Stored(status.reason))
        yield Waits("mailing", what, f"/console/mailings/{mailing}", say("Resume or cancel it"))


def _campaigns(drafts: Sequence[Draft]) -> Iterator[Waits]:
    for draft in drafts:
        if draft.state is DraftState.HELD:
            named = draft.campaign.subject or draft.campaign.name or say("A campaign without a subject")
            what = say("“{campaign}” was to go out and could not: {why}", campaign=named, why=Stored(draft.reason))
            yield Waits("mailing", what, f"/console/campaigns/{draft.id}", say("Look at it"))


def _leads(now: datetime, app: Container) -> Iterator[Waits]:
    held = list_leads(LeadFilter(state=LeadState.HELD), app, now=now, limit=MOST)
    number = len(held.leads)
    if number:
        what = say_number(
            "1 lead waits for a verdict: was it a person?",
            "{count} leads wait for a verdict: was it a person?",
            count=number,
        )
        if held.cursor and number == MOST:
            what = say("More than {number} leads wait for a verdict: was it a person?", number=number)
        yield Waits("leads", what, "/console/leads?state=held", say("Decide"))


def _feeds(app: Container, clock: Callable[[datetime], str]) -> Iterator[Waits]:
    for url in app.feed_urls:
        state = app.feed_states.get(url)
        if state.hold:
            since, why = clock(state.hold.since), Stored(state.hold.reason)
            what = say("{feed} is held since {since}: {why}.", feed=url, since=since, why=why)
            yield Waits("feed", what, "/console/feeds", say("Look at it and accept it"))
        elif state.failure:
            since, why = clock(state.failure.since), Stored(state.failure.problem)
            what = say("{feed} cannot be read since {since}: {why}.", feed=url, since=since, why=why)
            yield Waits("feed", what, "/console/feeds", say("See what is wrong"))


def _crm(now: datetime, app: Container, clock: Callable[[datetime], str]) -> Iterator[Waits]:
    endpoint = endpoint_in_words(app.crm_endpoint.health(), now, clock)
    if not endpoint.works:
        yield Waits("crm", endpoint.words, "/console/leads", say("See the leads"))
