"""Ids of the CRM's webhooks that were handled, so that each is handled once."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFE = timedelta(days=7)
"""For longer than anybody tries again; older ones are refused by their age anyway."""


class Hooks:
    """One expiring item per id, in the Guards table. An id is marked once all that it asked for is done.

    So a webhook whose handling failed is handled when it comes again; two at the same moment may both be, and what they
    set off can be repeated.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def handled(self, webhook: str) -> bool:
        """Whether the webhook of that id was handled."""
        answer = self._client.get_item(TableName=self._table, Key=_key(webhook), ConsistentRead=True)
        return "Item" in answer

    def mark(self, webhook: str, now: datetime) -> None:
        """Remember that it was handled."""
        self._client.put_item(
            TableName=self._table, Item={**_key(webhook), **to_item({"expires": int((now + LIFE).timestamp())})}
        )


def _key(webhook: str) -> dict[str, Any]:
    return to_item({"key": f"hook#{sha256(webhook.encode()).hexdigest()}"})
