"""The tick: send due steps, recall sign-ups that wait, erase readers who left long ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from newsletter.adapters.agenda import Agenda, Erasure, Reminder
from newsletter.adapters.content import Content
from newsletter.adapters.enrollments import Enrollments
from newsletter.adapters.items import GET_LIMIT
from newsletter.adapters.leads import Leads
from newsletter.adapters.queues import Queues
from newsletter.adapters.sign_ups import SignUps
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.enrollment import Enrollment
from newsletter.domain.messages import ConfirmSignUp
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import SHARDS
from newsletter.usecases import my_data
from newsletter.usecases.advance_sequences import advance_sequences
from newsletter.usecases.render_variant import Variants


@dataclass(frozen=True)
class Desk:
    """What the tick works with."""

    publication: Publication
    agenda: Agenda
    subscribers: Subscribers
    sign_ups: SignUps
    enrollments: Enrollments
    leads: Leads
    content: Content
    queues: Queues
    variants: Variants


def do_what_is_due(now: datetime, desk: Desk, *, steps: bool = True) -> dict[str, int]:
    """Do everything that is due at `now`, once: {"planned", "ended", "reminded", "erased"}.

    Without `steps` those stay due, for a tick after the breaker is closed.

    Each piece is done first and taken off the agenda after it, and doing it again changes nothing: a crash in between
    costs a repetition, never a mail or an erasure.
    """
    done: Counter[str] = Counter(planned=0, ended=0, reminded=0, erased=0)
    for shard in SHARDS:
        for chunk in _chunks(desk.agenda.due(shard, now)):
            done.update(
                advance_sequences(
                    [piece for piece in chunk if steps and isinstance(piece, Enrollment)],
                    now,
                    publication=desk.publication,
                    subscribers=desk.subscribers,
                    enrollments=desk.enrollments,
                    content=desk.content,
                    queues=desk.queues,
                    variants=desk.variants,
                )
            )
            for piece in chunk:
                match piece:
                    case Reminder():
                        _remind(piece, desk)
                        done["reminded"] += 1
                    case Erasure():
                        my_data.erase(
                            piece.subscriber,
                            now,
                            subscribers=desk.subscribers,
                            leads=desk.leads,
                            publication=desk.publication,
                            unless_active=True,
                        )
                        done["erased"] += 1
    return dict(done)


def _remind(reminder: Reminder, desk: Desk) -> None:
    """The ledger keeps the reminder from going out twice; a sign-up that expired meanwhile gets none."""
    desk.queues.send(desk.queues.transactional, ConfirmSignUp(reminder.subscriber, reminder.nonce, reminder=True))
    desk.sign_ups.reminded(reminder.subscriber, reminder.nonce)


def _chunks(
    due: Iterator[Enrollment | Reminder | Erasure],
) -> Iterator[list[Enrollment | Reminder | Erasure]]:
    while chunk := list(islice(due, GET_LIMIT)):
        yield chunk
