"""Where each shard of a mailing has batches that are not on the queue yet: they wait in their manifests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item, holds, pages, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BACKLOG = "backlog"
"""Partition of the Content table with one line per shard that waits."""


@dataclass(frozen=True)
class Place:
    """The first batch of a shard that is not on the queue: `number` counts from 0 within its page."""

    page: int
    number: int


class Backlog:
    """A shard is put on the queue from its first page to its last, so one place says all.

    A place that lies too far back makes batches come twice, which the ledger bears; it never lies too far ahead.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def place(self, mailing: str, shard: str) -> Place | None:
        """Where the shard waits; None when all that is planned of it was put on the queue."""
        answer = self._client.get_item(TableName=self._table, Key=_key(mailing, shard), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        return Place(item["page"], item["number"])

    def leave(self, mailing: str, shard: str, place: Place) -> bool:
        """Let the shard wait from there on; False when it waits already, from an earlier place."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=_item(mailing, shard, place),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def move(self, mailing: str, shard: str, place: Place) -> None:
        """Let the shard wait from there on, wherever it waited before."""
        self._client.put_item(TableName=self._table, Item=_item(mailing, shard, place))

    def clear(self, mailing: str, shard: str) -> None:
        """Nothing of the shard waits any more; doing it twice is harmless."""
        self._client.delete_item(TableName=self._table, Key=_key(mailing, shard))

    def waiting(self) -> Iterator[tuple[str, str]]:
        """Mailing and shard of all that waits."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": BACKLOG}),
            ConsistentRead=True,
        ):
            mailing, _, shard = item["sk"].rpartition("#")
            yield mailing, shard


def _key(mailing: str, shard: str) -> dict[str, Any]:
    return to_item({"pk": BACKLOG, "sk": f"{mailing}#{shard}"})


def _item(mailing: str, shard: str, place: Place) -> dict[str, Any]:
    return _key(mailing, shard) | to_item({"page": place.page, "number": place.number})
