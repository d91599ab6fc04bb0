"""Works off the enrollments that are due: puts the next step into a batch, postpones it, or ends the round."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.mailing import Kind, Mailing, step_id
from newsletter.mailings.planning.enqueue import has_room
from newsletter.nurture.due_store import Unreadable
from newsletter.nurture.enrollments.clicked_steps import ClickedSteps
from newsletter.nurture.enrollments.enrollment import Enrollment, ended
from newsletter.nurture.enrollments.next_step import next_step, rules_for, scheduled
from newsletter.nurture.steps.mails_lately import SentLately, sent_lately
from newsletter.nurture.steps.step_batches import finish_batches, queue_batches, step_batches
from newsletter.nurture.triggers import facts_of
from newsletter.platform.aws.items import GET_LIMIT, side_by_side
from newsletter.platform.errors import BrokenRecord
from newsletter.platform.isolation import Isolated
from newsletter.platform.rate_limit import bulk_pace
from newsletter.platform.shards import SHARDS
from newsletter.platform.times import whole_seconds
from newsletter.publication.nurture.steps import Step
from newsletter.publication.sequences import Exit
from newsletter.readers.subscriber import Status, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

TIME_BUDGET = 40.0
"""Seconds for the steps of a tick, of the two minutes that the function has; the next tick goes on."""
FROM_EACH_SHARD = 32
"""Due enrollments of each shard that are looked at together: some 1,000, so that batches of a step get full."""
DAY = timedelta(days=1)
TICK = 300
"""Seconds between ticks; each begins with another shard, so that none is always the last."""


def plan_steps(
    now: datetime, isolated: Isolated, app: Container, clock: Callable[[], float] = time.monotonic
) -> dict[str, int]:
    """Work off what is due, for at most TIME_BUDGET, and as long as the queue has room.

    {"planned": steps on the queue, "ended": rounds that are over, "paused": of paused readers, "postponed": whose
    window is closed, who had enough mails this week, or whose step an edit has put off}. What cannot be worked off is
    reported through `isolated`, stays due, and keeps nobody else from their turn. `clock` returns seconds.
    """
    now = whole_seconds(now)
    stop = clock() + TIME_BUDGET
    done = Counter(planned=0, ended=0, paused=0, postponed=0)
    done["planned"] += finish_batches(now, isolated, app)
    run = _Run(now, isolated, app, sent_lately(now, app), done)
    turn = int(now.timestamp()) // TICK % len(SHARDS)
    due = [app.due_index.enrollments(shard, now) for shard in SHARDS[turn:] + SHARDS[:turn]]
    while clock() < stop and has_room(app.now(), app) and (found := _take(due, isolated)):
        run.work_off(found)
    return dict(done)


def _take(due: list[Iterator[Enrollment | Unreadable]], isolated: Isolated) -> list[Enrollment]:
    """The next of each shard that can be read; the others are reported."""
    found: list[Enrollment] = []
    more = True
    while more and not found:
        more = False
        for shard in due:
            for each in islice(shard, FROM_EACH_SHARD):
                more = True
                if isinstance(each, Enrollment):
                    found.append(each)
                    continue
                with isolated.piece(f"enrollment {each.subscriber}"):
                    raise BrokenRecord(f"{each.record} cannot be read ({each.fault})")
    return found


class _Run:
    """One tick: what it counts, and what it need not look up again."""

    def __init__(
        self, now: datetime, isolated: Isolated, app: Container, lately: SentLately, done: Counter[str]
    ) -> None:
        self._now = now
        self._isolated = isolated
        self._app = app
        self._lately = lately
        self._done = done
        self._launched: set[str] = set()
        self._clicked = ClickedSteps(app)

    def work_off(self, due: list[Enrollment]) -> None:
        """End, postpone or send each of them."""
        readers: dict[str, Subscriber] = {}
        ids = list(dict.fromkeys(each.subscriber for each in due))
        for start in range(0, len(ids), GET_LIMIT):
            readers |= self._app.subscribers.many(ids[start : start + GET_LIMIT])
        mailed = self._mailed(readers)
        changes: list[tuple[Enrollment, Enrollment]] = []
        send: dict[tuple[str, str, str], list[Enrollment]] = defaultdict(list)
        for each in due:
            with self._isolated.piece(f"step of {each.sequence} for {each.subscriber}"):
                after, step = self._decide(each, readers.get(each.subscriber), mailed.get(each.subscriber, ()))
                if step is None:
                    changes.append((each, after))
                else:
                    variant = self._variant(each, step, readers[each.subscriber])
                    send[each.sequence, step.key, variant].append(each)
                    mailed[each.subscriber] = (*mailed.get(each.subscriber, ()), self._now)
        list(side_by_side(self._change, changes))
        self._send(send)

    def _decide(
        self, enrollment: Enrollment, reader: Subscriber | None, mailed: tuple[datetime, ...]
    ) -> tuple[Enrollment, Step | None]:
        """The enrollment as it is to be, or the step that is to be sent now."""
        sequence = self._app.publication.sequences.get(enrollment.sequence)
        if sequence is None:
            return ended(enrollment, Exit.REMOVED, self._now), None
        if reader is None and self._is_broken(enrollment.subscriber):
            # Logged where it was read. A day later it may have been mended, and nothing needs a person before that.
            return self._counted(replace(enrollment, due_at=self._now + DAY), None), None
        if reader is None or reader.status is not Status.ACTIVE:
            return ended(enrollment, Exit.LEFT, self._now), None
        clicked = self._clicked.of(enrollment, sequence)
        facts = replace(facts_of(reader), clicked=clicked, mailed=mailed)
        rules = rules_for(sequence, self._app.publication)
        found = next_step(enrollment, sequence, facts, self._now, rules)
        if found is not None and found.at <= self._now:
            return enrollment, found.step
        return self._counted(scheduled(enrollment, sequence, facts, self._now, rules), facts.paused_until), None

    def _counted(self, after: Enrollment, paused_until: date | None) -> Enrollment:
        if after.active:
            today = self._now.astimezone(self._app.publication.time_zone).date()
            paused = paused_until is not None and today < paused_until
            self._done["paused" if paused else "postponed"] += 1
        return after

    def _is_broken(self, subscriber: str) -> bool:
        profile = self._app.subscribers.profile(subscriber)
        return profile is not None and profile.status == Status.ACTIVE

    def _mailed(self, readers: dict[str, Subscriber]) -> dict[str, tuple[datetime, ...]]:
        """When each was mailed lately, for the cap; nothing is read where there is none."""
        if not self._app.publication.nurture.mails_per_week:
            return {}
        enrollments = side_by_side(self._app.enrollments.of, readers)
        return {each: self._lately.to(readers[each], found) for each, found in zip(readers, enrollments, strict=True)}

    def _variant(self, enrollment: Enrollment, step: Step, reader: Subscriber) -> str:
        """The variant of the step for the reader; its mailing is stored before. Raises InvalidPublication."""
        app = self._app
        sequence = app.publication.sequences[enrollment.sequence]
        mailing = step_id(sequence.key, step.key)
        if mailing not in self._launched:
            subject = step.subject[app.publication.languages[0]]
            launch(prepare(Mailing(mailing, Kind.STEP, self._now, subject=subject), app), app)
            self._launched.add(mailing)
        return app.variants.step(sequence, step, reader, enrollment.trigger)

    def _change(self, change: tuple[Enrollment, Enrollment]) -> None:
        """Store what became of one that is not sent to. Where another run was faster, that one's change counts."""
        before, after = change
        with self._isolated.piece(f"enrollment of {before.subscriber} in {before.sequence}"):
            if self._app.enrollments.replace(before, after) and not after.active:
                self._done["ended"] += 1

    def _send(self, send: dict[tuple[str, str, str], list[Enrollment]]) -> None:
        known: dict[tuple[str, str, int], Enrollment] = {}
        noted = []
        # As of mailings: of a larger batch SES would take what the account may send in a second, and refuse the rest.
        size = bulk_pace(self._app.mailer.max_send_rate()).size
        for (key, step_key, variant), enrollments in send.items():
            sequence = self._app.publication.sequences[key]
            step = sequence.step(step_key)
            if step is None:
                continue
            for batch in step_batches(sequence, step, variant, enrollments, self._now, size):
                with self._isolated.piece(f"batch {batch.id} of {batch.mailing}"):
                    self._app.step_batches.put(batch)
                    noted.append(batch)
            known |= {(each.subscriber, key, each.round): each for each in enrollments}
        self._done["planned"] += queue_batches(noted, known, self._now, self._isolated, self._app)
