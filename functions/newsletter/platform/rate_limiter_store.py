"""The rate lane: one shared reservation, so that the account's rate holds at any concurrency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import conditional, holds, to_item, to_value
from newsletter.platform.rate_limit import HORIZON

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class RateLimiter:
    """Short-lived records that keep a limit across all running functions."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def reserve(self, lane: str, seconds: float, now: float, horizon: float = HORIZON) -> float | None:
        """Reserve `seconds` of the lane; when they begin (Unix seconds, never before `now`).

        None when the lane is taken for `horizon` seconds from now. The lane holds the moment from which it is free.
        Busy, that moment moves on by one atomic addition; idle, it is set to now, on the condition that nobody was
        faster.
        """
        while True:
            begin = self._append(lane, seconds, now, horizon)
            if begin is not None:
                return begin
            if self._restart(lane, seconds, now):
                return now
            if self.free_at(lane) >= now + horizon:
                return None

    def free_at(self, lane: str) -> float:
        """The moment from which the lane is free (Unix seconds; 0 for one that nobody has used)."""
        answer = self._client.get_item(TableName=self._table, Key=_key(lane), ConsistentRead=True)
        return float(answer["Item"]["free_at"]["N"]) if "Item" in answer else 0.0

    def release(self, lane: str, now: float) -> None:
        """Let the lane be free from now on, whatever was reserved."""
        holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(lane),
            UpdateExpression="SET free_at = :now",
            ConditionExpression="free_at > :now",
            ExpressionAttributeValues={":now": to_value(now)},
        )

    def _append(self, lane: str, seconds: float, now: float, horizon: float) -> float | None:
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(lane),
            UpdateExpression="SET free_at = free_at + :seconds",
            ConditionExpression="free_at >= :now AND free_at < :horizon",
            ExpressionAttributeValues={
                ":seconds": to_value(seconds),
                ":now": to_value(now),
                ":horizon": to_value(now + horizon),
            },
            ReturnValues="UPDATED_NEW",
        )
        return float(written.item["free_at"]["N"]) - seconds if written.took_place else None

    def _restart(self, lane: str, seconds: float, now: float) -> bool:
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(lane),
            UpdateExpression="SET free_at = :end",
            ConditionExpression="attribute_not_exists(free_at) OR free_at < :now",
            ExpressionAttributeValues={":end": to_value(now + seconds), ":now": to_value(now)},
        )


def _key(lane: str) -> dict[str, Any]:
    return to_item({"key": f"lane#{lane}"})
