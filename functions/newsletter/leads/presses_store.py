"""Deduplicates presses on an offer's button: within WINDOW a subscriber and offer get one queue message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import conditional, to_item
from newsletter.platform.errors import LimitReached

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW = timedelta(minutes=10)
"""Further presses within it add nothing. Windows are fixed: they start at multiples of ten minutes."""
MAX_TRIES = 5
"""How many messages may be queued in a window while none is known to have arrived: concurrent presses, or failures."""


class Presses:
    """One expiring item per subscriber, offer and window, in the Guards table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, subscriber: str, offer: str, now: datetime) -> bool:
        """Whether the caller shall queue a message, and then call `mark_queued`; False if this window has one already.

        Raises LimitReached after MAX_TRIES in one window, none of which was marked as queued.
        """
        key = _key(subscriber, offer, now)
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item(key),
            UpdateExpression="ADD tries :one SET expires = :expires",
            ConditionExpression="attribute_not_exists(queued) AND (attribute_not_exists(tries) OR tries < :most)",
            ExpressionAttributeValues=to_item(
                {":one": 1, ":most": MAX_TRIES, ":expires": int((now + 2 * WINDOW).timestamp())}
            ),
        )
        if not written.took_place and "queued" not in written.item:
            raise LimitReached("presses on one offer")
        return written.took_place

    def mark_queued(self, subscriber: str, offer: str, now: datetime) -> None:
        """Note that the message of this window is in the queue, so that it cannot be lost any more."""
        self._client.update_item(
            TableName=self._table,
            Key=to_item(_key(subscriber, offer, now)),
            UpdateExpression="SET queued = :queued",
            ExpressionAttributeValues=to_item({":queued": True}),
        )


def _key(subscriber: str, offer: str, now: datetime) -> dict[str, str]:
    window = int(now.timestamp() // WINDOW.total_seconds())
    return {"key": f"press#{subscriber}#{offer}#{window}"}
