"""Reserves slots of the rate limiter for messages about to be sent; those with a late slot go back to their queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from newsletter.platform.messages import ConfirmSignUp, SendBatch, SendNotice
from newsletter.platform.rate_limit import BULK, HORIZON, TRANSACTIONAL, Pace, bulk_pace, transactional_pace

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_SLEEP = 5.0
"""Seconds that a sender sleeps for a slot. With a later one the message goes back to the queue: sleep is billed."""
SLOT_TOLERANCE = 0.05
"""Seconds by which a slot may be missed. A sender that is later reserves a new one, since late calls together with
those on time could exceed the rate."""
LATE = 0.1
"""Seconds after its slot at which a call to SES may still be made. Nine tenths of the account's rate are for mailings:
where all calls of a second are late by up to so much, no second has more than the account's rate."""
STALE = 2.0
"""Seconds after which a batch that waited for another slot looks at its mailing and its readers once more."""
MAX_LATE = 20.0
"""Seconds after its first slot for which a batch that missed it may look for another, and no longer: it is claimed, and
the function has 60 seconds for all of it."""
RETRY_WHEN_FULL = HORIZON - 5
"""Seconds until the next try when no slot is free within the horizon."""

RateLimited = SendBatch | ConfirmSignUp | SendNotice
"""A message that needs a slot of the rate limiter, and can carry it while it waits in the queue."""


def reserve_slots(
    messages: Sequence[RateLimited], app: Container, *, transactional: bool, rate: float, now: float
) -> list[float | None]:
    """When each message may be sent (Unix seconds), by one reservation for all; None for those that went back.

    A message that waited for its slot carries it. Transactional mail has a rate limit, and a queue, of its own.
    `rate` is the account's, in recipients a second; `now` is in Unix seconds.
    """
    pace = _pace(rate, transactional=transactional)
    slots: list[float | None] = [message.slot if message.slot >= now - SLOT_TOLERANCE else None for message in messages]
    missing = [number for number, slot in enumerate(slots) if slot is None]
    if missing:
        lengths = [pace.length(len(getattr(messages[number], "recipients", "1"))) for number in missing]
        begin = app.rate_limiter.reserve(TRANSACTIONAL if transactional else BULK, sum(lengths), now)
        if begin is not None:
            for number, offset in zip(missing, accumulate(lengths, initial=0.0), strict=False):
                slots[number] = begin + offset
    far = [number for number, slot in enumerate(slots) if slot is None or slot > now + MAX_SLEEP]
    app.queues.send_later(
        app.queues.transactional if transactional else app.queues.batch,
        [
            (messages[number], RETRY_WHEN_FULL) if slot is None else (replace(messages[number], slot=slot), slot - now)
            for number in far
            for slot in (slots[number],)
        ],
    )
    for number in far:
        slots[number] = None
    return slots


def another_slot(recipients: int, app: Container, *, transactional: bool) -> float | None:
    """A slot in place of one that has passed, for a batch that is claimed: it begins within MAX_SLEEP, or is None."""
    pace = _pace(app.mailer.max_send_rate(guess=True), transactional=transactional)
    limit, now = TRANSACTIONAL if transactional else BULK, app.now().timestamp()
    return app.rate_limiter.reserve(limit, pace.length(recipients), now, MAX_SLEEP)


def sleep_until(slot: float, app: Container) -> None:
    """Sleep until the slot (Unix seconds) has come."""
    seconds = slot - app.now().timestamp()
    if seconds > 0:
        app.sleep(seconds)


def _pace(rate: float, *, transactional: bool) -> Pace:
    return transactional_pace(rate) if transactional else bulk_pace(rate)
