"""Batches and confirmations become mail."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.domain.messages import ConfirmSignUp, MalformedMessage, Message, Notify, SendBatch, SettleDoubt
from newsletter.events import all_messages
from newsletter.observability import observed, waited
from newsletter.usecases.notify import notify
from newsletter.usecases.send_batches import send_batches
from newsletter.usecases.send_confirmation import send_confirmation
from newsletter.usecases.settle_doubt import settle_doubt


@observed("sender")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send the messages of the batch queue or the transactional queue."""
    return all_messages(event, _send)


def _send(messages: list[Message]) -> list[Exception | None]:
    """The batches together, since they share a reservation; the others one by one."""
    faults = [None if isinstance(message, SendBatch) else _send_one(message) for message in messages]
    batches = {number: message for number, message in enumerate(messages) if isinstance(message, SendBatch)}
    for number, fault in zip(batches, send_batches(list(batches.values()), app), strict=True):
        faults[number] = fault
    return faults


def _send_one(message: Message) -> Exception | None:
    if isinstance(message, ConfirmSignUp | Notify) and message.awaited and message.since:
        waited("TransactionalWaitSeconds", app.now().timestamp() - message.since)
    try:
        match message:
            case ConfirmSignUp():
                send_confirmation(message, app)
            case SettleDoubt():
                settle_doubt(message, app)
            case Notify():
                notify(message, app)
            case _:
                return MalformedMessage(f"{message.type} does not belong on a queue of the sender")
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        return fault
    return None
