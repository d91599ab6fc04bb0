"""After an edit of the publication: gives readers under way the times of today's steps.

A step is looked at when it is due, by which everything but a nearer time shows by itself. So once an edition of a
sequence is new, its enrollments are gone through, shard by shard.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.nurture.enrollments.next_step import rules_for, scheduled
from newsletter.nurture.enrollments.retimed_store import Retimed
from newsletter.nurture.triggers import facts_of
from newsletter.platform.aws.items import GET_LIMIT, side_by_side
from newsletter.platform.isolation import Isolated
from newsletter.platform.shards import SHARDS
from newsletter.platform.times import whole_seconds
from newsletter.publication.publication import Publication
from newsletter.publication.sequences import Sequence

if TYPE_CHECKING:
    from newsletter.container import Container

TIME_BUDGET = 15.0
"""Seconds of a tick; the next one goes on with the shard after the last that was gone through."""


def retime_sequences(
    now: datetime, isolated: Isolated, app: Container, clock: Callable[[], float] = time.monotonic
) -> int:
    """Go through the enrollments of every sequence that was edited; how many have another time now."""
    stop, changed = clock() + TIME_BUDGET, 0
    with isolated.piece("editions of sequences"):
        known = app.retimed_sequences.all()
        for sequence in app.publication.sequences.values():
            edition, before = edition_of(sequence, app.publication), known.get(sequence.key)
            if before is None:
                app.retimed_sequences.put(sequence.key, Retimed(edition))
                continue
            if before.edition == edition and not before.shard:
                continue
            first = before.shard if before.edition == edition else SHARDS[0]
            for place in range(SHARDS.index(first), len(SHARDS)):
                if clock() > stop:
                    return changed
                changed += _retime(sequence, SHARDS[place], whole_seconds(now), isolated, app)
                following = SHARDS[place + 1 : place + 2]
                app.retimed_sequences.put(sequence.key, Retimed(edition, following))
    return changed


def edition_of(sequence: Sequence, publication: Publication) -> str:
    """A hash of what the times of its steps depend on: not of subjects and texts."""
    rules = rules_for(sequence, publication)
    window = (sorted(rules.window.days), rules.window.opens, rules.window.closes)
    steps = [(step.names, step.after, step.condition, step.pointless_after) for step in sequence.steps]
    return hashlib.sha256(repr((window, str(rules.zone), steps)).encode()).hexdigest()[:16]


def _retime(sequence: Sequence, shard: str, now: datetime, isolated: Isolated, app: Container) -> int:
    changed, rules = 0, rules_for(sequence, app.publication)
    under_way = app.enrollments.enrolled(sequence.key, shard)
    while chunk := list(islice(under_way, GET_LIMIT)):
        readers = app.subscribers.many(each.subscriber for each in chunk)
        changes: list[tuple[Enrollment, Enrollment]] = []
        for each in chunk:
            reader = readers.get(each.subscriber)
            if reader is None or not each.active:
                continue
            with isolated.piece(f"enrollment of {each.subscriber} in {each.sequence}"):
                after = scheduled(each, sequence, facts_of(reader), now, rules)
                if after != each:
                    changes.append((each, after))
        changed += sum(side_by_side(lambda change: _change(*change, isolated, app), changes))
    return changed


def _change(before: Enrollment, after: Enrollment, isolated: Isolated, app: Container) -> bool:
    with isolated.piece(f"enrollment of {before.subscriber} in {before.sequence}"):
        return app.enrollments.replace(before, after) is not None
    return False
