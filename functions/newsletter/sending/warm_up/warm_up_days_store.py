"""How many mails were sent on each day of the warm-up plan, in the table Guards."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import holds, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=1)
"""After the last mail that was counted, which is beyond the end of its day."""


class WarmUpDays:
    """One item a day. A count is never too low: mails that were counted and not sent, because a sender died between,
    make the day's number smaller.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, day: date, mails: int, most: int, now: datetime) -> bool:
        """Count so many mails, if the day then has no more than `most`; whether they may be sent."""
        if mails > most:
            return False
        return self._add(day, mails, now, most - mails)

    def add(self, day: date, mails: int, now: datetime) -> None:
        """Count mails that do not wait for another day, or with a number below 0 those that were not sent after all."""
        self._add(day, mails, now)

    def used(self, day: date) -> int:
        """How many were counted on that day."""
        answer = self._client.get_item(TableName=self._table, Key=_key(day), ConsistentRead=True)
        return int(answer["Item"]["mails"]["N"]) if "Item" in answer else 0

    def _add(self, day: date, mails: int, now: datetime, room: int | None = None) -> bool:
        values = {":mails": mails, ":none": 0, ":expires": int((now + KEPT).timestamp())}
        limited: dict[str, Any] = {}
        if room is not None:
            values[":room"] = room
            limited["ConditionExpression"] = "attribute_not_exists(mails) OR mails <= :room"
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(day),
            UpdateExpression="SET mails = if_not_exists(mails, :none) + :mails, expires = :expires",
            ExpressionAttributeValues=to_item(values),
            **limited,
        )


def _key(day: date) -> dict[str, Any]:
    return to_item({"key": f"warm-up#{day.isoformat()}"})
