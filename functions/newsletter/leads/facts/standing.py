"""What a reader is told of the offer that they took up before: when, what happened since, whether they may ask anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.leads.facts.lead_facts import ids_of, leads_of
from newsletter.leads.lead import Lead, LeadState, Temperature
from newsletter.publication.offers import Offer

if TYPE_CHECKING:
    from newsletter.container import Container


class Happened(StrEnum):
    """What happened since the press, in words that are safe to show: the codes of `pages.offer.since`."""

    ARRIVED = "arrived"
    PASSED_ON = "passed_on"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"
    UNCLEAR = "unclear"
    """It looked as if a program had pressed, so nobody was told."""


HAPPENED = {
    LeadState.HELD: Happened.ARRIVED,
    LeadState.KEPT: Happened.UNCLEAR,
    LeadState.HANDED_OFF: Happened.PASSED_ON,
    LeadState.ACCEPTED: Happened.ACCEPTED,
    LeadState.WON: Happened.ANSWERED,
    LeadState.LOST: Happened.CLOSED,
    LeadState.RETRACTED: Happened.UNCLEAR,
    LeadState.WITHDRAWN: Happened.CLOSED,
    LeadState.DROPPED: Happened.CLOSED,
}


@dataclass(frozen=True)
class Standing:
    """The last press at `at` and what `happened` since. A further press makes a new request from `anew_from` on; None
    if it does so now, or if it is the first that counts.
    """

    at: datetime
    happened: Happened
    anew_from: datetime | None


def standing(subscriber: str, offer: Offer, now: datetime, app: Container) -> Standing | None:
    """How the reader's last request for the offer stands; None if they never pressed its button."""
    leads = leads_of(ids_of(subscriber, app), app)
    asked = [lead for lead in leads if lead.offer == offer.key and _pressed(lead)]
    return _of(max(asked, key=lambda lead: (lead.episode, lead.at)), offer, now) if asked else None


def _pressed(lead: Lead) -> bool:
    only_answers = bool(lead.presses) and all(press.answered for press in lead.presses)
    return lead.temperature is Temperature.HOT and not only_answers


def _of(lead: Lead, offer: Offer, now: datetime) -> Standing:
    happened = HAPPENED[lead.state]
    over = lead.at + offer.again_after
    waits = lead.state.is_open and happened is not Happened.UNCLEAR and now < over
    return Standing(lead.at, happened, over if waits else None)
