"""All readers as lines of the export, which the import of another stack can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item, to_item
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


READ = 500
"""Items of the table in a page."""


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
        return (_line(item) for item in self._items() if _is_line(item))

    def page(self, after: tuple[str, str] | None) -> tuple[list[dict[str, Any]], tuple[str, str] | None]:
        """The lines among the next READ items of the table, and the place to go on from; None at the end."""
        request: dict[str, Any] = {"TableName": self._table, "Limit": READ}
        if after is not None:
            request["ExclusiveStartKey"] = to_item({"id": after[0], "record": after[1]})
        answer = self._client.scan(**request)
        items = (from_item(item) for item in answer["Items"] if item["id"] != FINGERPRINT["id"])
        last = answer.get("LastEvaluatedKey")
        return [_line(item) for item in items if _is_line(item)], (
            last["id"]["S"],
            last["record"]["S"],
        ) if last else None

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


def _is_line(item: Mapping[str, Any]) -> bool:
    return item["record"] == PROFILE or is_sign_up(item["record"])


def _line(item: Mapping[str, Any]) -> dict[str, Any]:
    line = {name: item[name] for name in COLUMNS if name in item}
    return line if "status" in line else {**line, "status": "pending"}
