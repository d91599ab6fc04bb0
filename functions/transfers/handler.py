"""Transfers: carries imports and exports of readers on, a step for each message."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.platform.events import each_message
from newsletter.platform.messages import CarryOnTransfer, MalformedMessage, Message
from newsletter.platform.observability import observed
from newsletter.readers.transfers.carry_on import carry_on


@observed("transfers")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Act on each message of the transfer queue."""
    return each_message(event, context, _act, app)


def _act(message: Message) -> None:
    match message:
        case CarryOnTransfer(transfer):
            carry_on(transfer, app)
        case _:
            raise MalformedMessage(f"{message.type} does not belong on the transfer queue")
