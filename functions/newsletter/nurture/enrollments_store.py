"""Enrollments in the Subscribers table; the index `due` holds those with a step to come (see nurture/due_store.py)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.nurture.enrollment import Enrollment, enroll
from newsletter.platform.aws.items import holds, pages, to_item
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso, parse_iso
from newsletter.publication.publication import Sequence
from newsletter.readers.profiles.records_store import ReaderRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PREFIX = "enrollment#"


class Enrollments:
    """One item per reader and sequence."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._records = ReaderRecords(client, table)

    def start(self, subscriber: str, sequence: Sequence, now: datetime) -> bool:
        """Begin the sequence at its first step, unless the reader went through it before, or was erased."""
        return self.begin(enroll(subscriber, sequence, now))

    def begin(self, enrollment: Enrollment) -> bool:
        """Store a new enrollment; False if the subscriber was in this sequence before, or was erased."""
        return self._records.add(_values(enrollment))

    def of(self, subscriber: str) -> list[Enrollment]:
        """The enrollments of a subscriber, current and past."""
        items = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND begins_with(#record, :prefix)",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":prefix": PREFIX}),
            ConsistentRead=True,
        )
        return [enrollment_of(item) for item in items]

    def replace(self, before: Enrollment, after: Enrollment) -> bool:
        """Store `after` in place of `before`; False when another run was faster."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(_values(after)),
            ConditionExpression="#step = :step AND enrolled_at = :enrolled",
            ExpressionAttributeNames={"#step": "step"},
            ExpressionAttributeValues=to_item({":step": before.step, ":enrolled": iso(before.enrolled_at)}),
        )


def _values(enrollment: Enrollment) -> dict[str, Any]:
    due = enrollment.due_at
    return {
        "id": enrollment.subscriber,
        "record": f"{PREFIX}{enrollment.sequence}",
        "step": enrollment.step,
        "enrolled_at": iso(enrollment.enrolled_at),
        "due_shard": shard_of(enrollment.subscriber) if due else None,
        "due_at": iso(due) if due else None,
    }


def enrollment_of(item: dict[str, Any]) -> Enrollment:
    """The enrollment in an item (as plain values)."""
    due = item.get("due_at")
    return Enrollment(
        subscriber=item["id"],
        sequence=item["record"].removeprefix(PREFIX),
        step=item["step"],
        due_at=parse_iso(due) if due else None,
        enrolled_at=parse_iso(item["enrolled_at"]),
    )
