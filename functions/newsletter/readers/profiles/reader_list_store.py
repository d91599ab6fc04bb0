"""Readers counted and listed: whoever gets mail through the index for planning, all others by reading the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import batch_get, from_item, side_by_side, to_item
from newsletter.platform.aws.pepper_fingerprints_store import KEY as FINGERPRINT
from newsletter.platform.shards import SHARDS
from newsletter.readers.profiles.records_store import PROFILE, is_sign_up
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PENDING = "pending"
"""The status of an address whose form waits for its confirmation."""
STATUSES = (*(each.value for each in Status), PENDING)
AT_ONCE = 500
"""Items of the table that are read at once: profiles, and what else is kept of readers between them."""
Place = tuple[str, str]
"""A place in the table to go on from."""


@dataclass(frozen=True)
class ListedReader:
    """A line of the list, read without checks: a broken profile shows with what it has. `at` is when they confirmed, or
    filled in the form that waits."""

    id: str
    status: str
    email: str = ""
    name: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    frequency: str = ""
    at: str = ""
    left_at: str = ""


class ReaderList:
    """Reads the Subscribers table; it may be a moment behind. `index` is the index that planning reads."""

    def __init__(self, client: DynamoDBClient, table: str, index: str) -> None:
        self._client = client
        self._table = table
        self._index = index

    def active(self) -> int:
        """How many readers get mail: counted by DynamoDB, some 6,000 a page, without a line of them coming here."""
        return sum(side_by_side(self._active_of, SHARDS))

    def _active_of(self, shard: str) -> int:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": self._index,
            "KeyConditionExpression": "mailable = :shard",
            "ExpressionAttributeValues": to_item({":shard": shard}),
            "Select": "COUNT",
        }
        number = 0
        while True:
            answer = self._client.query(**query)
            number += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                return number
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def page(
        self, after: Place | None, now: datetime, limit: int = AT_ONCE
    ) -> tuple[list[tuple[Place, ListedReader]], Place | None]:
        """The readers among the next `limit` items of the table, in no order, each with its place; and the place to go
        on from, None at the end. A form that waits is a line of its own, also beside the profile of who left."""
        request: dict[str, Any] = {"TableName": self._table, "Limit": limit}
        if after is not None:
            request["ExclusiveStartKey"] = to_item({"id": after[0], "record": after[1]})
        answer = self._client.scan(**request)
        items = (from_item(item) for item in answer["Items"])
        found = [((item["id"], item["record"]), _listed(item)) for item in items if _is_listed(item, now)]
        last = answer.get("LastEvaluatedKey")
        return found, (last["id"]["S"], last["record"]["S"]) if last else None

    def reasons(self, subscribers: Iterable[str]) -> list[str]:
        """Why these readers said that they left, at most 100 of them, in no order; not of those who said nothing, came
        back or were erased.
        """
        keys = [to_item({"id": each, "record": PROFILE}) for each in dict.fromkeys(subscribers)]
        items = batch_get(self._client, self._table, keys, ("left_why",))
        return [item["left_why"] for item in items if "left_why" in item]


def _is_listed(item: Mapping[str, Any], now: datetime) -> bool:
    if item["id"] == FINGERPRINT["id"]:
        return False
    if item["record"] == PROFILE:
        return True
    return is_sign_up(item["record"]) and item.get("expires", 0) > now.timestamp()


def _listed(item: Mapping[str, Any]) -> ListedReader:
    is_profile = item["record"] == PROFILE
    return ListedReader(
        id=item["id"],
        status=str(item.get("status", "")) if is_profile else PENDING,
        email=str(item.get("email", "")),
        name=str(item.get("name", "")),
        language=str(item.get("language", "")),
        topics=tuple(item.get("topics", ())),
        frequency=str(item.get("frequency", "")),
        at=str(item.get("confirmed_at" if is_profile else "at", "")),
        left_at=str(item.get("left_at", "")),
    )
