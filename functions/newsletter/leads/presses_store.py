"""Deduplicates presses on an offer's button: a double click, or a form that is sent again, is one queue message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import conditional, to_item
from newsletter.platform.errors import LimitReached

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW = timedelta(minutes=10)
"""How long a page that was pressed is remembered. Windows are fixed: they start at multiples of ten minutes."""
MAX_TRIES = 10
"""How many messages may be queued in a window for a subscriber and offer: of several pages (a scanner that presses must
not keep the person behind it out), of concurrent presses, or after failures."""


class Presses:
    """One expiring item per subscriber, offer and window, in the Guards table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, subscriber: str, offer: str, page: str, now: datetime) -> bool:
        """Whether the caller shall queue a message, and then call `mark_queued`; False if this page has one already.

        `page` stands for the page whose button was pressed. Raises LimitReached after MAX_TRIES in one window.
        """
        key = _key(subscriber, offer, now)
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item(key),
            UpdateExpression="ADD tries :one SET expires = :expires",
            ConditionExpression="(attribute_not_exists(queued) OR NOT contains(queued, :page))"
            " AND (attribute_not_exists(tries) OR tries < :most)",
            ExpressionAttributeValues=to_item(
                {":one": 1, ":page": page, ":most": MAX_TRIES, ":expires": int((now + 2 * WINDOW).timestamp())}
            ),
        )
        if written.took_place:
            return True
        if page in written.item.get("queued", {}).get("SS", ()):
            return False
        raise LimitReached("presses on one offer")

    def mark_queued(self, subscriber: str, offer: str, page: str, now: datetime) -> None:
        """Note that the message of this page is in the queue, so that it cannot be lost any more."""
        self._client.update_item(
            TableName=self._table,
            Key=to_item(_key(subscriber, offer, now)),
            UpdateExpression="ADD queued :page",
            ExpressionAttributeValues=to_item({":page": {page}}),
        )


def _key(subscriber: str, offer: str, now: datetime) -> dict[str, str]:
    window = int(now.timestamp() // WINDOW.total_seconds())
    return {"key": f"press#{subscriber}#{offer}#{window}"}
