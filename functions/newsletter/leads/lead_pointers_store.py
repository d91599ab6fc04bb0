"""Pointers from subscribers to their leads, so that erasure and "my data" find leads without knowing the offers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import pages, to_item
from newsletter.platform.times import iso
from newsletter.readers.profiles.records_store import LEAD, ReaderRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LeadPointers:
    """One item per lead under the subscriber's id, in the Subscribers table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._records = ReaderRecords(client, table)

    def add(self, subscriber: str, lead: str, offer: str, at: datetime) -> bool:
        """Add a pointer, before its lead is written; False when the subscriber was erased and must have no lead."""
        self._records.add({"id": subscriber, "record": f"{LEAD}{lead}", "offer": offer, "at": iso(at)})
        return not self._records.erased(subscriber)

    def of(self, subscriber: str) -> list[str]:
        """The ids of the subscriber's leads."""
        found = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND begins_with(#record, :lead)",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":lead": LEAD}),
            ConsistentRead=True,
        )
        return [item["record"].removeprefix(LEAD) for item in found]
