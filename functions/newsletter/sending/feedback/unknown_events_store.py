"""What came and nobody knew what to do with, kept in the Deliveries table until a person looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import pages, to_item
from newsletter.platform.times import iso
from newsletter.sending.deliveries_store import LIFE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ASIDE = "aside"
"""Partition of what was put aside; no mailing is named so."""


@dataclass(frozen=True)
class PutAside:
    """Something put aside: when it came first, and what it was."""

    at: str
    content: str


class UnknownEvents:
    """One item for each thing, however often it comes."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, content: str, now: datetime) -> None:
        """Keep it."""
        self._client.update_item(
            TableName=self._table,
            Key=to_item({"mailing": ASIDE, "part": sha256(content.encode()).hexdigest()[:32]}),
            UpdateExpression="SET came_at = if_not_exists(came_at, :at), content = :content, expires = :expires",
            ExpressionAttributeValues=to_item(
                {":at": iso(now), ":content": content, ":expires": int((now + LIFE).timestamp())}
            ),
        )

    def everything(self) -> Iterator[PutAside]:
        """All that was put aside, in no order."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :aside",
            ExpressionAttributeValues=to_item({":aside": ASIDE}),
        ):
            yield PutAside(item["came_at"], item["content"])
