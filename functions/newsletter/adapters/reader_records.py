"""What lies beside a reader's profile, under their id: added only here, and never to who was erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.adapters.items import from_item, holds, to_item
from newsletter.domain.times import iso

PROFILE = "profile"
SIGN_UP = "sign-up"
LEAD = "lead#"
"""Before the id of a lead of the reader's: the lead itself is in a table of its own."""
CHANGE = "change#"
"""Before the id of an address that the reader asked to go on with: the form lies there until it is confirmed."""


class ReaderRecords:
    """Records of the Subscribers table, but for the profile.

    DynamoDB puts no condition on another item, so the profile is read first. What was being written at the very moment
    of the erasure is found by the tick, which looks once more when no writer of then can still be at work.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, values: Mapping[str, Any]) -> bool:
        """Put a new record; False when there is one already, or its reader was erased."""
        return not self.erased(values["id"]) and holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(values),
            ConditionExpression="attribute_not_exists(id)",
        )

    def erased(self, subscriber: str) -> bool:
        """Whether nothing may be kept under the id."""
        return self.erased_at(subscriber) != ""

    def erased_at(self, subscriber: str) -> str:
        """When the reader was erased (ISO 8601); empty for who was not."""
        return str(self._get(subscriber, PROFILE, "#erased_at").get("erased_at", ""))

    def spoke_since(self, subscriber: str, erased_at: str, at: datetime) -> bool:
        """Whether who was erased then has filled in a form since, which may be confirmed at that moment."""
        form = self._get(subscriber, SIGN_UP, "#at")
        return erased_at <= form.get("at", "") and erased_at <= iso(at)

    def _get(self, subscriber: str, record: str, name: str) -> dict[str, Any]:
        answer = self._client.get_item(
            TableName=self._table,
            Key=to_item({"id": subscriber, "record": record}),
            ProjectionExpression=name,
            ExpressionAttributeNames={name: name.removeprefix("#")},
            ConsistentRead=True,
        )
        return from_item(answer.get("Item", {}))
