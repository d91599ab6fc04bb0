"""What is told of a digest: its decision records, and the words in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from newsletter.mailings.digests.decision import DigestDecision, decision_of
from newsletter.mailings.digests.digest import SettledDigest, digest_id
from newsletter.mailings.rendering.preflight import Fault
from newsletter.platform.observability import count

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_TOLD = 5
"""Findings of preflight that a decision record tells; whoever mends those sees the rest."""


class Decided(TypedDict):
    """What a run decided of a period's digest, as the run answers and the record says."""

    period: str
    decision: DigestDecision
    why: str


def record(period: str, decision: DigestDecision, why: str, now: datetime, app: Container) -> Decided:
    """Write down what the run of that moment decided. One that is repeated hides no earlier decision."""
    replace = decision is not DigestDecision.REPEATED
    app.decisions.put(now, digest_id(period), decision, why, replace=replace)
    return Decided(period=period, decision=decision, why=why)


def record_answer(digest: SettledDigest, app: Container) -> None:
    """Write down how a digest was answered, and count it; once, also when who answered died before that."""
    if digest.decided_at is None:
        return
    becomes = "it is dropped, and the next digest carries its articles" if digest.dropped else "it goes out"
    why = f"{articles_in_words(digest)}; {digest.verdict}: {becomes}"
    decision, run = decision_of(digest.verdict), digest_id(digest.period)
    if app.decisions.put(digest.decided_at, run, decision, why, replace=False):
        count("DigestsDropped" if digest.dropped else "DigestsReleased")


def desk_time(moment: datetime, app: Container) -> str:
    """`2026-11-24 08:00` on the publication's clock."""
    return f"{moment.astimezone(app.publication.time_zone):%Y-%m-%d %H:%M}"


def articles_in_words(digest: SettledDigest) -> str:
    """`3 new articles`."""
    return f"{len(digest.articles)} new article{'' if len(digest.articles) == 1 else 's'}"


def broken_in_words(faults: Iterable[Fault]) -> str:
    """What keeps the digest from going out; empty when nothing does."""
    broken = [fault.message for fault in faults if fault.blocks]
    more = [f"and {len(broken) - MOST_TOLD} more"] if len(broken) > MOST_TOLD else []
    return "; ".join([*broken[:MOST_TOLD], *more])
