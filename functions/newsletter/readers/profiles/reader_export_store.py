"""All readers as lines of the export, which the import of another stack can read."""

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
"""The choices whose columns come first, as in exports of earlier versions; the others follow in their order."""
COLUMNS = (
    *("id", "record", "status", "email", *FIRST, *(name for name in CHOICES if name not in FIRST)),
    *("confirmed_at", "consent_version", "consent_head", "left_at", "left_how", "left_why", "at", "origin"),
    "erased_at",
)


def is_form(record: str) -> bool:
    """Whether a line with that `record` is a form that waits for confirmation."""
    return is_sign_up(record)


class ReaderExport:
    """Reads the whole Subscribers table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def lines(self) -> Iterator[dict[str, Any]]:
        """A line for each profile and each form that waits, as plain values by COLUMNS; missing ones are left out.

        Broken profiles are exported as they are, so that no reader is lost on the way to another stack.
        """
        for item in self._items():
            if item["record"] == PROFILE or is_sign_up(item["record"]):
                line = {name: item[name] for name in COLUMNS if name in item}
                yield line if "status" in line else {**line, "status": "pending"}

    def known(self) -> bool:
        """Whether the table has a record of any reader."""
        return next(self._items(), None) is not None

    def somebody(self) -> tuple[str, str] | None:
        """Id and address of any one reader whose address is kept; None if there is none."""
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
