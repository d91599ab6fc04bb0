"""Which subject of an A/B test goes to the rest: the one on which the largest part of its readers clicked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from newsletter.platform.times import iso, parse_iso
from newsletter.platform.words.said import say, say_number

LEAST_CLICKS = 3
"""People over all subjects. Of fewer the difference says nothing at all."""


class Tried(NamedTuple):
    """What became of one subject's part of the test: mails that SES took, and of how many a person clicked."""

    mails: int
    people: int


class Reason(StrEnum):
    """Why that subject won."""

    MOST_CLICKS = "most_clicks"
    TIE = "tie"
    """Several were the best; the first of them goes out."""
    TOO_FEW_CLICKS = "too_few_clicks"
    """Nothing can be said; the first subject goes out."""


@dataclass(frozen=True)
class Decision:
    """The winner, by its number from 1, with the figures by which it won; `held_out` readers waited for it."""

    winner: int
    reason: Reason
    decided_at: datetime
    tried: tuple[Tried, ...]
    held_out: int

    @property
    def values(self) -> dict[str, Any]:
        """As plain values, for JSON and a table."""
        return {
            "winner": self.winner,
            "reason": self.reason,
            "decided_at": iso(self.decided_at),
            "tried": [list(each) for each in self.tried],
            "held_out": self.held_out,
        }


def decision_of_values(values: Mapping[str, Any]) -> Decision:
    """The inverse of `Decision.values`."""
    tried = tuple(Tried(*each) for each in values["tried"])
    reason, at = Reason(values["reason"]), parse_iso(values["decided_at"])
    return Decision(values["winner"], reason, at, tried, values["held_out"])


def decide(tried: Sequence[Tried], held_out: int, at: datetime) -> Decision:
    """The decision on these figures, in the order of the subjects."""
    if sum(each.people for each in tried) < LEAST_CLICKS:
        return Decision(1, Reason.TOO_FEW_CLICKS, at, tuple(tried), held_out)
    rates = [Fraction(each.people, each.mails) if each.mails else Fraction(0) for each in tried]
    best = rates.index(max(rates))
    reason = Reason.TIE if rates.count(rates[best]) > 1 else Reason.MOST_CLICKS
    return Decision(best + 1, reason, at, tuple(tried), held_out)


def decision_in_words(decision: Decision) -> str:
    """Which subject won and why, as a sentence without its full stop."""
    people = sum(each.people for each in decision.tried)
    won = decision.tried[decision.winner - 1]
    share = round(100 * won.people / won.mails, 1) if won.mails else 0.0
    why = {
        Reason.TOO_FEW_CLICKS: say_number(
            "1 person clicked, too few to tell subjects apart, so that the first one goes out",
            "{count} people clicked, too few to tell subjects apart, so that the first one goes out",
            count=people,
        ),
        Reason.TIE: say(
            "several are the best, with {share}% who clicked, and this is the first of them",
            share=share,
        ),
        Reason.MOST_CLICKS: say(
            "{count} of {mails} clicked ({share}%), the largest part", count=won.people, mails=won.mails, share=share
        ),
    }[decision.reason]
    if not decision.held_out:
        return say("Subject {number} is chosen, though nobody waited for it: {why}", number=decision.winner, why=why)
    return say(
        "Subject {number} goes to the other {others}: {why}",
        number=decision.winner,
        others=decision.held_out,
        why=why,
    )
