"""The tick's look at every mailing that is not over: go on, judge, hold, and certify what is done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.adapters.account import Account
from newsletter.adapters.content import Content
from newsletter.adapters.courses import Courses
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.queues import Queues
from newsletter.adapters.reputation import Reputation
from newsletter.adapters.tallies import Tallies
from newsletter.domain.caution import Caution, Feedback, too_bad, too_many_refused
from newsletter.domain.course import Course, MailingState
from newsletter.domain.mailing import Mailing
from newsletter.domain.tally import add_up
from newsletter.usecases.change_course import in_short
from newsletter.usecases.count_mailing import count_mailing, count_shard
from newsletter.usecases.hold_mailing import hold_mailing, tell_stopped
from newsletter.usecases.isolation import Isolated
from newsletter.usecases.open_breaker import tell_open
from newsletter.usecases.resume_mailing import emit_again, going_on

QUOTA_AGAIN = timedelta(hours=1)
"""How long a mailing waits for more of the day's quota before we look again."""
SLICE_AGAIN = timedelta(minutes=15)
"""How much longer a first slice is watched that is not sent yet."""
PATIENCE = 60.0
"""Seconds for the whole look; mailings that no time is left for have their turn with the next tick."""


@dataclass(frozen=True)
class Watch:
    """What the look works with."""

    caution: Caution
    content: Content
    courses: Courses
    deliveries: Deliveries
    tallies: Tallies
    queues: Queues
    reputation: Reputation
    account: Account
    clock: Callable[[], float] = time.monotonic


def watch_mailings(now: datetime, isolated: Isolated, watch: Watch) -> dict[str, int]:
    """Look after each mailing once: {"resumed", "held", "completed", "wrong"}.

    `wrong` are mailings whose certificate does not add up; a person must look into them. Repeating a look changes
    nothing that the first one did. A mailing at which the look fails is told through `isolated`.
    """
    done = Counter(resumed=0, held=0, completed=0, wrong=0)
    breaker = watch.reputation.breaker()
    if breaker is not None:
        tell_open(breaker, content=watch.content)
    stop = watch.clock() + PATIENCE
    for name in watch.courses.unfinished():
        if watch.clock() > stop:
            break
        with isolated.piece(f"mailing {name}"):
            mailing = watch.content.mailing(name)
            if mailing is None:
                watch.courses.finish(name)
            elif breaker is not None and mailing.course.state.sends:
                reason = f"breaker open: {breaker.reason}"
                done["held"] += hold_mailing(name, reason, now=now, content=watch.content, courses=watch.courses)
            else:
                done.update(_look_at(mailing, now, watch, may_resume=breaker is None))
    return dict(done)


def _look_at(mailing: Mailing, now: datetime, watch: Watch, *, may_resume: bool) -> dict[str, int]:
    course = mailing.course
    due = course.until is not None and course.until <= now
    if course.state in (MailingState.HELD, MailingState.WAITING):
        tell_stopped(mailing.id, course, content=watch.content)
    match course.state:
        case MailingState.WAITING if due and may_resume:
            return {"resumed": _try_again(mailing, now, watch)}
        case MailingState.CANARY if due:
            return _judge(mailing, now, watch)
        case MailingState.SENDING | MailingState.CANARY if course.to_emit:
            watch.content.put_decision(course.since, mailing.id, "resumed", in_short(course), replace=False)
            emit_again(mailing.id, course, courses=watch.courses, queues=watch.queues)
            return {"resumed": 1}
        case MailingState.SENDING | MailingState.CANCELLED | MailingState.COMPLETE:
            return _certify(mailing, now, watch)
    return {}


def _try_again(mailing: Mailing, now: datetime, watch: Watch) -> bool:
    """Go on when the quota has room again; else wait on."""
    quota = watch.account.quota()
    if not quota.has_room:
        reason = f"{quota.used:,} of the {quota.most:,} mails that SES allows in 24 hours are used up"
        watch.courses.turn(mailing.id, mailing.course, replace(mailing.course, reason=reason, until=now + QUOTA_AGAIN))
        return False
    return _go_on(mailing, going_on(mailing.course, now, watch.caution), "quota has room again", watch)


def _judge(mailing: Mailing, now: datetime, watch: Watch) -> dict[str, int]:
    """What became of the first slice: the rest follows, or the mailing is held."""
    tally = add_up(count_shard(mailing, shard, now=now, deliveries=watch.deliveries) for shard in mailing.course.slice)
    sums = tally.sums
    if sums.waiting:
        watch.courses.turn(mailing.id, mailing.course, replace(mailing.course, until=now + SLICE_AGAIN))
        return {}
    feedback = Feedback(sums.delivered, sums.bounced, sums.complained)
    problem = too_bad(feedback, watch.caution) or too_many_refused(sums.rejected, sums.accepted + sums.rejected)
    if not problem and feedback.volume * 2 < sums.accepted:
        problem = f"SES reported on {feedback.volume:,} of {sums.accepted:,} mails only; do its events reach us?"
    if problem:
        reason = f"of the first slice, {problem}"
        held = hold_mailing(
            mailing.id,
            reason,
            now=now,
            content=watch.content,
            courses=watch.courses,
            judged=True,
            refused=sums.rejected,
        )
        return {"held": int(held)}
    after = Course(MailingState.SENDING, now, to_emit=True)
    why = f"first slice: {sums.accepted:,} accepted, {sums.bounced:,} bounced, {sums.complained:,} called spam"
    return {"resumed": int(_go_on(mailing, after, why, watch))}


def _go_on(mailing: Mailing, after: Course, why: str, watch: Watch) -> bool:
    if not watch.courses.turn(mailing.id, mailing.course, after):
        return False
    watch.content.put_decision(after.since, mailing.id, "resumed", why)
    emit_again(mailing.id, after, courses=watch.courses, queues=watch.queues)
    return True


def _certify(mailing: Mailing, now: datetime, watch: Watch) -> dict[str, int]:
    """Keep the certificate of a mailing that is over, and say when sums are wrong, over or not."""
    tally = count_mailing(mailing, now=now, deliveries=watch.deliveries, tallies=watch.tallies)
    found = {"wrong": int(not tally.sums.balanced)}
    course = mailing.course
    problem = too_many_refused(tally.sums.rejected - course.refused, tally.sums.accepted + tally.sums.rejected)
    if problem and tally.sums.waiting and course.state.sends:
        held = hold_mailing(
            mailing.id,
            problem,
            now=now,
            content=watch.content,
            courses=watch.courses,
            refused=tally.sums.rejected,
        )
        return found | {"held": int(held)}
    planned = tally.planned_to_the_end or course.state is MailingState.CANCELLED
    if found["wrong"] or tally.sums.waiting or tally.sums.undecided or not planned:
        return found
    watch.tallies.put_certificate(mailing.id, tally)
    if course.state is MailingState.SENDING and not watch.courses.turn(
        mailing.id, course, Course(MailingState.COMPLETE, now)
    ):
        return found
    watch.courses.finish(mailing.id)
    return found | {"completed": 1}
