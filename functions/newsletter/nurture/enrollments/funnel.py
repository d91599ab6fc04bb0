"""The funnel of a sequence: who came in, what each step brought, where and why readers left it. It adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.mailing import step_id
from newsletter.nurture.enrollments.enrollments_store import ACTIVE
from newsletter.publication.nurture.steps import Step
from newsletter.publication.sequences import Exit, Sequence
from newsletter.reports.count_mailing import count_mailing

if TYPE_CHECKING:
    from newsletter.container import Container

LEAVING = (Exit.LEFT, Exit.STOPPED)
"""Exits by which a reader says that it was too much: they unsubscribed, or stopped the series."""


@dataclass(frozen=True)
class FunnelStep:
    """What became of a step: mails `sent`, `people` who followed a link in them, and who `left` before the next one."""

    key: str
    sent: int
    people: int
    left: int


@dataclass(frozen=True)
class Funnel:
    """`entered` counts rounds: a reader who goes through it again counts again.

    entered = active + the sum of `exits`, of which `finished` went through to the end. `leads` became one after they
    came in (or by that), `won` of them were won.
    """

    key: str
    entered: int
    active: int
    steps: tuple[FunnelStep, ...]
    exits: Mapping[str, int]
    leads: int
    won: int

    @property
    def as_json(self) -> dict[str, Any]:
        """As in `newsletter sequences show --json` and the API."""
        return {
            "key": self.key,
            "entered": self.entered,
            "active": self.active,
            "steps": [vars(step) for step in self.steps],
            "exits": dict(self.exits),
            "leads": self.leads,
            "won": self.won,
        }


def funnel_of(sequence: Sequence, app: Container, *, now: datetime) -> Funnel:
    """Count the sequence now: where its rounds stand from the index, mails and clicks from the ledger of each step."""
    standings = app.enrollments.standings(sequence.key)
    counted = count_standings(standings)
    steps = []
    for step in sequence.steps:
        sent, people = _mails(sequence, step, app, now)
        steps.append(FunnelStep(step.key, sent, people, sum(counted.left[name] for name in step.names)))
    return Funnel(
        sequence.key, counted.entered, counted.active, tuple(steps), counted.exits, counted.leads, counted.won
    )


@dataclass(frozen=True)
class Standings:
    """Rounds of a sequence, counted by where they stand; `left` by the last step that they had."""

    entered: int
    active: int
    exits: Mapping[str, int]
    left: Counter[str]
    leads: int
    won: int


def count_standings(standings: Mapping[str, int]) -> Standings:
    """The counts of `standing` texts (enrollments_store.py)."""
    exits: Counter[str] = Counter()
    left: Counter[str] = Counter()
    active = leads = won = 0
    for text, rounds in standings.items():
        where, last, letters = text.split("#")
        if where == ACTIVE:
            active += rounds
        else:
            exits[where] += rounds
        if where in LEAVING:
            left[last] += rounds
        leads += rounds * ("L" in letters)
        won += rounds * ("W" in letters)
    named = {why.value: exits[why] for why in Exit if exits[why]}
    return Standings(active + exits.total(), active, named, left, leads, won)


def _mails(sequence: Sequence, step: Step, app: Container, now: datetime) -> tuple[int, int]:
    """How many mails of the step SES took, and people who followed a link: under every key it has had."""
    sent = people = 0
    for name in step.names:
        mailing = app.mailings.get(step_id(sequence.key, name))
        if mailing is not None:
            sums = count_mailing(mailing, app, now=now).sums
            sent, people = sent + sums.accepted, people + sums.clicked
    return sent, people
