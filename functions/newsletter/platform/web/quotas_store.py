"""How often something may be done in a window of time: counters in the Guards table, each with its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import conditional, from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOUR = timedelta(hours=1)
MOST_SPENT = 1_000


class Quotas:
    """Windows begin at whole multiples of their length, so that every process counts in the same one."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._spent: set[str] = set()

    def take(self, what: str, now: datetime, most: int, window: timedelta = HOUR) -> int:
        """Take one of `most` in this window of `what`: its number, counted from 1, or 0 if all are taken.

        One conditional write, so that parallel requests cannot exceed it; none where this process knows that all are
        taken, so that a flood costs nothing.
        """
        key = counter_key(what, now, window)
        if f"{key} {most}" in self._spent:
            return 0
        taken = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": key}),
            UpdateExpression="ADD #count :one SET expires = :expires",
            ConditionExpression="attribute_not_exists(#count) OR #count < :most",
            ExpressionAttributeNames={"#count": "count"},
            ExpressionAttributeValues=to_item(
                {":one": 1, ":most": most, ":expires": int((now + 2 * window).timestamp())}
            ),
            ReturnValues="UPDATED_NEW",
        )
        if taken.took_place:
            return int(from_item(taken.item)["count"])
        if len(self._spent) >= MOST_SPENT:
            self._spent.clear()
        self._spent.add(f"{key} {most}")
        return 0


def counter_key(what: str, now: datetime, window: timedelta = HOUR) -> str:
    """The key of the counter of `what` in the window that `now` is in."""
    return f"{what}#{int(now.timestamp() // window.total_seconds())}"
