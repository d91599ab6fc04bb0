"""Which batches of an A/B test may go on the queue, and with which subject.

A manifest says of each of its batches which arm it is: the variant of a test's batch stands as `2|key`, and that of a
batch of the rest as `rest|key|key`, with the variant of each subject. Which of those it is follows from the decision,
so that nothing is planned twice and nothing needs to be looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.mailings.experiments.experiment import REST

if TYPE_CHECKING:
    from newsletter.mailings.mailing import Mailing
    from newsletter.mailings.planning.batches import Batch

BETWEEN = "|"
"""Parts arm and keys; neither has it, nor begins a reason for sending nothing so."""


def in_arm(arm: str, keys: tuple[str, ...]) -> str:
    """What a manifest has as the variant of readers of that arm, by the variants of all subjects."""
    return BETWEEN.join((arm, *(keys if arm == REST else (keys[int(arm) - 1],))))


def released(batches: Iterable[Batch], mailing: Mailing) -> list[tuple[int, Batch]]:
    """The batches of a page that may be sent by now, each with its place in the page and the variant to send."""
    ready = []
    for place, batch in enumerate(batches):
        if mailing.ab is None or batch.without_mail:
            ready.append((place, batch))
            continue
        arm, *keys = batch.variant.split(BETWEEN)
        if arm != REST:
            ready.append((place, replace(batch, variant=keys[0])))
        elif mailing.decision is not None:
            ready.append((place, replace(batch, variant=keys[mailing.decision.winner - 1])))
    return ready
