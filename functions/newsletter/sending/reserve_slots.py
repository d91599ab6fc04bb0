"""Slots of the rate lane for batches that are about to be sent; those whose slot is far ahead go back to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from newsletter.platform.messages import ConfirmSignUp, SendBatch, SendNotice
from newsletter.platform.rate_limit import AWAITED, BULK, HORIZON, awaited_pace, bulk_pace

if TYPE_CHECKING:
    from newsletter.container import Container

PATIENCE = 5.0
"""Seconds a sender sleeps for a slot; a slot further ahead sends the message back instead of sleeping on the bill."""
LATE = 0.05
"""Seconds by which a slot may be missed. A later sender takes a new one: late ones at once with those on time would be
too many for a second."""
AFTER_HORIZON = HORIZON - 5
"""When to come back to a lane that is full as far as slots are given."""

Slotted = SendBatch | ConfirmSignUp | SendNotice
"""A message that can wait for its slot in the rate lane."""


def reserve_slots(
    messages: Sequence[Slotted], app: Container, *, awaited: bool, rate: float, now: float
) -> list[float | None]:
    """When each batch may be sent (Unix seconds), by one reservation for all; None for what went back to its queue.

    A message that waited for its slot brings it along. `awaited` mail has a lane, and a queue, of its own. `rate` is
    the account's, in recipients a second.
    """
    pace = awaited_pace(rate) if awaited else bulk_pace(rate)
    slots: list[float | None] = [message.slot if message.slot >= now - LATE else None for message in messages]
    missing = [number for number, slot in enumerate(slots) if slot is None]
    if missing:
        lengths = [pace.length(len(getattr(messages[number], "recipients", "1"))) for number in missing]
        begin = app.rate_limiter.reserve(AWAITED if awaited else BULK, sum(lengths), now)
        if begin is not None:
            for number, offset in zip(missing, accumulate(lengths, initial=0.0), strict=False):
                slots[number] = begin + offset
    far = [number for number, slot in enumerate(slots) if slot is None or slot > now + PATIENCE]
    app.queues.send_later(
        app.queues.transactional if awaited else app.queues.batch,
        [
            (messages[number], AFTER_HORIZON) if slot is None else (replace(messages[number], slot=slot), slot - now)
            for number in far
            for slot in (slots[number],)
        ],
    )
    for number in far:
        slots[number] = None
    return slots
