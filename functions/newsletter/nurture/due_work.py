"""Does what is due: steps of sequences, reminders of unconfirmed sign-ups, erasure of subscribers who left long ago."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.nurture.due_store import Erasure, Reminder, Unreadable
from newsletter.nurture.enrollments.retime_sequences import retime_sequences
from newsletter.nurture.steps.plan_steps import plan_steps
from newsletter.platform.errors import BrokenRecord
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import ConfirmSignUp
from newsletter.platform.shards import SHARDS
from newsletter.readers import my_data

if TYPE_CHECKING:
    from newsletter.container import Container


def do_due_work(now: datetime, app: Container, isolated: Isolated, *, steps: bool = True) -> dict[str, int]:
    """Do everything that is due at `now`, once: {"planned", "ended", "paused", "postponed", "reminded", "erased"}.

    Without `steps`, sequence steps stay due until a run after the breaker is closed.

    Each item is done first and taken off the index after that, and doing it again changes nothing: after a crash in
    between it is repeated, and no mail or erasure is lost. An item that fails stays due; the others are still done.
    """
    done: Counter[str] = Counter(planned=0, ended=0, paused=0, postponed=0, reminded=0, erased=0)
    for shard in SHARDS:
        for item in app.due_index.due(shard, now):
            with isolated.piece(f"{type(item).__name__.lower()} {item.subscriber}"):
                done.update(_process(item, now, app))
    if steps:
        retime_sequences(now, isolated, app)
        done.update(plan_steps(now, isolated, app))
    return dict(done)


def _process(item: Reminder | Erasure | Unreadable, now: datetime, app: Container) -> dict[str, int]:
    match item:
        case Reminder():
            _queue_reminder(item, app)
            return {"reminded": 1}
        case Erasure():
            erased = my_data.erase_due(item.subscriber, now, app)
            return {"erased": int(erased)}
        case Unreadable():
            raise BrokenRecord(f"{item.record} cannot be read ({item.fault})")


def _queue_reminder(reminder: Reminder, app: Container) -> None:
    """Queue a reminder. The ledger sends it once; the sender drops it if the sign-up has expired by then."""
    subscriber, nonce, moved_from = reminder.subscriber, reminder.nonce, reminder.moved_from
    message = ConfirmSignUp(subscriber, nonce, reminder=True, moved_from=moved_from)
    app.queues.send(app.queues.transactional, message)
    app.sign_ups.reminded(subscriber, nonce, moved_from)
