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
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.status import MailingState
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
        stopped = f"All sending is stopped since {clock(breaker.since)}: {breaker.reason}"
        yield Waits(
            "breaker", f"{stopped}. Whoever runs the newsletter ends that.", "/console#delivery", "Look at the numbers"
        )


def _digests(app: Container, clock: Callable[[datetime], str]) -> Iterator[Waits]:
    for digest in app.digests.all():
        if not digest.awaits_approval:
            continue
        what = f"The digest {digest.period} goes to nobody before it is approved"
        if digest.held_because:
            what = f"The digest {digest.period} was to go out and is held: {digest.held_because}"
        elif digest.deadline:
            otherwise = "goes out" if digest.sent_unanswered else "is dropped"
            what += f"; if nobody answers, it {otherwise} on {clock(digest.deadline)}"
        yield Waits("approval", f"{what}.", f"/console/digests/{digest.period}", "Look at it and decide")


def _mailings(app: Container) -> Iterator[Waits]:
    for number, mailing in enumerate(app.statuses.unfinished()):
        if number == MOST:
            return
        status = app.statuses.status(mailing)
        if status is None or status.state not in (MailingState.HELD, MailingState.PAUSED):
            continue
        found = app.mailings.get(mailing)
        named = title_of(found) if found else mailing
        why = f": {status.reason}" if status.reason else ""
        what = f"{named} is {'held' if status.state is MailingState.HELD else 'paused'}{why}."
        yield Waits("mailing", what, f"/console/mailings/{mailing}", "Resume or cancel it")


def _campaigns(drafts: Sequence[Draft]) -> Iterator[Waits]:
    for draft in drafts:
        if draft.state is DraftState.HELD:
            named = draft.campaign.subject or draft.campaign.name or "A campaign without a subject"
            what = f"“{named}” was to go out and could not: {draft.reason}"
            yield Waits("mailing", what, f"/console/campaigns/{draft.id}", "Look at it")


def _leads(now: datetime, app: Container) -> Iterator[Waits]:
    held = list_leads(LeadFilter(state=LeadState.HELD), app, now=now, limit=MOST)
    number = len(held.leads)
    if number:
        more = "More than " if held.cursor and number == MOST else ""
        counted = "1 lead waits" if number == 1 else f"{more}{number} leads wait"
        yield Waits("leads", f"{counted} for a verdict: was it a person?", "/console/leads?state=held", "Decide")


def _feeds(app: Container, clock: Callable[[datetime], str]) -> Iterator[Waits]:
    for url in app.feed_urls:
        state = app.feed_states.get(url)
        if state.hold:
            what = f"{url} is held since {clock(state.hold.since)}: {state.hold.reason}."
            yield Waits("feed", what, "/console/feeds", "Look at it and accept it")
        elif state.failure:
            what = f"{url} cannot be read since {clock(state.failure.since)}: {state.failure.problem}."
            yield Waits("feed", what, "/console/feeds", "See what is wrong")


def _crm(now: datetime, app: Container, clock: Callable[[datetime], str]) -> Iterator[Waits]:
    endpoint = endpoint_in_words(app.crm_endpoint.health(), now, clock)
    if not endpoint.works:
        yield Waits("crm", endpoint.words, "/console/leads", "See the leads")
