"""SES events of unknown types, kept in the Deliveries table until a person looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.mailings.planning.ledger_keys import LIFE
from newsletter.platform.aws.items import pages, to_item
from newsletter.platform.times import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION = "aside"
"""Partition of unknown events; no mailing has this id."""


@dataclass(frozen=True)
class UnknownEvent:
    """An unknown event without addresses (JSON), and when it first came."""

    at: str
    content: str


class UnknownEvents:
    """One item per event, however often it is delivered."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, content: str, now: datetime) -> None:
        """Store an event; it is kept for LIFE after it last came."""
        self._client.update_item(
            TableName=self._table,
            Key=to_item({"mailing": PARTITION, "part": sha256(content.encode()).hexdigest()[:32]}),
            UpdateExpression="SET came_at = if_not_exists(came_at, :at), content = :content, expires = :expires",
            ExpressionAttributeValues=to_item(
                {":at": iso(now), ":content": content, ":expires": int((now + LIFE).timestamp())}
            ),
        )

    def all(self) -> Iterator[UnknownEvent]:
        """Every unknown event, in no order."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :aside",
            ExpressionAttributeValues=to_item({":aside": PARTITION}),
        ):
            yield UnknownEvent(item["came_at"], item["content"])
