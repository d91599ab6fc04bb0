"""Reading and writing whole items as plain values, for the stores on a table with the key `pk` and `sk`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import GET_LIMIT, batch_get, from_item, holds, pages, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LONGEST_PK, LONGEST_SK = 2048, 1024
"""Bytes of the parts of a key in DynamoDB."""


class TableStore:
    """Base of those stores. Reads are consistent, except for `_last`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def _get(self, pk: str, sk: str) -> dict[str, Any] | None:
        """The item, or None. DynamoDB refuses a key that is longer than one can be: that is no item either, since such
        a key comes out of an address that somebody made up.
        """
        if len(pk.encode()) > LONGEST_PK or len(sk.encode()) > LONGEST_SK:
            return None
        answer = self._client.get_item(TableName=self._table, Key=to_item({"pk": pk, "sk": sk}), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def _many(self, keys: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
        """The items of those keys, in no order; keys without an item are left out."""
        wanted = [to_item({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
        for start in range(0, len(wanted), GET_LIMIT):
            yield from batch_get(self._client, self._table, wanted[start : start + GET_LIMIT])

    def _partition(self, pk: str) -> Iterator[dict[str, Any]]:
        """Every item of a partition, in the order of `sk`."""
        return pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": pk}),
            ConsistentRead=True,
        )

    def _last(self, pk: str, limit: int, before: str = "") -> list[dict[str, Any]]:
        """At most `limit` items of a partition, the last `sk` first; with `before`, those with a smaller `sk`."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk < :before" if before else "pk = :pk",
            ExpressionAttributeValues=to_item({":pk": pk} | ({":before": before} if before else {})),
            ScanIndexForward=False,
            Limit=limit,
        )
        return [from_item(item) for item in answer["Items"]]

    def _put(self, pk: str, sk: str, values: dict[str, Any]) -> None:
        self._client.put_item(TableName=self._table, Item=to_item({"pk": pk, "sk": sk, **values}))

    def _put_new(self, pk: str, sk: str, values: dict[str, Any]) -> bool:
        """Write the item unless there is one with this key; False when there is."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({"pk": pk, "sk": sk, **values}),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def _put_if(
        self, condition: str, values: dict[str, Any], item: dict[str, Any], *, repeatable: bool = False
    ) -> bool:
        """Write the item if the condition holds; False when not. `repeatable` as in items.conditional."""
        return holds(
            self._client,
            "put_item",
            repeatable=repeatable,
            TableName=self._table,
            Item=to_item(item),
            ConditionExpression=condition,
            ExpressionAttributeValues=to_item(values),
        )
