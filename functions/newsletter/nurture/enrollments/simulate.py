"""Plays history against a sequence: who would have got what, by the function that the tick asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.nurture.enrollments.enrollment import begin, with_step
from newsletter.nurture.enrollments.next_step import Facts, Rules, next_step
from newsletter.publication.sequences import CHOSEN_EXITS, Exit, Sequence, Trigger


@dataclass(frozen=True)
class Entry:
    """A reader who came into the sequence; `over_at` is when their way ended otherwise than at its end, or None.

    `did` are the steps that they really got, by the keys of then.
    """

    subscriber: str
    trigger: Trigger
    at: datetime
    facts: Facts
    over_at: datetime | None = None
    did: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True)
class Played:
    """An entry with the steps that the reader would have got, and when."""

    entry: Entry
    would: tuple[tuple[str, datetime], ...]


def ends(sequence: Sequence, why: Exit) -> bool:
    """Whether a reader's way would have ended by that in the sequence as it is played."""
    if why in CHOSEN_EXITS:
        return why in sequence.exits
    return why in (Exit.LEFT, Exit.STOPPED, Exit.RETRACTED)


def play(entry: Entry, sequence: Sequence, rules: Rules, until: datetime) -> Played:
    """The steps of the sequence that the reader would have got before `until`, with ticks that are never late.

    What is known of the reader is that of today: their choices, and what they clicked in the steps that they did get.
    The cap is not looked at, as nobody knows which digests there would have been.
    """
    enrollment = begin(entry.subscriber, sequence, 1, entry.trigger, entry.at)
    now, end = entry.at, min(until, entry.over_at or until)
    got: list[tuple[str, datetime]] = []
    while now < end:
        found = next_step(enrollment, sequence, entry.facts, now, rules)
        if found is None:
            break
        if found.at > now:
            now = found.at
            continue
        enrollment = with_step(enrollment, found.step.key, "", now)
        got.append((found.step.key, now))
    return Played(entry, tuple(got))


def between(played: Iterable[Played], start: datetime, end: datetime) -> list[Played]:
    """Those of whom something falls into the time from `start` until before `end`, with that alone."""
    found = []
    for each in played:
        would = tuple(step for step in each.would if start <= step[1] < end)
        did = tuple(step for step in each.entry.did if start <= step[1] < end)
        if would or did or start <= each.entry.at < end:
            entry = Entry(
                each.entry.subscriber, each.entry.trigger, each.entry.at, each.entry.facts, each.entry.over_at, did
            )
            found.append(Played(entry, would))
    return found
