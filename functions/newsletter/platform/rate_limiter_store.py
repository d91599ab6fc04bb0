"""The rate limiter: one reservation that all functions share, so that together they keep the account's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import conditional, holds, to_item, to_value
from newsletter.platform.rate_limit import HORIZON

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class RateLimiter:
    """Reservations of time: one item of the table Guards for each limit (`bulk`, `transactional`, `queued`)."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def reserve(self, limit: str, seconds: float, now: float, horizon: float = HORIZON) -> float | None:
        """Reserve `seconds` under a limit; when they begin (Unix seconds, never before `now`).

        None when all of the next `horizon` seconds is reserved. The item has the time from which nothing is reserved.
        While that is in the future, one atomic addition moves it on; when it is past, it is set to now, on the
        condition that no other function was faster.
        """
        while True:
            begin = self._append(limit, seconds, now, horizon)
            if begin is not None:
                return begin
            if self._restart(limit, seconds, now):
                return now
            if self.free_at(limit) >= now + horizon:
                return None

    def free_at(self, limit: str) -> float:
        """The time from which nothing is reserved (Unix seconds; 0 for a limit that was never used)."""
        answer = self._client.get_item(TableName=self._table, Key=_key(limit), ConsistentRead=True)
        return float(answer["Item"]["free_at"]["N"]) if "Item" in answer else 0.0

    def release(self, limit: str, now: float) -> None:
        """Drop all reservations after `now`."""
        holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(limit),
            UpdateExpression="SET free_at = :now",
            ConditionExpression="free_at > :now",
            ExpressionAttributeValues={":now": to_value(now)},
        )

    def _append(self, limit: str, seconds: float, now: float, horizon: float) -> float | None:
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(limit),
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

    def _restart(self, limit: str, seconds: float, now: float) -> bool:
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(limit),
            UpdateExpression="SET free_at = :end",
            ConditionExpression="attribute_not_exists(free_at) OR free_at < :now",
            ExpressionAttributeValues={":end": to_value(now + seconds), ":now": to_value(now)},
        )


def _key(limit: str) -> dict[str, Any]:
    """Stored as `lane#…`; the rights in template.yaml name one of these keys too."""
    return to_item({"key": f"lane#{limit}"})
