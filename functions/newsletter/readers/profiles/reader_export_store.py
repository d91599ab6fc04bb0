"""All readers, line by line as our export has them and our import takes them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item
from newsletter.platform.aws.pepper_fingerprints_store import KEY as FINGERPRINT
from newsletter.readers.choices import CHOICES
from newsletter.readers.profiles.records_store import PROFILE, is_sign_up

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST = ("name", "language", "topics")
"""The choices that come first, as in every export so far; the others follow in their order."""
COLUMNS = (
    *("id", "record", "status", "email", *FIRST, *(name for name in CHOICES if name not in FIRST)),
    *("confirmed_at", "consent_version", "consent_head", "left_at", "left_how", "left_why", "at", "origin"),
    "erased_at",
)


def is_form(record: str) -> bool:
    """Whether the line with that `record` is a form that waits."""
    return is_sign_up(record)


class ReaderExport:
    """The Subscribers table from its beginning to its end."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def lines(self) -> Iterator[dict[str, Any]]:
        """A line for each profile and each form that waits, as plain values by COLUMNS; what is not there is left out.

        Broken profiles as well, as they are: nobody may be lost on the way to another stack.
        """
        for item in self._items():
            if item["record"] == PROFILE or is_sign_up(item["record"]):
                line = {name: item[name] for name in COLUMNS if name in item}
                yield line if "status" in line else {**line, "status": "pending"}

    def known(self) -> bool:
        """Whether anything is kept of anybody."""
        return next(self._items(), None) is not None

    def somebody(self) -> tuple[str, str] | None:
        """Id and address of one of those whose address is kept."""
        return next(((item["id"], item["email"]) for item in self._items() if item.get("email")), None)

    def _items(self) -> Iterator[Mapping[str, Any]]:
        request: dict[str, Any] = {"TableName": self._table}
        while True:
            answer = self._client.scan(**request)
            for item in answer["Items"]:
                if item["id"] != FINGERPRINT["id"]:
                    yield from_item(item)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
