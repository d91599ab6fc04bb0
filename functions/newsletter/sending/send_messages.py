"""Handles the messages of the sender's queues: batches, confirmations, notices, test mails and doubt to settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.platform.messages import (
    ConfirmSignUp,
    MalformedMessage,
    Message,
    SendBatch,
    SendNotice,
    SendTestMail,
    SettleDoubt,
)
from newsletter.sending.send_batches import report_wait, send_batches
from newsletter.sending.send_confirmation import send_confirmation
from newsletter.sending.send_notice import send_notice
from newsletter.sending.ses.send_test_mail import send_test_mail
from newsletter.sending.settle_doubt import settle_doubt

if TYPE_CHECKING:
    from newsletter.container import Container


def send_messages(messages: list[Message], app: Container) -> list[Exception | None]:
    """The error of each message or None, in their order.

    Batches are sent together, since they share a reservation of slots; other messages one by one.
    """
    faults = [None if isinstance(message, SendBatch) else _send_one(message, app) for message in messages]
    batches = {number: message for number, message in enumerate(messages) if isinstance(message, SendBatch)}
    for number, fault in zip(batches, send_batches(list(batches.values()), app), strict=True):
        faults[number] = fault
    return faults


def _send_one(message: Message, app: Container) -> Exception | None:
    try:
        match message:
            case ConfirmSignUp():
                send_confirmation(message, app)
            case SettleDoubt():
                settle_doubt(message, app)
            case SendNotice():
                send_notice(message, app)
            case SendTestMail():
                send_test_mail(message, app)
            case _:
                return MalformedMessage(f"{message.type} does not belong on a queue of the sender")
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        if isinstance(message, ConfirmSignUp | SendNotice):
            report_wait(message, app)
        return fault
    return None
