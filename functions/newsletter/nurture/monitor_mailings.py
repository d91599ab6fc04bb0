"""Monitors every mailing that is not over: resumes it, evaluates its pilot, holds it, or completes it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import hold_mailing, record_stopped
from newsletter.mailings.control.resume import requeue_shards, resumed_status
from newsletter.mailings.control.set_status import cause_of
from newsletter.mailings.experiments.experiment import REST
from newsletter.mailings.experiments.take_further import (
    choose_subject,
    decides_at,
    is_due,
    note_test_is_out,
    record_choice,
)
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.platform.words.said import say
from newsletter.publication.sending_limits import Feedback, exceeds, too_many_refused
from newsletter.reports.count_mailing import count_mailing, count_shard
from newsletter.reports.stats import MailingStats, sum_stats
from newsletter.sending.feedback.circuit_breaker import record_open
from newsletter.sending.sending_stopped import QUOTA_RETRY

if TYPE_CHECKING:
    from newsletter.container import Container

PILOT_EXTENSION = timedelta(minutes=15)
"""How much longer to wait for a pilot that is not sent to its end yet."""
TIME_BUDGET = 60.0
"""Seconds for all mailings; those for which no time is left are monitored in the next run."""


def monitor_mailings(
    now: datetime, isolated: Isolated, app: Container, clock: Callable[[], float] = time.monotonic
) -> dict[str, int]:
    """Check each unfinished mailing once: {"resumed", "held", "completed", "wrong"}.

    `wrong` are mailings whose certificate does not add up; a person must look into them. Running it again repeats
    nothing. A mailing that fails is reported through `isolated`. `clock` returns seconds.
    """
    done = Counter(resumed=0, held=0, completed=0, wrong=0)
    breaker = app.reputation.breaker()
    if breaker is not None:
        record_open(breaker, app)
        count("BreakerIsOpen")
    stop = clock() + TIME_BUDGET
    for name in app.statuses.unfinished():
        if clock() > stop:
            break
        with isolated.piece(f"mailing {name}"):
            mailing = app.mailings.get(name)
            if mailing is None:
                app.statuses.finish(name)
            elif breaker is not None and mailing.status.state.is_sending:
                reason = say("breaker open: {why}", why=breaker.reason)
                done["held"] += hold_mailing(name, reason, app, now=now, rings=False)
            else:
                done.update(_monitor(mailing, now, app, may_resume=breaker is None))
    return dict(done)


def _monitor(mailing: Mailing, now: datetime, app: Container, *, may_resume: bool) -> dict[str, int]:
    status = mailing.status
    due = status.until is not None and status.until <= now
    if status.state in (MailingState.HELD, MailingState.WAITING):
        record_stopped(mailing.id, status, app)
    match status.state:
        case MailingState.WAITING if due and may_resume:
            return {"resumed": _check_quota(mailing, now, app)}
        case MailingState.PILOT if due:
            return _evaluate_pilot(mailing, now, app)
        case MailingState.SENDING | MailingState.PILOT if status.needs_requeue:
            if mailing.decision is not None:
                record_choice(mailing.id, mailing.decision, app)
            app.decisions.put(status.since, mailing.id, "resumed", cause_of(status), replace=False)
            requeue_shards(mailing.id, status, app)
            return {"resumed": 1}
        case MailingState.SENDING | MailingState.CANCELLED | MailingState.COMPLETE:
            return _certify(mailing, now, app)
    return {}


def _check_quota(mailing: Mailing, now: datetime, app: Container) -> bool:
    """Resume if the quota has room again, otherwise wait longer; whether it was resumed."""
    quota = app.account.quota()
    if not quota.has_room:
        reason = say(
            "{used} of the {most} mails that SES allows in 24 hours are used up", used=quota.used, most=quota.most
        )
        app.statuses.compare_and_set(
            mailing.id, mailing.status, replace(mailing.status, reason=reason, until=now + QUOTA_RETRY)
        )
        return False
    plan = app.publication.warm_up
    planned = plan is not None and plan.allowed(now.astimezone(app.publication.time_zone).date()) is not None
    why = say("another day of the warm-up plan") if planned else say("quota has room again")
    return _resume(mailing, resumed_status(mailing.status, now, app.publication.sending_limits), why, app)


def _evaluate_pilot(mailing: Mailing, now: datetime, app: Container) -> dict[str, int]:
    """Send the rest if the pilot went well, otherwise hold the mailing; wait longer while the pilot is being sent."""
    stats = sum_stats(count_shard(mailing, shard, app, now=now) for shard in mailing.status.pilot_shards)
    sums = stats.sums
    if sums.waiting > _held_out(mailing, stats):
        app.statuses.compare_and_set(mailing.id, mailing.status, replace(mailing.status, until=now + PILOT_EXTENSION))
        return {}
    feedback = Feedback(sums.delivered, sums.bounced, sums.complained)
    problem = exceeds(feedback, app.publication.sending_limits) or too_many_refused(
        sums.rejected, sums.accepted + sums.rejected
    )
    if not problem and feedback.volume * 2 < sums.accepted:
        problem = say(
            "SES reported on {volume} of {accepted} mails only; do its events reach us?",
            volume=feedback.volume,
            accepted=sums.accepted,
        )
    if problem:
        reason = say("of the pilot, {problem}", problem=problem)
        held = hold_mailing(mailing.id, reason, app, now=now, ends_pilot=True, refused=sums.rejected)
        return {"held": int(held)}
    after = MailingStatus(MailingState.SENDING, now, needs_requeue=True)
    why = say(
        "pilot: {accepted} accepted, {bounced} bounced, {complained} called spam",
        accepted=sums.accepted,
        bounced=sums.bounced,
        complained=sums.complained,
    )
    return {"resumed": int(_resume(mailing, after, why, app))}


def _resume(mailing: Mailing, after: MailingStatus, why: str, app: Container) -> bool:
    if not app.statuses.compare_and_set(mailing.id, mailing.status, after):
        return False
    app.decisions.put(after.since, mailing.id, "resumed", why)
    requeue_shards(mailing.id, after, app)
    return True


def _certify(mailing: Mailing, now: datetime, app: Container) -> dict[str, int]:
    """Check the certificate, and store it and complete the mailing when nothing of it is left."""
    stats = count_mailing(mailing, app, now=now)
    found = {"wrong": int(not stats.sums.balanced)}
    status = mailing.status
    problem = too_many_refused(stats.sums.rejected - status.refused, stats.sums.accepted + stats.sums.rejected)
    if problem and stats.sums.waiting and status.state.is_sending:
        held = hold_mailing(mailing.id, problem, app, now=now, refused=stats.sums.rejected)
        return found | {"held": int(held)}
    _take_test_further(mailing, stats, now, app)
    planned = stats.planned_to_the_end or status.state is MailingState.CANCELLED
    is_tested = mailing.is_undecided and status.state is MailingState.SENDING
    if found["wrong"] or stats.sums.waiting or stats.sums.undecided or not planned or is_tested:
        return found
    app.stats.put_certificate(mailing.id, stats)
    if status.state is MailingState.SENDING and not app.statuses.compare_and_set(
        mailing.id, status, MailingStatus(MailingState.COMPLETE, now)
    ):
        return found
    app.statuses.finish(mailing.id)
    return found | {"completed": 1}


def _take_test_further(mailing: Mailing, stats: MailingStats, now: datetime, app: Container) -> None:
    """Begin the time of the mailing's A/B test, or choose its winner, by figures of when that was over.

    A million recipients were just counted: they are not counted once more in the same run.
    """
    if mailing.decision is not None:
        record_choice(mailing.id, mailing.decision, app)
    elif not note_test_is_out(mailing, stats.arms, app, now=now, planned=stats.planned_to_the_end) and is_due(
        mailing, now
    ):
        choose_subject(mailing, count_mailing(mailing, app, now=now, since=decides_at(mailing)).arms, app, now=now)


def _held_out(mailing: Mailing, stats: MailingStats) -> int:
    """Recipients who wait for the winner of an A/B test, and not for the sender."""
    return stats.arms[REST].waiting if mailing.is_undecided and REST in stats.arms else 0
