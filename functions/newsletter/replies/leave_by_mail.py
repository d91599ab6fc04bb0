"""Somebody leaves by a mail to their own address of the header List-Unsubscribe (RFC 2369, 3.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.platform.links.links import LinkClaims
from newsletter.platform.shards import shard_of
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.unsubscribe import unsubscribe
from newsletter.replies.addresses import LeaveBy
from newsletter.replies.reply import Reply, ReplyOutcome

if TYPE_CHECKING:
    from newsletter.container import Container


def leave_by_mail(leave: LeaveBy, reply: Reply, app: Container) -> Reply:
    """End the subscription, whatever the mail says and whoever sent it: the address is the reader's own secret.

    No mail answers it: two programs would write to each other. Repeating it changes nothing.
    """
    reader = current_subscriber(leave.subscriber, app)
    mailing = app.mailing_codes.find(leave.code)
    place = _place(leave.subscriber, mailing, app)
    unsubscribe(place._replace(subscriber=reader.id), "mail", app.now(), app)
    return replace(
        reply,
        outcome=ReplyOutcome.LEFT,
        subscriber=reader.id,
        mailing=mailing,
        batch=place.batch,
        position=place.position if place.batch else None,
        left=True,
    )


def _place(subscriber: str, mailing: str, app: Container) -> LinkClaims:
    """Where the subscriber is in the ledger of the mailing, for its report; nowhere if that is not to be found."""
    shard = shard_of(subscriber)
    for record in app.deliveries.records(mailing, shard) if mailing else ():
        if subscriber in record.batch.recipients:
            position = record.batch.recipients.index(subscriber)
            return LinkClaims(subscriber, mailing, record.batch.id, position)
    return LinkClaims(subscriber, mailing)
