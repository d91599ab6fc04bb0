"""Batches and confirmations become mail."""

from __future__ import annotations

from typing import Any

from newsletter import wiring
from newsletter.domain.messages import ConfirmSignUp, MalformedMessage, Message, Notify, SendBatch
from newsletter.events import each_message
from newsletter.observability import observed
from newsletter.usecases.notify import notify
from newsletter.usecases.send_batch import send_batch
from newsletter.usecases.send_confirmation import send_confirmation


@observed("sender")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send each message of the batch queue or the transactional queue."""
    return each_message(event, context, _send)


def _send(message: Message) -> None:
    match message:
        case SendBatch():
            send_batch(message, wiring.sending())
        case ConfirmSignUp():
            send_confirmation(message, wiring.sending(), wiring.variants())
        case Notify():
            notify(message, wiring.sending(), wiring.variants())
        case _:
            raise MalformedMessage(f"{message.type} does not belong on a queue of the sender")
