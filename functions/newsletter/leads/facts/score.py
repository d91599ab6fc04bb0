"""What a lead is worth: points for what its reader did, which halve as time goes by, with reasons to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.leads.lead import Score
from newsletter.leads.visits.verdict import Reason
from newsletter.platform.times import iso
from newsletter.publication.offers import LeadPolicy

HIGHEST = 100


@dataclass(frozen=True)
class Acts:
    """When a reader did what. `read` has one time for each article; presses of one day count once (see `score`)."""

    read: Sequence[datetime] = ()
    offer: Sequence[datetime] = ()
    press: Sequence[datetime] = ()
    reply: Sequence[datetime] = ()
    answer: Sequence[datetime] = ()
    won: Sequence[datetime] = ()
    lost: Sequence[datetime] = ()


def score(acts: Acts, now: datetime, policy: LeadPolicy) -> Score:
    """The sum of the points of each act, halved for each half-life that it lies back; 0 to 100.

    The reasons are what counts for half a point at least, the weightiest first: how often, when last, how many points.
    """
    days = {act.date(): act for act in sorted(acts.press)}
    sums = {
        "read": (acts.read, policy.points.read),
        "offer": (acts.offer, policy.points.offer),
        "press": (tuple(days.values()), policy.points.press),
        "reply": (acts.reply, policy.points.reply),
        "answer": (acts.answer, policy.points.answer),
        "won": (acts.won, policy.points.won),
        "lost": (acts.lost, -policy.points.lost),
    }
    found = []
    for code, (times, points) in sums.items():
        worth = sum(points * _left(now - at, policy.half_life) for at in times)
        if abs(worth) >= 0.5:
            values: dict[str, str | int | float] = {"count": len(times), "last": iso(max(times))}
            values["points"] = round(worth)
            found.append((worth, Reason(code, values)))
    total = sum(worth for worth, _ in found)
    reasons = tuple(reason for _, reason in sorted(found, key=lambda each: -abs(each[0])))
    return Score(min(HIGHEST, max(0, round(total))), policy.half_life.days, reasons)


def _left(age: timedelta, half_life: timedelta) -> float:
    """What is left of a point after that time; one that is yet to come counts in full."""
    return float(0.5 ** (max(age, timedelta()) / half_life))
