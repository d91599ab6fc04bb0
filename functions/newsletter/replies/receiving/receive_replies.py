"""Takes received mails from their queue: somebody leaves, or answers; everything else is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsletter.platform.errors import NotFound
from newsletter.platform.observability import count, logger
from newsletter.readers.manage.find import masked
from newsletter.replies.addresses import LeaveBy, ReplyAddresses, ReplyTo
from newsletter.replies.leave_by_mail import leave_by_mail
from newsletter.replies.receiving.received_mail import ReceivedMail, read_notification
from newsletter.replies.reply import Reply, ReplyOutcome
from newsletter.replies.take_reply import take_reply

if TYPE_CHECKING:
    from newsletter.container import Container


def receive_replies(bodies: Sequence[str], app: Container) -> list[Exception | None]:
    """Handle the mails of these notifications; the error of each or None, in their order."""
    faults: list[Exception | None] = []
    for body in bodies:
        try:
            received = read_notification(body)
            if received is not None:
                _receive(received, app)
            faults.append(None)
        except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
            faults.append(fault)
    return faults


def _receive(received: ReceivedMail, app: Container) -> None:
    """Handle a mail once; what fails is tried again as a whole, and everything in it may be repeated.

    Raises NotFound while the publication receives no answers: its mails wait until it does again.
    """
    addresses = app.reply_addresses
    if addresses is None:
        raise NotFound("the table [replies] of publication.toml, without which no answers are received")
    if not app.handled_replies.begin(received.id, app.now()):
        return
    try:
        reply = _handled(received, addresses, app)
        app.replies.put(reply)
    except BaseException:
        app.handled_replies.give_back(received.id)
        raise
    app.handled_replies.end(received.id)
    logger().info("mail received", extra=_ids(reply) | {"outcome": reply.outcome, "reasons": list(reply.reasons)})
    count(f"Replies{reply.outcome.title()}")


def _handled(received: ReceivedMail, addresses: ReplyAddresses, app: Container) -> Reply:
    named = [addresses.read(each) for each in received.recipients]
    sender = masked(received.source)
    reply = Reply(received.id, received.at, received.key, ReplyOutcome.FORGED, sender=sender)
    for leave in dict.fromkeys(each for each in named if isinstance(each, LeaveBy)):
        reply = leave_by_mail(leave, reply, app)
    answered = next((each for each in named if isinstance(each, ReplyTo)), None)
    return take_reply(received, answered, reply, app) if answered else reply


def _ids(reply: Reply) -> dict[str, str]:
    """Whom a log line is about."""
    ids = {"subscriber": reply.subscriber, "mailing": reply.mailing, "batch": reply.batch, "reply": reply.id}
    return {name: value for name, value in ids.items() if value}
