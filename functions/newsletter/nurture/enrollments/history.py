"""Who came into a sequence so far, from what is stored: for simulations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from newsletter.nurture.enrollments.clicked_steps import ClickedSteps
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.nurture.enrollments.next_step import Facts
from newsletter.nurture.enrollments.simulate import Entry, ends
from newsletter.nurture.triggers import facts_of
from newsletter.platform.aws.items import GET_LIMIT
from newsletter.platform.shards import SHARDS
from newsletter.publication.sequences import Sequence, Trigger, offers_of
from newsletter.readers.shown_before import days_taken
from newsletter.readers.subscriber import Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container


def entries_of(sequence: Sequence, app: Container) -> Iterator[Entry]:
    """Every round that began, and the readers of today who would have come in by a confirmation or an offer.

    The latter are those who were in no round: the sequence did not exist, or did not begin by that. Clicks, lost leads
    and what marketing did are known by the rounds alone.
    """
    clicked = ClickedSteps(app)
    for shard in SHARDS:
        rounds = list(app.enrollments.enrolled(sequence.key, shard, active=False))
        known = {each.subscriber for each in rounds}
        readers = _readers([each.subscriber for each in rounds], app)
        for each in rounds:
            yield _entry(each, sequence, readers.get(each.subscriber), clicked.of(each, sequence))
        if sequence.trigger in (Trigger.CONFIRMED, Trigger.LEAD):
            yield from _would_have(sequence, shard, known, app)


def _entry(each: Enrollment, sequence: Sequence, reader: Subscriber | None, clicked: frozenset[str]) -> Entry:
    """The round, with the clicks in the steps that it really had."""
    facts = replace(facts_of(reader) if reader else Facts(), clicked=clicked)
    if each.trigger is not Trigger.LEAD and each.lead_at is None:
        facts = replace(facts, lead=False)
    over = each.ended_at if each.ended is not None and ends(sequence, each.ended) else None
    did = tuple((key, done.at) for key, done in sorted(each.done.items(), key=lambda step: step[1].at))
    return Entry(each.subscriber, each.trigger, each.enrolled_at, replace(facts, paused_until=None), over, did)


def _would_have(sequence: Sequence, shard: str, known: set[str], app: Container) -> Iterator[Entry]:
    after: str | None = None
    while True:
        page, after = app.subscribers.page(shard, after, GET_LIMIT)
        for reader in _readers([each for each, _ in page if each not in known], app).values():
            at = _begun_at(sequence, reader, app)
            if at is not None:
                facts = replace(facts_of(reader), paused_until=None, clicked=frozenset())
                yield Entry(reader.id, sequence.trigger, at, facts)
        if after is None:
            return


def _begun_at(sequence: Sequence, reader: Subscriber, app: Container) -> datetime | None:
    if sequence.trigger is Trigger.CONFIRMED:
        return reader.confirmed_at
    named_by = {each.key: each.sequence for each in app.publication.offers}
    days = [day for offer, day in days_taken(reader.taken).items() if offer in offers_of(sequence, named_by)]
    return datetime.combine(min(days), time(12), app.publication.time_zone).astimezone(UTC) if days else None


def _readers(ids: list[str], app: Container) -> dict[str, Subscriber]:
    found: dict[str, Subscriber] = {}
    for start in range(0, len(ids), GET_LIMIT):
        found |= app.subscribers.many(ids[start : start + GET_LIMIT])
    return found
