"""Which active readers confirmed when, and by which form or import, from the index for planning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import pages, to_item
from newsletter.platform.text import cut
from newsletter.platform.times import iso
from newsletter.readers.profiles.movements_store import MAX_ORIGIN

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class ConfirmedDays:
    """Reads `confirmed_at` and `joined_by` alone, so that planning is no slower for rules that do not ask for it."""

    def __init__(self, client: DynamoDBClient, table: str, index: str) -> None:
        self._client = client
        self._table = table
        self._index = index

    def between(self, shard: str, start: datetime | None, end: datetime | None) -> Iterator[str]:
        """Ids of the active readers of the shard who confirmed at `start` or later, and before `end`."""
        held = {":start": iso(start or ALWAYS[0]), ":end": iso(end or ALWAYS[1])}
        return self._those(shard, "confirmed_at >= :start AND confirmed_at < :end", held)

    def by(self, shard: str, doors: tuple[str, ...]) -> Iterator[str]:
        """Ids of those who came by one of at most 100 forms and imports (AWS: operands of IN)."""
        held = {f":door{number}": cut(each, MAX_ORIGIN) for number, each in enumerate(doors)}
        return self._those(shard, f"joined_by IN ({', '.join(held)})", held)

    def _those(self, shard: str, condition: str, held: Mapping[str, str]) -> Iterator[str]:
        found = pages(
            self._client,
            TableName=self._table,
            IndexName=self._index,
            KeyConditionExpression="mailable = :shard",
            FilterExpression=condition,
            ProjectionExpression="id",
            ExpressionAttributeValues=to_item({":shard": shard, **held}),
        )
        for item in found:
            yield item["id"]
