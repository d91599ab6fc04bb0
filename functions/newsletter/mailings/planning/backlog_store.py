"""The backlog: from where on the batches of each shard are not on the queue yet. They wait in their manifests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item, holds, pages, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BACKLOG = "backlog"
"""Partition of the Content table with one item per shard that has batches in the backlog."""


@dataclass(frozen=True)
class BacklogPosition:
    """The first batch of a shard that is not on the queue; `number` counts the batches of a page from 0.

    `rest`: from there on no reader is engaged, so it waits until those of every shard were queued (`Manifest.first`).
    """

    page: int
    number: int
    rest: bool = False


class Backlog:
    """One position per shard, since a shard is put on the queue in order, from its first page to its last.

    A position may be too early: then batches are queued twice, and the ledger sends them once. It is never too late.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def position(self, mailing: str, shard: str) -> BacklogPosition | None:
        """From where on the shard waits; None when all its planned batches were put on the queue."""
        answer = self._client.get_item(TableName=self._table, Key=_key(mailing, shard), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        return BacklogPosition(item["page"], item["number"], item.get("rest", False))

    def begin(self, mailing: str, shard: str, position: BacklogPosition) -> bool:
        """Let the shard wait from that position on; False when it waits already, from an earlier one."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=_item(mailing, shard, position),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def set(self, mailing: str, shard: str, position: BacklogPosition) -> None:
        """Let the shard wait from that position on, whatever it was before."""
        self._client.put_item(TableName=self._table, Item=_item(mailing, shard, position))

    def clear(self, mailing: str, shard: str) -> None:
        """Take the shard out of the backlog; doing it twice is harmless."""
        self._client.delete_item(TableName=self._table, Key=_key(mailing, shard))

    def shards(self) -> Iterator[tuple[str, str]]:
        """Mailing and shard of every entry."""
        for mailing, shard, _ in self.waiting():
            yield mailing, shard

    def waiting(self) -> Iterator[tuple[str, str, bool]]:
        """Mailing and shard of every entry, and whether no reader is engaged from there on."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": BACKLOG}),
            ConsistentRead=True,
        ):
            mailing, _, shard = item["sk"].rpartition("#")
            yield mailing, shard, item.get("rest", False)


def _key(mailing: str, shard: str) -> dict[str, Any]:
    return to_item({"pk": BACKLOG, "sk": f"{mailing}#{shard}"})


def _item(mailing: str, shard: str, position: BacklogPosition) -> dict[str, Any]:
    return _key(mailing, shard) | to_item(
        {"page": position.page, "number": position.number} | ({"rest": True} if position.rest else {})
    )
