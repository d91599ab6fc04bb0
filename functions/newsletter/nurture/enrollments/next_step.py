"""Which step comes next for a reader, and when: the one function that ticks, edits and simulations ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from newsletter.nurture.enrollments.enrollment import Enrollment, ended
from newsletter.publication.nurture.sending_window import Window, next_open
from newsletter.publication.nurture.steps import Condition, Step
from newsletter.publication.publication import Publication
from newsletter.publication.sequences import Exit, Sequence

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Facts:
    """What is known of a reader now, as far as steps depend on it.

    `clicked` are the steps, by the keys they had when they were sent, in whose mails a person followed a link; None
    where nobody has looked, and then a step that wants a click is not passed over yet. `lead` is whether they took up
    an offer; `mailed` when they were mailed in the last days (for the publication's cap).
    """

    topics: tuple[str, ...] = ()
    language: str = ""
    paused_until: date | None = None
    clicked: frozenset[str] | None = frozenset()
    lead: bool = False
    mailed: tuple[datetime, ...] = ()


class NextStep(NamedTuple):
    """The next step and when it may go out: now, if `at` is not later than the moment that was asked about."""

    step: Step
    at: datetime


@dataclass(frozen=True)
class Rules:
    """What the publication says of when steps go out: the window of the sequence, its zone, the cap (0: none)."""

    window: Window
    zone: ZoneInfo
    mails_per_week: int


def rules_for(sequence: Sequence, publication: Publication) -> Rules:
    """The rules of a sequence."""
    own = publication.nurture
    return Rules(sequence.window or own.window, publication.time_zone, own.mails_per_week)


def next_step(enrollment: Enrollment, sequence: Sequence, facts: Facts, now: datetime, rules: Rules) -> NextStep | None:
    """The next step for a reader whose round is not over; None if there is none: then it is finished.

    It is the first in today's order, after the last one that is done, whose conditions hold. So a step that was put
    before one that is done is not sent back in time, one that was removed is passed over, and one that was renamed
    counts by its `formerly`. Its time is today's delay after the last mail of the sequence; then it waits for the end
    of the reader's pause, for room under the cap, and for the window. One that waits longer than `pointless_after` for
    pause, cap or the tick is left out. A click that a step wants may come until its time.
    """
    _, last_at = enrollment.last
    for step in _to_come(sequence, enrollment.done):
        if _ruled_out(step.condition, sequence, facts):
            continue
        due = next_open(last_at + step.after, rules.window, rules.zone)
        at = next_open(max(due, now, *_not_before(facts, max(due, now), rules)), rules.window, rules.zone)
        wanted = step.condition.clicked
        if at <= now and wanted and facts.clicked is not None and not _clicked(wanted, sequence, facts):
            continue
        if step.pointless_after is None or at <= due + step.pointless_after:
            return NextStep(step, at)
    return None


def scheduled(enrollment: Enrollment, sequence: Sequence, facts: Facts, now: datetime, rules: Rules) -> Enrollment:
    """The enrollment with the time at which it is looked at next, or finished.

    That of a paused reader is looked at once a day, since a pause may be ended early.
    """
    found = next_step(enrollment, sequence, facts, now, rules)
    if found is None:
        return ended(enrollment, Exit.FINISHED, now)
    if facts.paused_until is not None and now < found.at:
        tomorrow = datetime.combine(now.astimezone(rules.zone).date() + timedelta(days=1), time(), rules.zone)
        return replace(enrollment, due_at=min(found.at, tomorrow.astimezone(UTC)))
    return replace(enrollment, due_at=found.at)


def _to_come(sequence: Sequence, done: Collection[str]) -> tuple[Step, ...]:
    """The steps after the last in today's order that is done."""
    places = [place for place, step in enumerate(sequence.steps, start=1) if any(name in done for name in step.names)]
    return sequence.steps[max(places, default=0) :]


def _ruled_out(condition: Condition, sequence: Sequence, facts: Facts) -> bool:
    """Whether the step is not for the reader, as far as that can be said before its time."""
    if condition.topics and facts.topics and not set(condition.topics) & set(facts.topics):
        return True
    if condition.languages and facts.language not in condition.languages:
        return True
    if condition.not_lead and facts.lead:
        return True
    return bool(condition.not_clicked) and _clicked(condition.not_clicked, sequence, facts)


def _clicked(key: str, sequence: Sequence, facts: Facts) -> bool:
    step = sequence.step(key)
    return step is not None and any(name in (facts.clicked or ()) for name in step.names)


def _not_before(facts: Facts, at: datetime, rules: Rules) -> list[datetime]:
    """The end of the reader's pause, if `at` is within it, and when the cap has room after that."""
    moments = []
    if facts.paused_until is not None:
        moments.append(datetime.combine(facts.paused_until, time(), rules.zone))
    if rules.mails_per_week:
        start = max([at, *moments])
        moments.append(room_at(facts.mailed, start, rules.mails_per_week))
    return moments


def room_at(mailed: Collection[datetime], at: datetime, most: int) -> datetime:
    """The first moment from `at` on at which fewer than `most` of the mails are of the seven days before."""
    while True:
        lately = sorted(moment for moment in mailed if at - WEEK < moment <= at)
        if len(lately) < most:
            return at
        at = lately[-most] + WEEK
