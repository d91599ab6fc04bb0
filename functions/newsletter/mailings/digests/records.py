"""Writes the decision records of digests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from newsletter.mailings.digests.decision import DigestDecision, decision_of
from newsletter.mailings.digests.digest import Digest, digest_id
from newsletter.mailings.rendering.preflight import Fault
from newsletter.platform.observability import count
from newsletter.platform.words.said import say, say_number

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_FINDINGS = 5
"""Preflight findings in a decision record; further ones show in the next run, once these are mended."""


class RunDecision(TypedDict):
    """What a run decided about a period's digest: its answer, and its decision record."""

    period: str
    decision: DigestDecision
    why: str


def record_decision(period: str, decision: DigestDecision, why: str, now: datetime, app: Container) -> RunDecision:
    """Record what the run at `now` decided. A repeated run does not replace an earlier decision."""
    replace = decision is not DigestDecision.REPEATED
    app.decisions.put(now, digest_id(period), decision, why, replace=replace)
    return RunDecision(period=period, decision=decision, why=why)


def record_answer(digest: Digest, app: Container) -> None:
    """Record how a digest was answered, and count it, once; a later run does it if a crash prevented it."""
    if digest.decided_at is None:
        return
    dropped, verdict = digest.dropped, digest.verdict
    becomes = (
        say("{verdict}: it is dropped, and the next digest carries its articles", verdict=verdict)
        if dropped
        else say("{verdict}: it goes out", verdict=verdict)
    )
    why = f"{articles_in_words(digest)}; {becomes}"
    decision, run = decision_of(digest.verdict), digest_id(digest.period)
    if app.decisions.put(digest.decided_at, run, decision, why, replace=False):
        count("DigestsDropped" if digest.dropped else "DigestsReleased")


def local_time(moment: datetime, app: Container) -> str:
    """`2026-11-24 08:00` in the publication's time zone."""
    return f"{moment.astimezone(app.publication.time_zone):%Y-%m-%d %H:%M}"


def articles_in_words(digest: Digest) -> str:
    """`3 new articles`."""
    return say_number("1 new article", "{count} new articles", count=len(digest.articles))


def blocking_faults_in_words(faults: Iterable[Fault]) -> str:
    """The messages of blocking faults, at most MAX_FINDINGS of them; empty when there is none."""
    broken = [fault.message for fault in faults if fault.blocks]
    more = [say("and {number} more", number=len(broken) - MAX_FINDINGS)] if len(broken) > MAX_FINDINGS else []
    return "; ".join([*broken[:MAX_FINDINGS], *more])
