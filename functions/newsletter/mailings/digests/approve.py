"""Approve or reject a digest that waits for it, or do what was said for the case that nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.digests.digest import SettledDigest, digest_id
from newsletter.mailings.digests.start import (
    articles_in_words,
    broken_in_words,
    carry_on,
    desk_time,
    mailing_of,
)
from newsletter.mailings.rendering.preflight import preflight_digest
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.platform.shards import SHARDS

if TYPE_CHECKING:
    from newsletter.container import Container

RECENT = timedelta(days=7)
"""How long a digest is looked after: whatever a crash left undone is done by then, or waits as a dead letter."""
PATIENCE = timedelta(hours=1)
"""How long planning may take before what is missing of it is asked for again."""


def digest_of(period: str, app: Container) -> SettledDigest:
    """The digest of a period such as `2026-W48`. Raises NotFound."""
    found = next((digest for digest in app.digests.all() if digest.period == period), None)
    if found is None:
        raise NotFound(f"a digest of {period}")
    return found


def approve_digest(period: str, app: Container, *, by: str, now: datetime) -> SettledDigest:
    """Let a waiting digest go out. Approved again, it only has planned what is not planned yet: nobody gets it twice.

    Raises NotFound, and NotNow for one that was dropped or that preflight finds broken.
    """
    digest = digest_of(period, app)
    if digest.waits:
        digest = _answer(digest, f"approved by {by}", now, app, send=True)
    _tell(digest, app)
    carry_on(digest, app)
    if digest.waits:
        raise NotNow(f"{digest_id(period)} is held: {digest.held_because}. Mend that, then approve it again")
    if digest.dropped:
        raise NotNow(f"{digest_id(period)} was dropped ({digest.verdict}); the next digest carries its articles")
    return digest


def reject_digest(period: str, app: Container, *, by: str, now: datetime) -> SettledDigest:
    """Never let a waiting digest go out; the next one carries its articles. Rejected again, nothing changes.

    Raises NotFound, and NotNow for one that is out already.
    """
    digest = digest_of(period, app)
    if digest.waits:
        digest = _answer(digest, f"rejected by {by}", now, app, send=False)
    _tell(digest, app)
    carry_on(digest, app)
    if not digest.dropped:
        raise NotNow(f"{digest_id(period)} is out ({digest.verdict or 'it needed no approval'}); see its report")
    return digest


def monitor_digests(now: datetime, app: Container, isolated: Isolated) -> dict[str, str]:
    """Decide on digests whose deadline is over: {period: decision}. Also does what a run that crashed left undone.

    One that would go out and is broken is held, and looked at again with each look until it is mended or rejected. One
    at which the look fails is told through `isolated`.
    """
    done = {}
    for digest in app.digests.all():
        with isolated.piece(digest_id(digest.period)):
            if digest.waits and digest.deadline and digest.deadline <= now:
                why = f"nobody answered until {desk_time(digest.deadline, app)}"
                answered = _answer(digest, why, now, app, send=digest.sent_unanswered)
                carry_on(answered, app)
                done[digest.period] = "held" if answered.waits else "expired"
            elif now - digest.window.end < RECENT:
                _mend(digest, app)
    return done


def _answer(digest: SettledDigest, verdict: str, now: datetime, app: Container, *, send: bool) -> SettledDigest:
    """The digest as it is decided from now on, by this answer or by one that was faster.

    It waits on when it was to go out and is broken: links and articles may have changed since it was settled.
    """
    name = digest_id(digest.period)
    mailing = app.mailings.get(name)
    if mailing is not None and mailing.status.state is MailingState.CANCELLED:
        send, verdict = False, f"cancelled by {mailing.status.by}"
    if send:
        broken = broken_in_words(
            preflight_digest(mailing_of(digest, app.publication), app.articles.all(), app.templates)
        )
        if broken:
            _hold(digest, broken, now, app)
            return digest_of(digest.period, app)
        first = app.digests.release(digest.period, app.now(), verdict, now)
    else:
        first = app.digests.drop(digest.period, verdict, now)
    answered = digest_of(digest.period, app)
    if first:
        _tell(answered, app)
    return answered


def _tell(digest: SettledDigest, app: Container) -> None:
    """Record what was decided of the digest, and count it; once, also when who decided it died before that."""
    if digest.decided_at is None:
        return
    decision = {"approved": "approved", "nobody": "expired"}.get(digest.verdict.partition(" ")[0], "rejected")
    becomes = "it is dropped, and the next digest carries its articles" if digest.dropped else "it goes out"
    why = f"{articles_in_words(digest)}; {digest.verdict}: {becomes}"
    if app.decisions.put(digest.decided_at, digest_id(digest.period), decision, why, replace=False):
        count("DigestsDropped" if digest.dropped else "DigestsReleased")


def _hold(digest: SettledDigest, broken: str, now: datetime, app: Container) -> None:
    """Say once for each reason that the digest cannot go out."""
    if app.digests.hold(digest.period, broken):
        count("DigestsHeld")
        app.decisions.put(now, digest_id(digest.period), "held", broken)


def _mend(digest: SettledDigest, app: Container) -> None:
    """Do what a run left undone that crashed after it had settled the digest or decided on it."""
    _tell(digest, app)
    name = digest_id(digest.period)
    overdue = digest.released_at is not None and app.now() - digest.released_at > PATIENCE
    mailing = app.mailings.get(name)
    if (
        mailing is None
        or (mailing.status.state is MailingState.APPROVAL and not digest.waits)
        or (overdue and len(app.deliveries.finished_shards(name)) < len(SHARDS))
    ):
        carry_on(digest, app)
