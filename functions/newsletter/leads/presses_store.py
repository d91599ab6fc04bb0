"""How often a reader's press on an offer becomes a message: once in a while, however often the button is pressed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import conditional, to_item
from newsletter.platform.errors import LimitReached

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW = timedelta(minutes=10)
"""Presses of one reader on one offer within it are one."""
TRIES = 5
"""How many messages may be tried in a window while none is known to be queued: presses at the very same moment."""


class Presses:
    """Counters in the Guards table; all of them expire."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def begin(self, subscriber: str, offer: str, now: datetime) -> bool:
        """Whether a message is to be queued; False when this window's is already. Call `queued` after it.

        Raises LimitReached when it was tried too often and is not known to be queued.
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
                {":one": 1, ":most": TRIES, ":expires": int((now + 2 * WINDOW).timestamp())}
            ),
        )
        if not written.took_place and "queued" not in written.item:
            raise LimitReached("presses on one offer")
        return written.took_place

    def queued(self, subscriber: str, offer: str, now: datetime) -> None:
        """The message of this window is in the queue, from which it cannot be lost."""
        self._client.update_item(
            TableName=self._table,
            Key=to_item(_key(subscriber, offer, now)),
            UpdateExpression="SET queued = :queued",
            ExpressionAttributeValues=to_item({":queued": True}),
        )


def _key(subscriber: str, offer: str, now: datetime) -> dict[str, str]:
    window = int(now.timestamp() // WINDOW.total_seconds())
    return {"key": f"press#{subscriber}#{offer}#{window}"}
