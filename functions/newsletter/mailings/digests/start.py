"""Start the digests: settle what each one carries, once, and have it planned, or let it wait for marketing's yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.digests.digest import SettledDigest, digest_id, period_of, settle, window_for
from newsletter.mailings.initial_status import initial_status
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.planning.plan_page import plan_shards
from newsletter.mailings.rendering.preflight import Fault, preflight_digest
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.publication.publication import Publication
from newsletter.readers.subscriber import Frequency

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_TOLD = 5
"""Findings of preflight that a decision record tells; whoever mends those sees the rest."""


def start_digests(now: datetime, app: Container, isolated: Isolated) -> dict[str, dict[str, str]]:
    """Start the weekly digest and, in the first run of a month, the monthly one; what was decided for each.

    One that cannot be started is told through `isolated` and keeps the other from nothing.
    """
    decided = {}
    for frequency in Frequency:
        with isolated.piece(f"{frequency} digest"):
            decided[str(frequency)] = start_digest(frequency, now, app)
    return decided


def start_digest(frequency: Frequency, now: datetime, app: Container) -> dict[str, str]:
    """Start the digest of the week or month of `now`, or carry on with it: {"period", "decision", "why"}.

    A second run in the same period finds it settled, and only has planned what is not planned yet. A period without
    new articles settles nothing, so that a later run can still pick up what comes; nor does a digest that is held,
    because preflight finds it broken: the first run after it is mended sends it.
    """
    period = period_of(now, app.publication.time_zone, frequency)
    settled = app.digests.all()
    known = _of_period(period, settled)
    if known is not None:
        return _again(known, now, app)
    articles = app.articles.all()
    new = settle(period, now, articles, settled, app.publication.digest.related)
    since = window_for(period, now, settled).start
    trouble = feed_trouble(since, app)
    if new is None:
        why = f"no new article since {desk_time(since, app)}"
        return _decided(app, now, period, "feed down" if trouble else "empty", "; ".join((why, *trouble)))
    faults = preflight_digest(mailing_of(new, app.publication), articles, app.templates)
    broken = broken_in_words(faults)
    if broken:
        count("DigestsHeld")
        return _decided(app, now, period, "held", "; ".join((broken, *trouble)))
    trouble += [f"preflight: {fault.message}" for fault in faults[:MOST_TOLD]]
    approval = app.publication.digest.approval
    if approval:
        new = replace(new, deadline=now + approval.within, sent_unanswered=approval.then_send)
    else:
        new = replace(new, released_at=app.now())
    if not app.digests.settle(new):
        return start_digest(frequency, now, app)
    carry_on(new, app)
    decision, why = _settled(new, trouble, app)
    if new.deadline:
        count("DigestsWaiting")
    return _decided(app, now, period, decision, why)


def _settled(digest: SettledDigest, trouble: Sequence[str], app: Container) -> tuple[str, str]:
    """The decision of the run that settled the digest, and why."""
    carries = f"{articles_in_words(digest)} in {digest_id(digest.period)}"
    if digest.deadline:
        otherwise = "goes out" if digest.sent_unanswered else "is dropped"
        why = f"{carries}; it {otherwise} at {desk_time(digest.deadline, app)} unless somebody answers before"
        return "waiting", "; ".join((why, *trouble))
    breaker = app.reputation.breaker()
    if breaker is not None:
        why = f"{carries}; it is held until somebody resumes it: {breaker.reason}"
        return "breaker open", "; ".join((why, *trouble))
    return "started", "; ".join((carries, *trouble))


def carry_on(digest: SettledDigest, app: Container) -> int:
    """Do whatever a settled digest still needs: its mailing, the course that was decided on, and, once it is released,
    its shards; how many those were. Safe to repeat at any line.
    """
    status = MailingStatus(MailingState.APPROVAL, digest.window.end) if digest.waits else _released(digest, app)
    mailing = replace(mailing_of(digest, app.publication), status=status)
    app.mailings.create(mailing)
    if not digest.waits:
        _end_waiting(digest, app)
    return plan_shards(mailing.id, app, app.index_delay) if digest.released_at else 0


def mailing_of(digest: SettledDigest, publication: Publication) -> Mailing:
    """The mailing of a settled digest."""
    return Mailing(
        id=digest_id(digest.period),
        kind=Kind.DIGEST,
        created_at=digest.window.end,
        audience=Audience(frequency=digest.frequency),
        articles=digest.articles,
        related=digest.related,
        offer=publication.offers[0].key if publication.offers else "",
    )


def _end_waiting(digest: SettledDigest, app: Container) -> None:
    mailing = app.mailings.get(digest_id(digest.period))
    if mailing is not None and mailing.status.state is MailingState.APPROVAL:
        app.statuses.turn(mailing.id, mailing.status, _released(digest, app))


def _released(digest: SettledDigest, app: Container) -> MailingStatus:
    """The course of a digest that waits no more. While the breaker is open it is planned, and held; with many readers
    it starts with a pilot.
    """
    since = digest.decided_at or digest.window.end
    if digest.dropped:
        return MailingStatus(MailingState.CANCELLED, since, reason=digest.verdict)
    audience = Audience(frequency=digest.frequency)
    readers = count_audience(audience, since.date(), app).readers
    sending_limits = app.publication.sending_limits
    status = initial_status(digest_id(digest.period), readers, app, now=since)
    # The slice is watched from now on, however long ago the digest was settled.
    until = status.until and app.now().replace(microsecond=0) + sending_limits.pilot_wait
    return replace(status, reason=status.reason or digest.verdict, until=until)


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


def desk_time(moment: datetime, app: Container) -> str:
    """`2026-11-24 08:00` on the publication's clock."""
    return f"{moment.astimezone(app.publication.time_zone):%Y-%m-%d %H:%M}"


def articles_in_words(digest: SettledDigest) -> str:
    """`3 new articles`."""
    return f"{len(digest.articles)} new article{'' if len(digest.articles) == 1 else 's'}"


def broken_in_words(faults: list[Fault]) -> str:
    """What keeps the digest from going out; empty when nothing does."""
    broken = [fault.message for fault in faults if fault.blocks]
    more = [f"and {len(broken) - MOST_TOLD} more"] if len(broken) > MOST_TOLD else []
    return "; ".join([*broken[:MOST_TOLD], *more])


def _of_period(period: str, settled: list[SettledDigest]) -> SettledDigest | None:
    return next((digest for digest in settled if digest.period == period), None)


def _again(digest: SettledDigest, now: datetime, app: Container) -> dict[str, str]:
    missing = carry_on(digest, app)
    name = digest_id(digest.period)
    if not digest.decided_at:
        # The run that settled it may have died before it said so.
        decision, why = _settled(digest, feed_trouble(digest.window.start, app), app)
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
    return _decided(app, now, digest.period, "repeated", why)


def _decided(app: Container, now: datetime, period: str, decision: str, why: str) -> dict[str, str]:
    app.decisions.put(now, digest_id(period), decision, why, replace=decision != "repeated")
    return {"period": period, "decision": decision, "why": why}
