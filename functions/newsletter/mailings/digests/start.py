"""Start the digests: freeze what each one carries, once, and launch it or let it wait for approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.digests.decision import DigestDecision
from newsletter.mailings.digests.digest import Digest, compose_digest, digest_id, period_of, window_for
from newsletter.mailings.digests.note import with_note
from newsletter.mailings.digests.readership import for_composing, why_nobody
from newsletter.mailings.digests.records import (
    MAX_FINDINGS,
    RunDecision,
    articles_in_words,
    blocking_faults_in_words,
    local_time,
    record_decision,
)
from newsletter.mailings.digests.release import digest_mailing, freeze_digest, pass_over
from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.rendering.preflight import PreflightFailed
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.platform.words.said import say
from newsletter.readers.choice import Frequency

if TYPE_CHECKING:
    from newsletter.container import Container


def start_digests(now: datetime, app: Container, isolated: Isolated) -> dict[str, RunDecision]:
    """Start the weekly digest and, in the first run of a month, the monthly one; the decision for each.

    One that fails is reported through `isolated` and does not keep the other from starting.
    """
    decided = {}
    for frequency in Frequency:
        with isolated.piece(f"{frequency} digest"):
            decided[str(frequency)] = start_digest(frequency, now, app)
    return decided


def start_digest(frequency: Frequency, now: datetime, app: Container) -> RunDecision:
    """Start the digest of the week or month of `now`, or continue it.

    A second run in the same period finds it frozen, and only plans what is not planned yet, also if it turned out to
    have no reader: then the next digest carries its articles. Without new articles, or
    readers who get it, nothing is frozen, so that a later run can pick up what comes; nor when preflight blocks the
    digest: the first run after it is mended sends it.
    """
    period = period_of(now, app.publication.time_zone, frequency)
    known = app.digests.get(period)
    if known is not None:
        return _continue(known, now, app)
    earlier, articles = app.digests.history(), app.articles.all()
    since = window_for(period, now, earlier).start
    trouble = feed_problems(since, app)
    related = app.publication.digest.related
    digest = compose_digest(period, now, articles, for_composing(period, earlier, articles), related)
    if digest is None:
        decision = DigestDecision.FEED_DOWN if trouble else DigestDecision.EMPTY
        return record_decision(
            period,
            decision,
            _joined(say("no new article since {since}", since=local_time(since, app)), trouble),
            now,
            app,
        )
    nobody = why_nobody(digest, earlier, articles, app)
    if nobody and pass_over(digest, app):
        why = f"{articles_in_words(digest)}; {nobody}"
        return record_decision(period, DigestDecision.NOBODY, _joined(why, trouble), now, app)
    try:
        frozen = freeze_digest(with_note(digest, earlier, app), articles, now, app)
    except PreflightFailed as failed:
        count("DigestsHeld")
        return record_decision(
            period, DigestDecision.HELD, _joined(blocking_faults_in_words(failed.faults), trouble), now, app
        )
    if not frozen.first:
        # Another run froze it meanwhile.
        return _continue(frozen.digest, now, app)
    trouble += [say("preflight: {finding}", finding=warning.message) for warning in frozen.warnings[:MAX_FINDINGS]]
    launch(prepare(digest_mailing(frozen.digest, app.publication), app), app)
    decision, why = _first_decision(frozen.digest, trouble, app)
    if frozen.digest.deadline:
        count("DigestsWaiting")
    return record_decision(period, decision, why, now, app)


def _first_decision(digest: Digest, trouble: Sequence[str], app: Container) -> tuple[DigestDecision, str]:
    """The decision of the run that froze the digest, and why."""
    carries = f"{articles_in_words(digest)}; {digest_id(digest.period)}"
    if digest.deadline:
        when = local_time(digest.deadline, app)
        otherwise = (
            say("it goes out at {when} unless somebody answers before", when=when)
            if digest.sent_unanswered
            else say("it is dropped at {when} unless somebody answers before", when=when)
        )
        why = f"{carries}; {otherwise}"
        return DigestDecision.WAITING, _joined(why, trouble)
    breaker = app.reputation.breaker()
    if breaker is not None:
        held = say("it is held until somebody resumes it: {why}", why=breaker.reason)
        why = f"{carries}; {held}"
        return DigestDecision.BREAKER_OPEN, _joined(why, trouble)
    return DigestDecision.STARTED, _joined(carries, trouble)


def _continue(digest: Digest, now: datetime, app: Container) -> RunDecision:
    """Launch a frozen digest again, which plans what is missing, and record its state."""
    missing = launch(prepare(digest_mailing(digest, app.publication), app), app).shards
    name = digest_id(digest.period)
    if not digest.decided_at:
        # The run that froze it may have crashed before it recorded that.
        decision, why = _first_decision(digest, feed_problems(digest.window.start, app), app)
        if app.decisions.put(digest.window.end, name, decision, why, replace=False) and digest.awaits_approval:
            count("DigestsWaiting")
    if digest.dropped:
        why = say("{digest} was dropped ({why}); the next digest carries its articles", digest=name, why=digest.verdict)
    elif digest.deadline and digest.awaits_approval:
        why = say("{digest} waits for approval until {when}", digest=name, when=local_time(digest.deadline, app))
    elif digest.nobody:
        why = say("{digest} had no reader when it was planned; the next digest carries its articles", digest=name)
    elif missing:
        why = say("{digest} is under way, and was still to be planned in part", digest=name)
    else:
        why = say("{digest} is planned; nothing new is mailed before the next period", digest=name)
    return record_decision(digest.period, DigestDecision.REPEATED, why, now, app)


def _joined(first: str, more: Sequence[str]) -> str:
    return "; ".join((first, *more))


def feed_problems(since: datetime, app: Container) -> list[str]:
    """A sentence for every feed that may have published articles since then that were not read."""
    found: list[str] = []
    for url in app.feed_urls:
        state = app.feed_states.get(url)
        if state.failure:
            failing = local_time(state.failure.since, app)
            found.append(
                say("{url} cannot be read since {when}: {why}", url=url, when=failing, why=state.failure.problem)
            )
        elif state.hold:
            held = local_time(state.hold.since, app)
            found.append(
                say(
                    "{url} is held since {when}, until somebody accepts it: {why}",
                    url=url,
                    when=held,
                    why=state.hold.reason,
                )
            )
        elif state.read_at is None:
            found.append(say("{url} was never read", url=url))
        elif state.read_at < since:
            found.append(say("{url} was not read since {when}", url=url, when=local_time(state.read_at, app)))
    return found
