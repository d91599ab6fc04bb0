"""The records under a reader's id besides the profile: added only here, and never for an erased reader."""

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
"""A form that waits for confirmation. Each reader who asks to change to the address has one more (`sign_up_record`)."""
CONSENT = "consent#"
"""Prefix of a consent record; its number follows."""
LEAD = "lead#"
"""Prefix of a pointer to a lead of the reader; the lead's id follows. The lead itself is in the Leads table."""
VISIT = "visit#"
"""Prefix of the visits to the links of a mailing in one hour; the mailing and the hour follow."""
ANSWERS = "answers#"
"""Prefix of what the reader typed after the button of an offer; the offer follows. It is there until a lead has it."""
REPLY = "reply#"
"""Prefix of an answer to a mail; the id of the received mail follows."""
CHANGE = "change#"
"""Prefix of a pointer to the address that the reader asked to change to; its id follows, under which the form waits."""


def sign_up_record(moved_from: str = "") -> str:
    """The sort key of a form under the id of its address.

    A change of address has a key of its own, so that a sign-up form for the same address neither replaces it nor is
    replaced by it.
    """
    return f"{SIGN_UP}#{moved_from}" if moved_from else SIGN_UP


def is_sign_up(record: str) -> bool:
    """Whether the record is a form that waits for confirmation."""
    return record.partition("#")[0] == SIGN_UP


def moved_from(record: str) -> str:
    """The id of the reader whose change of address waits there; empty for a sign-up form."""
    return record.partition("#")[2]


class ReaderRecords:
    """Records of the Subscribers table, except the profile.

    A DynamoDB condition cannot name another item, so the profile is read first. A record that is written at the very
    moment of an erasure is removed by the tick, which checks again once no function from then can still be running.
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
        """When the reader was erased (ISO 8601); empty if they were not."""
        return str(self._get(subscriber, PROFILE, "#erased_at").get("erased_at", ""))

    def signed_up_since(self, subscriber: str, erased_at: str, at: datetime) -> bool:
        """Whether a reader erased at `erased_at` has filled in a form since, which may be confirmed at that moment."""
        return erased_at <= iso(at) and any(erased_at <= form.get("at", "") for form in self.sign_ups(subscriber))

    def sign_ups(self, subscriber: str) -> list[dict[str, Any]]:
        """The forms that wait under the id: a sign-up, and those of readers who want to change to this address."""
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
