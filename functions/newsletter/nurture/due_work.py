"""The tick: send due steps, recall sign-ups that wait, erase readers who left long ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from newsletter.nurture.advance_sequences import advance_sequences
from newsletter.nurture.due_store import Due, Erasure, Reminder, Unreadable
from newsletter.nurture.enrollment import Enrollment
from newsletter.platform.aws.items import GET_LIMIT
from newsletter.platform.errors import BrokenRecord
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import ConfirmSignUp
from newsletter.platform.shards import SHARDS
from newsletter.readers import my_data

if TYPE_CHECKING:
    from newsletter.container import Container


def do_due_work(now: datetime, app: Container, isolated: Isolated, *, steps: bool = True) -> dict[str, int]:
    """Do everything that is due at `now`, once: {"planned", "ended", "paused", "reminded", "erased"}.

    Without `steps` those stay due, for a tick after the breaker is closed.

    Each piece is done first and taken off the agenda after it, and doing it again changes nothing: a crash in between
    costs a repetition, never a mail or an erasure. A piece that fails stays due, and the others go on.
    """
    done: Counter[str] = Counter(planned=0, ended=0, paused=0, reminded=0, erased=0)
    for shard in SHARDS:
        for chunk in _chunks(app.due_index.due(shard, now)):
            done.update(
                advance_sequences(
                    [piece for piece in chunk if steps and isinstance(piece, Enrollment)], now, isolated, app
                )
            )
            for piece in chunk:
                if not isinstance(piece, Enrollment):
                    with isolated.piece(f"{type(piece).__name__.lower()} {piece.subscriber}"):
                        done.update(_do(piece, now, app))
    return dict(done)


def _do(piece: Reminder | Erasure | Unreadable, now: datetime, app: Container) -> dict[str, int]:
    match piece:
        case Reminder():
            _remind(piece, app)
            return {"reminded": 1}
        case Erasure():
            erased = my_data.erase_who_is_due(piece.subscriber, now, app)
            return {"erased": int(erased)}
        case Unreadable():
            raise BrokenRecord(f"{piece.record} cannot be read ({piece.fault})")


def _remind(reminder: Reminder, app: Container) -> None:
    """The ledger keeps the reminder from going out twice; a sign-up that expired meanwhile gets none."""
    subscriber, nonce, moved_from = reminder.subscriber, reminder.nonce, reminder.moved_from
    message = ConfirmSignUp(subscriber, nonce, reminder=True, moved_from=moved_from)
    app.queues.send(app.queues.transactional, message)
    app.sign_ups.reminded(subscriber, nonce, moved_from)


def _chunks(due: Iterator[Due]) -> Iterator[list[Due]]:
    while chunk := list(islice(due, GET_LIMIT)):
        yield chunk
