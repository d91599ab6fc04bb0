"""Reputation counts of the last 24 hours, and the state of the circuit breaker, in the Guards table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import batch_get, conditional, from_item, holds, to_item, to_value
from newsletter.platform.times import iso, parse_iso
from newsletter.publication.sending_limits import Feedback

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW_HOURS = 24
LIFE = timedelta(hours=WINDOW_HOURS + 2)
BREAKER = "breaker"


@dataclass(frozen=True)
class Breaker:
    """An open breaker: since when, and why."""

    since: datetime
    reason: str


class Reputation:
    """One counter per hour, so that the last 24 are one read; and one item that exists while the breaker is open."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, feedback: Feedback, now: datetime) -> None:
        """Add to the counts of the hour, in one write for any number of events."""
        numbers = {"delivered": feedback.delivered, "bounced": feedback.bounced, "complained": feedback.complained}
        counted = {name: number for name, number in numbers.items() if number}
        if not counted:
            return
        conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": _hour(now)}),
            UpdateExpression=f"ADD {', '.join(f'{name} :{name}' for name in counted)} SET expires = :expires",
            ExpressionAttributeValues={
                **{f":{name}": to_value(number) for name, number in counted.items()},
                ":expires": to_value(int((now + LIFE).timestamp())),
            },
        )

    def last_day(self, now: datetime) -> Feedback:
        """The counts of the hour of `now` and the 23 before it."""
        items = batch_get(self._client, self._table, [to_item({"key": key}) for key in _hours(now)])
        return Feedback(
            *(sum(item.get(name, 0) for item in items) for name in ("delivered", "bounced", "complained")),
        )

    def breaker(self) -> Breaker | None:
        """The breaker while it is open, otherwise None."""
        answer = self._client.get_item(TableName=self._table, Key=to_item({"key": BREAKER}), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        return Breaker(parse_iso(item["since"]), item["reason"])

    def open(self, breaker: Breaker) -> bool:
        """Open the breaker; False when it is open already."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({"key": BREAKER, "since": iso(breaker.since), "reason": breaker.reason}),
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": "key"},
        )

    def close(self, now: datetime) -> bool:
        """Close the breaker and reset the counts, or it would open again at once; False when it was not open."""
        if self.breaker() is None:
            return False
        for key in _hours(now):
            self._client.delete_item(TableName=self._table, Key=to_item({"key": key}))
        self._client.delete_item(TableName=self._table, Key=to_item({"key": BREAKER}))
        return True


def _hour(moment: datetime) -> str:
    return f"feedback#{moment:%Y%m%d%H}"


def _hours(now: datetime) -> list[str]:
    return [_hour(now - timedelta(hours=back)) for back in range(WINDOW_HOURS)]
