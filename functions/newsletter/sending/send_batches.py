"""Send the batches of a queue delivery concurrently, each in its own slot of the rate limiter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws.throttling import is_throttled
from newsletter.platform.errors import NotFound, NotSentYet, SendingStopped
from newsletter.platform.messages import ConfirmSignUp, SendBatch, SendNotice
from newsletter.platform.observability import count, waited
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.reserve_slots import RateLimited, reserve_slots, sleep_until
from newsletter.sending.send_batch import BreakerOpen, LookUp, send_batch
from newsletter.sending.sending_stopped import (
    AUTOMATED_RETRY,
    handle_sending_stopped,
    requeue,
    requeue_if_sending,
)
from newsletter.sending.settle_doubt import without_already_sent
from newsletter.sending.warm_up.count_mails import DayIsFull, wait_for_next_day

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_TRIES = 10
"""How often a batch is queued again for recipients that SES did not take, or because AWS throttles. After that the
queue's own retries count, and then it goes to the dead-letter queue."""
FIRST_RETRY_DELAY = 5
"""Seconds before the second try; the delay doubles with each further one."""


MAX_CONCURRENT = 10
"""Batches that one container sends at once at most: all that Lambda hands it, so that none misses its slot while SES
answers those before it (six were too few in `make simulate`)."""


def send_batches(messages: Sequence[SendBatch], app: Container) -> list[Exception | None]:
    """Send batches of planned mailings and sequence steps; the error of each or None, in their order.

    Messages of a mailing that is not being sent any more are dropped: resuming it queues what is left. Of several
    messages for one batch, which resuming and repeated planning cause, only the first is used: at the same time the
    others would only raise BatchBusy.
    """
    mailings = {name: app.mailings.get(name) for name in {message.mailing for message in messages}}
    stopped = {name for name, mailing in mailings.items() if mailing and not mailing.status.state.is_sending}
    going = [message for message in messages if message.mailing not in stopped]
    count("BatchesLeftUnsent", len(messages) - len(going))
    batches: dict[tuple[str, str], SendBatch] = {}
    for message in going:
        batches.setdefault((message.mailing, message.batch), message)
    said = dict(zip(batches, _send_concurrently(list(batches.values()), mailings, app), strict=True))
    return [said.get((message.mailing, message.batch)) for message in messages]


def _send_concurrently(
    messages: Sequence[SendBatch], mailings: Mapping[str, Mailing | None], app: Container
) -> list[Exception | None]:
    """Send each message in its slot, all of which are reserved together; the error of each or None.

    A thread is started when a slot comes, so that there are only as many as calls to SES are open: ten that started at
    once competed for the CPU, and took twice as much of it (measured).
    """
    if not messages:
        return []
    slots = _reserve(messages, app, transactional=False)

    def send(place: tuple[float, int]) -> Exception | None:
        slot, number = place
        message = messages[number]
        try:
            mailing = mailings[message.mailing]
            if mailing is None:
                raise NotFound(f"mailing {message.mailing}")  # noqa: TRY301 (one fault among those of a batch)
            _send(message, mailing, slot, app)
        except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
            return fault
        return None

    faults: list[Exception | None] = [None] * len(messages)
    due = sorted((slot, number) for number, slot in enumerate(slots) if slot is not None)
    with ThreadPoolExecutor(max_workers=MAX_CONCURRENT) as executor:
        for (_, number), fault in zip(due, executor.map(send, _when_due(due, app)), strict=True):
            faults[number] = fault
    return faults


def _when_due(due: Iterable[tuple[float, int]], app: Container) -> Iterator[tuple[float, int]]:
    """Yield each (slot, number) when its slot has come."""
    for slot, number in due:
        sleep_until(slot, app)
        yield slot, number


def send_to_one(
    message: ConfirmSignUp | SendNotice, batch: Batch, mailing: Mailing, recipient: RecipientProfile, app: Container
) -> bool:
    """Send a batch of one recipient, who is given; False when the message went back to the queue instead.

    Raises BatchBusy, and NotSentYet when SES did not take the mail: then the queue delivers the message again.
    """
    (slot,) = _reserve([message], app, transactional=mailing.kind.transactional)
    if slot is None:
        report_wait(message, app)
        return False
    sleep_until(slot, app)
    try:
        again = send_batch(batch, mailing, app, lambda _: {batch.recipients[0]: recipient}, slot)
    except SendingStopped as stop:
        handle_sending_stopped(message, mailing, stop, app)
        return False
    except BreakerOpen:
        requeue(message, app, AUTOMATED_RETRY)
        return False
    if again:
        raise NotSentYet(f"{batch.mailing}/{batch.id}")
    return True


def report_wait(message: ConfirmSignUp | SendNotice, app: Container) -> None:
    """Say for how long a reader has waited for a mail that was tried in vain.

    Not while SES takes no mail at all: that has an alarm of its own.
    """
    if message.transactional and message.since:
        waited("TransactionalWaitSeconds", app.now().timestamp() - message.since)


def _send(message: SendBatch, mailing: Mailing, slot: float, app: Container) -> None:
    batch = Batch(message.mailing, message.batch, message.variant, message.recipients)
    try:
        again = send_batch(batch, mailing, app, _look_up(batch, app), slot)
    except SendingStopped as stop:
        handle_sending_stopped(message, mailing, stop, app)
        return
    except BreakerOpen:
        requeue(message, app, AUTOMATED_RETRY)
        return
    except DayIsFull as full:
        if not wait_for_next_day(mailing, full.day, app):
            requeue_if_sending(message, mailing, app)
        return
    except Exception as error:
        if not is_throttled(error) or message.tries >= MAX_TRIES:
            raise
        again = len(batch.recipients)
    if again and message.tries < MAX_TRIES:
        later = replace(message, slot=0.0, tries=message.tries + 1)
        app.queues.send(app.queues.batch, later, delay=FIRST_RETRY_DELAY * 2**message.tries)
    elif again:
        raise NotSentYet(f"{batch.mailing}/{batch.id}: {again} to try again")


def _look_up(batch: Batch, app: Container) -> LookUp:
    if not batch.original_id:
        return app.subscribers.addressees
    return lambda ids: without_already_sent(batch, app.subscribers.addressees(ids), app)


def _reserve(messages: Sequence[RateLimited], app: Container, *, transactional: bool) -> list[float | None]:
    # Before the reservation, since the answer may take half a second: the first slots would be missed.
    rate = app.mailer.max_send_rate(guess=True)
    return reserve_slots(messages, app, transactional=transactional, rate=rate, now=app.now().timestamp())
