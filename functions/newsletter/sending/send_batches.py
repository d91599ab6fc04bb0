"""Send what came from a queue: each batch in its own slot of the rate lane, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.errors import NotFound, NotSentYet, SendingStopped
from newsletter.platform.messages import ConfirmSignUp, SendBatch, SendNotice
from newsletter.platform.observability import count
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.reserve_slots import Slotted, reserve_slots
from newsletter.sending.send_batch import BreakerOpen, LookUp, send_batch
from newsletter.sending.sending_stopped import STEP, requeue, wait_for_ses
from newsletter.sending.settle_doubt import without_arrived

if TYPE_CHECKING:
    from newsletter.container import Container

TRIES = 10
"""How often a batch goes back by itself for recipients that SES did not take; then the queue's own tries begin, and
after them the dead-letter queue and a person."""
FIRST_PAUSE = 5
"""Seconds before the second try; each further one waits twice as long."""


SIDE_BY_SIDE = 10
"""Batches under way at once in one container at most: all that Lambda hands it, so that none is late for its slot
because SES took its time with the ones before (six were too few in `make simulate`)."""


def send_batches(messages: Sequence[SendBatch], app: Container) -> list[Exception | None]:
    """Send batches of planned mailings and sequence steps; what went wrong with each, in their order.

    Messages of a mailing that is not being sent any more are done with: whoever resumes it emits what is left anew.
    Of messages for one batch, which whoever resumes or plans again leaves behind, the first stands for all: side by
    side they would only find each other busy.
    """
    mailings = {name: app.mailings.get(name) for name in {message.mailing for message in messages}}
    stopped = {name for name, mailing in mailings.items() if mailing and not mailing.status.state.is_sending}
    going = [message for message in messages if message.mailing not in stopped]
    count("BatchesLeftUnsent", len(messages) - len(going))
    batches: dict[tuple[str, str], SendBatch] = {}
    for message in going:
        batches.setdefault((message.mailing, message.batch), message)
    said = dict(zip(batches, _side_by_side(list(batches.values()), mailings, app), strict=True))
    return [said.get((message.mailing, message.batch)) for message in messages]


def _side_by_side(
    messages: Sequence[SendBatch], mailings: Mapping[str, Mailing | None], app: Container
) -> list[Exception | None]:
    """One reservation in the rate lane serves all. Each gets a thread when its slot comes, so that threads are as many
    as SES takes slots to answer: ten that began at once would fight for the CPU (measured: for twice of it).
    """
    if not messages:
        return []
    slots = _slots(messages, app, awaited=False)

    def send(number: int) -> Exception | None:
        message = messages[number]
        try:
            mailing = mailings[message.mailing]
            if mailing is None:
                raise NotFound(f"mailing {message.mailing}")  # noqa: TRY301 (one fault among those of a batch)
            _send(message, mailing, app)
        except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
            return fault
        return None

    faults: list[Exception | None] = [None] * len(messages)
    turns = sorted((slot, number) for number, slot in enumerate(slots) if slot is not None)
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as side_by_side:
        for (_, number), fault in zip(turns, side_by_side.map(send, _in_turn(turns, app)), strict=True):
            faults[number] = fault
    return faults


def _in_turn(turns: Iterable[tuple[float, int]], app: Container) -> Iterator[int]:
    """The number of each (slot, number) when its slot has come."""
    for slot, number in turns:
        _wait(slot, app)
        yield number


def send_to_one(
    message: ConfirmSignUp | SendNotice, batch: Batch, mailing: Mailing, addressee: RecipientProfile, app: Container
) -> bool:
    """Send a batch of one, whose recipient is known; False when it waits in the queue, for its slot or for SES.

    Raises Busy, and NotSentYet when SES did not take it: the queue shall offer the message again.
    """
    (slot,) = _slots([message], app, awaited=mailing.kind.transactional)
    if slot is None:
        return False
    _wait(slot, app)
    try:
        again = send_batch(batch, mailing, app, lambda _: {batch.recipients[0]: addressee})
    except SendingStopped as stop:
        wait_for_ses(message, mailing, stop, app)
        return False
    except BreakerOpen:
        requeue(message, app, STEP)
        return False
    if again:
        raise NotSentYet(f"{batch.mailing}/{batch.id}")
    return True


def _send(message: SendBatch, mailing: Mailing, app: Container) -> None:
    batch = Batch(message.mailing, message.batch, message.variant, message.recipients)
    try:
        again = send_batch(batch, mailing, app, _look_up(batch, app))
    except SendingStopped as stop:
        wait_for_ses(message, mailing, stop, app)
        return
    except BreakerOpen:
        requeue(message, app, STEP)
        return
    if again and message.tries < TRIES:
        later = replace(message, slot=0.0, tries=message.tries + 1)
        app.queues.send(app.queues.batch, later, delay=FIRST_PAUSE * 2**message.tries)
    elif again:
        raise NotSentYet(f"{batch.mailing}/{batch.id}: {again} to try again")


def _look_up(batch: Batch, app: Container) -> LookUp:
    if not batch.original_id:
        return app.subscribers.addressees
    return lambda ids: without_arrived(batch, app.subscribers.addressees(ids), app)


def _slots(messages: Sequence[Slotted], app: Container, *, awaited: bool) -> list[float | None]:
    # Asked first, since the answer may take half a second: by then the first slots would be over.
    rate = app.mailer.max_send_rate(guess=True)
    return reserve_slots(messages, app, awaited=awaited, rate=rate, now=app.now().timestamp())


def _wait(slot: float, app: Container) -> None:
    seconds = slot - app.now().timestamp()
    if seconds > 0:
        app.sleep(seconds)
