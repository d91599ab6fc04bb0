"""A lead: a subscriber who took up an offer, once per episode, and what has become of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.leads.visits.verdict import Reason, Verdict

REJUDGED_FOR = timedelta(days=7)
"""For so long after it was made, a lead is judged again when there is more evidence."""
MAX_PRESSES = 10
"""Presses that a lead remembers; an older one is known by its time."""


class Temperature(StrEnum):
    """How sure it is that the reader wants to be contacted."""

    HOT = "hot"
    """They pressed the button of the offer, or answered a mail."""
    WARM = "warm"
    """They read an article about it; they did not ask for anything."""


class LeadState(StrEnum):
    """Where a lead is."""

    HELD = "held"
    """It is not clear that a person pressed: it waits a few minutes for more evidence."""
    KEPT = "kept"
    """A machine pressed: it is shown to marketing and not sent."""
    HANDED_OFF = "handed_off"
    """The CRM knows of it, or will as soon as it answers (the outbox)."""
    ACCEPTED = "accepted"
    """Sales work on it."""
    WON = "won"
    LOST = "lost"
    RETRACTED = "retracted"
    """It had been handed off, and it was a machine's: the CRM is told to forget it."""
    WITHDRAWN = "withdrawn"
    """The offer is no more, so nothing is sent. (Of an erased reader nothing is kept at all.)"""
    DROPPED = "dropped"
    """Marketing did not want it sent."""

    @property
    def is_open(self) -> bool:
        """Whether a further press belongs to this lead and not to a new one, as long as its window lasts."""
        return self not in (LeadState.LOST, LeadState.DROPPED, LeadState.WITHDRAWN)

    @property
    def is_told(self) -> bool:
        """Whether the CRM knows the lead, and is told what changes."""
        return self in (LeadState.HANDED_OFF, LeadState.ACCEPTED, LeadState.WON)


ANSWER = "answer"
"""The way (`how`) of a lead whose reader answered a mail."""
FOLLOW_UPS = MADE, WON, LOST = "made", "won", "lost"
"""What the rest of the product is told of a lead, once each: that it was handed off, won, lost."""
CREATED, UPDATED, RETRACTED = "lead.created", "lead.updated", "lead.retracted"
"""Types of the events that the CRM gets."""


@dataclass(frozen=True)
class ReadArticle:
    """An article that a person opened from a mail; `at` is when they did so first."""

    url: str
    title: str
    topics: tuple[str, ...]
    at: datetime
    mailing: str


@dataclass(frozen=True)
class Score:
    """What a lead is worth, 0 to 100, with its reasons (codes of `leads_score` in the locales)."""

    value: int
    half_life_days: int
    reasons: tuple[Reason, ...]


NO_SCORE = Score(0, 14, ())


@dataclass(frozen=True)
class Press:
    """One press of the button, or one answer to a mail, with its evidence, so that it can be judged again once its
    visit has expired.

    `at` is its time with milliseconds, as in its message, by which it is known again; `mailing` is that of its mail.
    """

    at: str
    mailing: str
    page_age: float | None
    from_page: bool
    evidence: Evidence
    typed: bool = False
    answered: bool = False
    """Not a press: they wrote back; `from_page` is whether from the address that the mail went to."""

    def visit(self, offer: str) -> Visit:
        """The press as a visit."""
        at = datetime.fromisoformat(self.at)
        if self.answered:
            return Visit(at, VisitKind.ANSWER, offer, self.evidence, from_page=self.from_page)
        return Visit(at, VisitKind.PRESS, offer, self.evidence, self.page_age, self.from_page, self.typed)


@dataclass(frozen=True)
class Lead:
    """One per subscriber, offer and episode. `how` is the way: `button`, `answer`, or `click` for a warm lead.

    `at` is the first press (or the click). `mailing`, `batch`, `position` and `link` say which link of which mail led
    there; `evidence` is that of the last press, or of the click.

    `sequence` counts the events for the CRM, of which `event` is the type of the last. With `pending`, what follows
    from the last change may not be done yet (change_lead.py); `followed` are those of FOLLOW_UPS that are. `revision`
    counts the writes. `told_press` is the last press of which the CRM was told. `released_by` is who had the lead sent
    in spite of its verdict, or dropped it; `said_at` is when the CRM last said something. `moved_from` are the reader's
    ids before they changed address, the latest first.
    """

    id: str
    subscriber: str
    offer: str
    episode: int
    temperature: Temperature
    how: str
    state: LeadState
    verdict: Verdict
    at: datetime
    changed_at: datetime
    mailing: str
    batch: str
    position: int
    evidence: Evidence
    sequence: int = 0
    event: str = ""
    pending: bool = True
    revision: int = 0
    link: str = ""
    held_until: datetime | None = None
    presses: tuple[Press, ...] = ()
    told_press: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    answered_at: datetime | None = None
    moved_from: tuple[str, ...] = ()
    read: tuple[ReadArticle, ...] = ()
    score: Score = NO_SCORE
    released_by: str = ""
    said_at: datetime | None = None
    followed: tuple[str, ...] = ()

    def told(self, event: str, now: datetime) -> Lead:
        """The lead with a further event for the CRM."""
        return replace(self, sequence=self.sequence + 1, event=event, changed_at=now, pending=True)

    def knows(self, press: str) -> bool:
        """Whether the press with that time is one of the lead's."""
        known = [each.at for each in self.presses]
        return press in known or (len(known) >= MAX_PRESSES and press < known[0])

    def pressed(self, press: Press) -> Lead:
        """The lead with one more press; it is its evidence from now on."""
        presses = sorted((*self.presses, press), key=lambda each: each.at)[-MAX_PRESSES:]
        return replace(self, presses=tuple(presses), evidence=presses[-1].evidence, pending=True)


def lead_id(subscriber: str, offer: str, episode: int) -> str:
    """16 base32 characters, always the same for the same subscriber, offer and episode."""
    named = f"lead\n{subscriber}\n{offer}\n{episode}"
    return base64.b32encode(hashlib.sha256(named.encode()).digest()[:10]).decode().lower()


def episode_of(leads: Sequence[Lead], press: datetime, window: timedelta) -> Lead | int:
    """The lead to which a press at that time belongs, or the number of the episode that it begins.

    `leads` are those of the reader for the offer, under their former addresses too.
    """
    if not leads:
        return 1
    last = max(leads, key=lambda lead: (lead.episode, lead.at))
    if last.state.is_open and press < last.at + window:
        return last
    return last.episode + 1
