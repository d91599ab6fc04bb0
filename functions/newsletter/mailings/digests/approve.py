"""Approve or reject a digest that waits for approval, or apply the configured default when nobody answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.digests.decision import Answer, DigestDecision
from newsletter.mailings.digests.digest import Digest, digest_id
from newsletter.mailings.digests.records import blocking_faults_in_words, local_time, record_answer, record_decision
from newsletter.mailings.digests.release import answer_digest, digest_mailing, get_digest
from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.rendering.preflight import PreflightFailed
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import NotNow
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.platform.shards import SHARDS
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

REPAIR_WINDOW = timedelta(days=7)
"""How long after its window a digest is checked for what a crash left undone; later failures are dead letters."""
LAST_HOUR = timedelta(hours=1)
"""How long before its deadline somebody is told of a digest that nobody has answered, and that would be dropped."""
PLANNING_TIMEOUT = timedelta(hours=1)
"""How long planning may take before the missing shards are queued again."""


def approve_digest(period: str, app: Container, *, by: str, now: datetime) -> Digest:
    """Send a waiting digest. Approving it again only plans what is not planned yet: nobody gets it twice.

    Raises NotFound, and NotNow for one that was dropped or that preflight blocks.
    """
    digest = _apply_answer(get_digest(period, app), Answer.approved(by), now, app)
    if digest.awaits_approval:
        why = digest.held_because
        raise NotNow(
            say("{digest} is held: {why}. Mend that, then approve it again", digest=digest_id(period), why=why)
        )
    if digest.dropped:
        why = digest.verdict
        raise NotNow(
            say("{digest} was dropped ({why}); the next digest carries its articles", digest=digest_id(period), why=why)
        )
    return digest


def reject_digest(period: str, app: Container, *, by: str, now: datetime) -> Digest:
    """Drop a waiting digest; the next one carries its articles. Rejecting it again changes nothing.

    Raises NotFound, and NotNow for one that was sent already.
    """
    digest, name = _apply_answer(get_digest(period, app), Answer.rejected(by), now, app), digest_id(period)
    if digest.nobody:
        raise NotNow(
            say("{digest} had no reader when it was planned; the next digest carries its articles", digest=name)
        )
    if not digest.dropped:
        why = digest.verdict or say("it needed no approval")
        raise NotNow(say("{digest} is out ({why}); see its report", digest=name, why=why))
    return digest


def expire_approvals(now: datetime, app: Container, isolated: Isolated) -> dict[str, DigestDecision]:
    """Apply the default to digests whose approval deadline has passed: {period: decision}.

    One that would be sent and is blocked by preflight is held, and tried again at each run until it is mended or
    rejected. Also completes what a crashed run left undone. A digest that fails is reported through `isolated`.
    """
    done = {}
    for digest in app.digests.all():
        with isolated.piece(digest_id(digest.period)):
            if digest.awaits_approval and digest.deadline and digest.deadline <= now:
                answer = Answer.expired(local_time(digest.deadline, app), send=digest.sent_unanswered)
                decided = _apply_answer(digest, answer, now, app)
                done[digest.period] = DigestDecision.HELD if decided.awaits_approval else DigestDecision.EXPIRED
            elif _is_about_to_be_dropped(digest, now):
                count("DigestsUndecided")
            elif now - digest.window.end < REPAIR_WINDOW:
                _repair(digest, app)
    return done


def _is_about_to_be_dropped(digest: Digest, now: datetime) -> bool:
    """Whether nobody has answered, and it is dropped within the hour."""
    deadline = digest.deadline if digest.awaits_approval and not digest.sent_unanswered else None
    return deadline is not None and deadline - LAST_HOUR <= now


def _apply_answer(digest: Digest, answer: Answer, now: datetime, app: Container) -> Digest:
    """The digest after this answer or an earlier one, recorded, and launched or dropped.

    It still waits if it was to be sent and preflight blocks it.
    """
    if digest.awaits_approval:
        digest = _store_answer(digest, answer, now, app)
    record_answer(digest, app)
    launch(prepare(digest_mailing(digest, app.publication), app), app)
    return digest


def _store_answer(digest: Digest, answer: Answer, now: datetime, app: Container) -> Digest:
    mailing = app.mailings.get(digest_id(digest.period))
    if mailing is not None and mailing.status.state is MailingState.CANCELLED:
        answer = Answer.cancelled(mailing.status.by)
    try:
        answer_digest(digest, answer, now, app)
    except PreflightFailed as failed:
        broken = blocking_faults_in_words(failed.faults)
        # Counted and recorded once for each reason.
        if app.digests.hold(digest.period, broken):
            count("DigestsHeld")
            record_decision(digest.period, DigestDecision.HELD, broken, now, app)
    return get_digest(digest.period, app)


def _repair(digest: Digest, app: Container) -> None:
    """Complete what a run left undone that crashed after it had stored the digest or its answer."""
    record_answer(digest, app)
    name = digest_id(digest.period)
    overdue = digest.released_at is not None and app.now() - digest.released_at > PLANNING_TIMEOUT
    mailing = app.mailings.get(name)
    if (
        mailing is None
        or (mailing.status.state is MailingState.APPROVAL and not digest.awaits_approval)
        or (overdue and len(app.manifests.finished_shards(name)) < len(SHARDS))
    ):
        launch(prepare(digest_mailing(digest, app.publication), app), app)
