"""Why messages failed. A message of SQS cannot store it, and without it nobody could tell what a dead letter lacks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import GET_LIMIT, batch_get, to_item
from newsletter.platform.redaction import redacted
from newsletter.platform.times import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFE = timedelta(days=29)
"""A message may be two weeks in its queue and two more in the dead-letter queue."""
MAX_REASON = 300


class Failures:
    """Items of the Guards table, one per message that failed; they expire."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def note(self, message: str, reason: str, now: datetime) -> None:
        """Keep why the message of that id failed, without addresses; a later reason replaces an earlier one."""
        self._client.update_item(
            TableName=self._table,
            Key=_key(message),
            UpdateExpression="SET reason = :reason, failed_at = :at, expires = :expires",
            ExpressionAttributeValues=to_item(
                {":reason": redacted(reason)[:MAX_REASON], ":at": iso(now), ":expires": int((now + LIFE).timestamp())}
            ),
        )

    def reasons(self, messages: Iterable[str]) -> dict[str, str]:
        """The reasons of those messages for which one is kept."""
        ids = list(messages)
        found = {}
        for start in range(0, len(ids), GET_LIMIT):
            for item in batch_get(self._client, self._table, [_key(each) for each in ids[start : start + GET_LIMIT]]):
                found[item["key"].removeprefix("failure#")] = item["reason"]
        return found


def _key(message: str) -> dict[str, Any]:
    return to_item({"key": f"failure#{message}"})
