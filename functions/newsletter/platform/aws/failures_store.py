"""Why messages failed, kept beside the queues: a message cannot carry it, and a dead letter without it is a riddle."""

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
"""A message may wait two weeks in its queue and two more among the dead letters."""
MAX_REASON = 300


class Failures:
    """Items of the Guards table, one per message that failed; they expire."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def note(self, message: str, reason: str, now: datetime) -> None:
        """Keep why the message of that id failed, without addresses; the last reason stays."""
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
