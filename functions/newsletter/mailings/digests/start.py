"""Start the digests: freeze what each one carries, once, and launch it, or let it wait for marketing's yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.digests.decision import DigestDecision
from newsletter.mailings.digests.digest import SettledDigest, digest_id, period_of, settle, window_for
from newsletter.mailings.digests.records import (
    MOST_TOLD,
    Decided,
    articles_in_words,
    broken_in_words,
    desk_time,
    record,
)
from newsletter.mailings.digests.release import freeze_digest, mailing_of
from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.rendering.preflight import NotFit
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.readers.choice import Frequency

if TYPE_CHECKING:
    from newsletter.container import Container


def start_digests(now: datetime, app: Container, isolated: Isolated) -> dict[str, Decided]:
    """Start the weekly digest and, in the first run of a month, the monthly one; what was decided for each.

    One that cannot be started is told through `isolated` and keeps the other from nothing.
    """
    decided = {}
    for frequency in Frequency:
        with isolated.piece(f"{frequency} digest"):
            decided[str(frequency)] = start_digest(frequency, now, app)
    return decided


def start_digest(frequency: Frequency, now: datetime, app: Container) -> Decided:
    """Start the digest of the week or month of `now`, or go on with it.

    A second run in the same period finds it frozen, and only has planned what is not planned yet. A period without
    new articles freezes nothing, so that a later run can still pick up what comes; nor does a digest that is held,
    because preflight finds it broken: the first run after it is mended sends it.
    """
    period = period_of(now, app.publication.time_zone, frequency)
    earlier = app.digests.all()
    known = next((digest for digest in earlier if digest.period == period), None)
    if known is not None:
        return _repeat(known, now, app)
    articles = app.articles.all()
    since = window_for(period, now, earlier).start
    trouble = feed_trouble(since, app)
    digest = settle(period, now, articles, earlier, app.publication.digest.related)
    if digest is None:
        decision = DigestDecision.FEED_DOWN if trouble else DigestDecision.EMPTY
        return record(period, decision, _joined(f"no new article since {desk_time(since, app)}", trouble), now, app)
    try:
        frozen = freeze_digest(digest, articles, now, app)
    except NotFit as unfit:
        count("DigestsHeld")
        return record(period, DigestDecision.HELD, _joined(broken_in_words(unfit.faults), trouble), now, app)
    if not frozen.first:
        # Another run was faster: what it froze holds.
        return _repeat(frozen.digest, now, app)
    trouble += [f"preflight: {warning.message}" for warning in frozen.warnings[:MOST_TOLD]]
    launch(prepare(mailing_of(frozen.digest, app.publication), app), app)
    decision, why = _first_decision(frozen.digest, trouble, app)
    if frozen.digest.deadline:
        count("DigestsWaiting")
    return record(period, decision, why, now, app)


def _first_decision(digest: SettledDigest, trouble: Sequence[str], app: Container) -> tuple[DigestDecision, str]:
    """The decision of the run that froze the digest, and why."""
    carries = f"{articles_in_words(digest)} in {digest_id(digest.period)}"
    if digest.deadline:
        otherwise = "goes out" if digest.sent_unanswered else "is dropped"
        why = f"{carries}; it {otherwise} at {desk_time(digest.deadline, app)} unless somebody answers before"
        return DigestDecision.WAITING, _joined(why, trouble)
    breaker = app.reputation.breaker()
    if breaker is not None:
        why = f"{carries}; it is held until somebody resumes it: {breaker.reason}"
        return DigestDecision.BREAKER_OPEN, _joined(why, trouble)
    return DigestDecision.STARTED, _joined(carries, trouble)


def _repeat(digest: SettledDigest, now: datetime, app: Container) -> Decided:
    """Do whatever a frozen digest still needs, and say how it stands."""
    missing = launch(prepare(mailing_of(digest, app.publication), app), app).shards
    name = digest_id(digest.period)
    if not digest.decided_at:
        # The run that froze it may have died before it said so.
        decision, why = _first_decision(digest, feed_trouble(digest.window.start, app), app)
        if app.decisions.put(digest.window.end, name, decision, why, replace=False) and digest.waits:
            count("DigestsWaiting")
    if digest.dropped:
        why = f"{name} was dropped ({digest.verdict}); the next digest carries its articles"
    elif digest.deadline and digest.waits:
        why = f"{name} waits for approval until {desk_time(digest.deadline, app)}"
    elif missing:
        why = f"{name} is under way; {missing} of its shards were still to be planned"
    else:
        why = f"{name} is planned; nothing new is mailed before the next period"
    return record(digest.period, DigestDecision.REPEATED, why, now, app)


def _joined(first: str, more: Sequence[str]) -> str:
    return "; ".join((first, *more))


def feed_trouble(since: datetime, app: Container) -> list[str]:
    """A sentence for every feed of which nobody can know what it has published since then."""
    found = []
    for url in app.feed_urls:
        state = app.feed_states.get(url)
        if state.failure:
            failing = desk_time(state.failure.since, app)
            found.append(f"{url} cannot be read since {failing}: {state.failure.problem}")
        elif state.hold:
            held = desk_time(state.hold.since, app)
            found.append(f"{url} is held since {held}, until somebody accepts it: {state.hold.reason}")
        elif state.read_at is None:
            found.append(f"{url} was never read")
        elif state.read_at < since:
            found.append(f"{url} was not read since {desk_time(state.read_at, app)}")
    return found
