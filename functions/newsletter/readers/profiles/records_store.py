"""What lies beside a reader's profile, under their id: added only here, and never to who was erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item, holds, pages, to_item
from newsletter.platform.times import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROFILE = "profile"
SIGN_UP = "sign-up"
"""A form that waits; beside it lies one more of each reader who asks to go on at the address (`sign_up_record`)."""
CONSENT = "consent#"
"""Before the number of a record of consent."""
LEAD = "lead#"
"""Before the id of a lead of the reader's: the lead itself is in a table of its own."""
CHANGE = "change#"
"""Before the id of an address that the reader asked to go on with: the form lies there until it is confirmed."""


def sign_up_record(moved_from: str = "") -> str:
    """Where a form waits under the id of its address.

    That of a reader who wants to go on there has a place of its own: a form of anybody else neither turns it into a
    second subscription nor is replaced by it.
    """
    return f"{SIGN_UP}#{moved_from}" if moved_from else SIGN_UP


def is_sign_up(record: str) -> bool:
    """Whether the record is a form that waits."""
    return record.partition("#")[0] == SIGN_UP


def moved_from(record: str) -> str:
    """The id of the reader whose change of address waits there; empty for the address's own form."""
    return record.partition("#")[2]


class ReaderRecords:
    """Records of the Subscribers table, but for the profile.

    DynamoDB puts no condition on another item, so the profile is read first. What was being written at the very moment
    of the erasure is found by the tick, which looks once more when no writer of then can still be at work.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
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
        return erased_at <= iso(at) and any(erased_at <= form.get("at", "") for form in self.sign_ups(subscriber))

    def sign_ups(self, subscriber: str) -> list[dict[str, Any]]:
        """The forms that wait under the id: the address's own, and those of readers who want to go on there."""
        found = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND begins_with(#record, :form)",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":form": SIGN_UP}),
            ConsistentRead=True,
        )
        return [item for item in found if is_sign_up(item["record"])]

    def _get(self, subscriber: str, record: str, name: str) -> dict[str, Any]:
        answer = self._client.get_item(
            TableName=self._table,
            Key=to_item({"id": subscriber, "record": record}),
            ProjectionExpression=name,
            ExpressionAttributeNames={name: name.removeprefix("#")},
            ConsistentRead=True,
        )
        return from_item(answer.get("Item", {}))
