"""The index of due work: steps of sequences, reminders of sign-ups, erasures of subscribers who left; by time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.nurture.enrollments.enrollments_store import STEPS, enrollment_of
from newsletter.platform.aws.items import pages, to_item
from newsletter.platform.times import iso
from newsletter.readers.profiles import records_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Reminder:
    """A sign-up that was not confirmed yet; `moved_from` is the subscriber whose change of address it is, if any."""

    subscriber: str
    nonce: str
    moved_from: str = ""


@dataclass(frozen=True)
class Erasure:
    """A subscriber who left so long ago that their data must be erased, or whose erasure was not finished."""

    subscriber: str


@dataclass(frozen=True)
class Unreadable:
    """A record that cannot be read; `fault` says what is wrong with it."""

    subscriber: str
    record: str
    fault: str


DueItem = Reminder | Erasure | Unreadable


class DueIndex:
    """The index `due` of the Subscribers table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def due(self, shard: str, now: datetime) -> Iterator[DueItem]:
        """What is due in a shard except enrollments, the most overdue first."""
        for item in self._query(shard, now):
            try:
                yield _due_item(item)
            except (KeyError, TypeError, ValueError) as fault:
                yield _unreadable(item, fault)

    def enrollments(self, shard: str, now: datetime) -> Iterator[Enrollment | Unreadable]:
        """The enrollments that are due in a shard, the most overdue first; a page of them is read when it is needed."""
        for item in self._query(f"{shard}{STEPS}", now):
            try:
                yield enrollment_of(item)
            except (KeyError, TypeError, ValueError) as fault:
                yield _unreadable(item, fault)

    def _query(self, key: str, now: datetime) -> Iterator[dict[str, Any]]:
        return pages(
            self._client,
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues=to_item({":shard": key, ":now": iso(now)}),
        )


def _unreadable(item: dict[str, Any], fault: Exception) -> Unreadable:
    return Unreadable(item["id"], item["record"], f"{type(fault).__name__}: {fault}")


def _due_item(item: dict[str, Any]) -> DueItem:
    record = item["record"]
    if records_store.is_sign_up(record):
        return Reminder(item["id"], item["nonce"], records_store.moved_from(record))
    if record == records_store.PROFILE:
        return Erasure(item["id"])
    raise ValueError(f"{record} is nothing that comes due")
