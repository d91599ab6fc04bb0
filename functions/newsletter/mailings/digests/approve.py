"""Approve or reject a digest that waits for it, or do what was said for the case that nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.digests.decision import Answer, DigestDecision
from newsletter.mailings.digests.digest import SettledDigest, digest_id
from newsletter.mailings.digests.records import broken_in_words, desk_time, record, record_answer
from newsletter.mailings.digests.release import answer_digest, digest_of, mailing_of
from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.rendering.preflight import NotFit
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import NotNow
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.platform.shards import SHARDS

if TYPE_CHECKING:
    from newsletter.container import Container

RECENT = timedelta(days=7)
"""How long a digest is looked after: whatever a crash left undone is done by then, or waits as a dead letter."""
PATIENCE = timedelta(hours=1)
"""How long planning may take before what is missing of it is asked for again."""


def approve_digest(period: str, app: Container, *, by: str, now: datetime) -> SettledDigest:
    """Let a waiting digest go out. Approved again, it only has planned what is not planned yet: nobody gets it twice.

    Raises NotFound, and NotNow for one that was dropped or that preflight finds broken.
    """
    digest = _decided(digest_of(period, app), Answer.approved(by), now, app)
    if digest.waits:
        raise NotNow(f"{digest_id(period)} is held: {digest.held_because}. Mend that, then approve it again")
    if digest.dropped:
        raise NotNow(f"{digest_id(period)} was dropped ({digest.verdict}); the next digest carries its articles")
    return digest


def reject_digest(period: str, app: Container, *, by: str, now: datetime) -> SettledDigest:
    """Never let a waiting digest go out; the next one carries its articles. Rejected again, nothing changes.

    Raises NotFound, and NotNow for one that is out already.
    """
    digest = _decided(digest_of(period, app), Answer.rejected(by), now, app)
    if not digest.dropped:
        raise NotNow(f"{digest_id(period)} is out ({digest.verdict or 'it needed no approval'}); see its report")
    return digest


def expire_approvals(now: datetime, app: Container, isolated: Isolated) -> dict[str, DigestDecision]:
    """Decide on digests whose deadline is over: {period: decision}. Also does what a run that crashed left undone.

    One that would go out and is broken is held, and looked at again with each look until it is mended or rejected. One
    at which the look fails is told through `isolated`.
    """
    done = {}
    for digest in app.digests.all():
        with isolated.piece(digest_id(digest.period)):
            if digest.waits and digest.deadline and digest.deadline <= now:
                answer = Answer.expired(desk_time(digest.deadline, app), send=digest.sent_unanswered)
                decided = _decided(digest, answer, now, app)
                done[digest.period] = DigestDecision.HELD if decided.waits else DigestDecision.EXPIRED
            elif now - digest.window.end < RECENT:
                _repair(digest, app)
    return done


def _decided(digest: SettledDigest, answer: Answer, now: datetime, app: Container) -> SettledDigest:
    """The digest as it is decided from now on, by this answer or by an earlier one, recorded and launched or dropped.

    It waits on when it was to go out and is broken.
    """
    if digest.waits:
        digest = _answered(digest, answer, now, app)
    record_answer(digest, app)
    launch(prepare(mailing_of(digest, app.publication), app), app)
    return digest


def _answered(digest: SettledDigest, answer: Answer, now: datetime, app: Container) -> SettledDigest:
    mailing = app.mailings.get(digest_id(digest.period))
    if mailing is not None and mailing.status.state is MailingState.CANCELLED:
        answer = Answer.cancelled(mailing.status.by)
    try:
        answer_digest(digest, answer, now, app)
    except NotFit as unfit:
        broken = broken_in_words(unfit.faults)
        # Said once for each reason.
        if app.digests.hold(digest.period, broken):
            count("DigestsHeld")
            record(digest.period, DigestDecision.HELD, broken, now, app)
    return digest_of(digest.period, app)


def _repair(digest: SettledDigest, app: Container) -> None:
    """Do what a run left undone that crashed after it had frozen the digest or decided on it."""
    record_answer(digest, app)
    name = digest_id(digest.period)
    overdue = digest.released_at is not None and app.now() - digest.released_at > PATIENCE
    mailing = app.mailings.get(name)
    if (
        mailing is None
        or (mailing.status.state is MailingState.APPROVAL and not digest.waits)
        or (overdue and len(app.deliveries.finished_shards(name)) < len(SHARDS))
    ):
        launch(prepare(mailing_of(digest, app.publication), app), app)
