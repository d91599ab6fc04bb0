"""Enrollments, in the Subscribers table: one item for each round of a reader through a sequence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from newsletter.nurture.enrollments.enrollment import DoneStep, Enrollment
from newsletter.platform.aws.items import batch_get, change, from_item, holds, pages, side_by_side, to_item
from newsletter.platform.shards import SHARDS, shard_of
from newsletter.platform.times import iso, parse_iso
from newsletter.publication.sequences import Exit, Trigger
from newsletter.readers.profiles.records_store import ReaderRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PREFIX = "enrollment#"
STEPS = "+"
"""Ends the shard of what is due of enrollments, so that other due work need not be looked for among thousands."""
ACTIVE = "active"
VERSIONS_AHEAD = 1_000_000
"""What is added to the version of one that moved, whatever it is by then: further than any other write goes."""
INDEX = "enrolled"
"""Index by sequence and shard (`enrolled`) and by where readers stand in it (`standing`); it has keys alone."""


class Enrollments:
    """One item for each reader, sequence and round. Every change takes the version that it saw."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._records = ReaderRecords(client, table)

    def begin(self, enrollment: Enrollment) -> bool:
        """Store a new round; False if there is that round already, or the reader was erased."""
        return self._records.add(_values(enrollment))

    def of(self, subscriber: str, sequence: str = "") -> list[Enrollment]:
        """The enrollments of a subscriber, current and past; with `sequence` only the rounds through that one."""
        items = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND begins_with(#record, :prefix)",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item(
                {":id": subscriber, ":prefix": f"{PREFIX}{sequence}#" if sequence else PREFIX}
            ),
            ConsistentRead=True,
        )
        return [enrollment_of(item) for item in items]

    def get(self, subscriber: str, sequence: str, number: int) -> Enrollment | None:
        """That round, as it is now."""
        answer = self._client.get_item(
            TableName=self._table, Key=to_item(_key(subscriber, sequence, number)), ConsistentRead=True
        )
        return enrollment_of(from_item(answer["Item"])) if "Item" in answer else None

    def replace(self, before: Enrollment, after: Enrollment) -> Enrollment | None:
        """Store `after` in place of `before` and return it as stored; None when another run was faster."""
        stored = replace(after, version=before.version + 1)
        done = holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(_values(stored)),
            ConditionExpression="#version = :before",
            ExpressionAttributeNames={"#version": "version"},
            ExpressionAttributeValues=to_item({":before": before.version}),
        )
        return stored if done else None

    def moved(self, enrollment: Enrollment) -> None:
        """Take one that goes on at the reader's new address out of the counts and of what is due, as it is by now.

        A tick that saw it before changes it no more.
        """
        update = change(
            {"version": enrollment.version + VERSIONS_AHEAD},
            remove=("due_shard", "due_at", "enrolled", "standing"),
            condition="attribute_exists(id)",
        )
        key = to_item(_key(enrollment.subscriber, enrollment.sequence, enrollment.round))
        holds(self._client, "update_item", repeatable=True, TableName=self._table, Key=key, **update)

    def standings(self, sequence: str) -> Counter[str]:
        """How many rounds of the sequence stand where (`standing`), from the index: a page for each 5,000 or so."""

        def of_shard(shard: str) -> Counter[str]:
            return Counter(item["standing"] for item in self._enrolled(sequence, shard, ""))

        return sum(side_by_side(of_shard, SHARDS), Counter())

    def enrolled(self, sequence: str, shard: str, *, active: bool = True) -> Iterator[Enrollment]:
        """The enrollments of a sequence in a shard, as they are now; with `active`, of readers under way."""
        keys = [
            {"id": item["id"], "record": item["record"]}
            for item in self._enrolled(sequence, shard, f"{ACTIVE}#" if active else "")
        ]
        for start in range(0, len(keys), 100):
            chunk = [to_item(key) for key in keys[start : start + 100]]
            yield from (enrollment_of(item) for item in batch_get(self._client, self._table, chunk))

    def _enrolled(self, sequence: str, shard: str, prefix: str) -> Iterator[dict[str, Any]]:
        condition, values = "enrolled = :enrolled", {":enrolled": f"{sequence}#{shard}"}
        if prefix:
            condition, values = f"{condition} AND begins_with(standing, :prefix)", {**values, ":prefix": prefix}
        return pages(
            self._client,
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_item(values),
        )


def standing(enrollment: Enrollment) -> str:
    """Where a round stands: `active#<last step>#` or `<why it ended>#<last step>#`, with L of a lead and W of one won.

    Short, since it is all that is read to count a sequence.
    """
    letters = ("L" if enrollment.lead_at else "") + ("W" if enrollment.won else "")
    return f"{enrollment.ended or ACTIVE}#{enrollment.last[0]}#{letters}"


def due_shard(subscriber: str) -> str:
    """The partition of the index `due` with the reader's enrollments."""
    return f"{shard_of(subscriber)}{STEPS}"


def _key(subscriber: str, sequence: str, number: int) -> dict[str, str]:
    return {"id": subscriber, "record": f"{PREFIX}{sequence}#{number}"}


def _values(enrollment: Enrollment) -> dict[str, Any]:
    due = enrollment.due_at
    return {
        **_key(enrollment.subscriber, enrollment.sequence, enrollment.round),
        "trigger": enrollment.trigger,
        "enrolled_at": iso(enrollment.enrolled_at),
        "done": {key: f"{iso(step.at)} {step.batch}" for key, step in enrollment.done.items()},
        "ended": enrollment.ended,
        "ended_at": iso(enrollment.ended_at) if enrollment.ended_at else None,
        "lead_at": iso(enrollment.lead_at) if enrollment.lead_at else None,
        "won": enrollment.won or None,
        "no_more": enrollment.no_more or None,
        "version": enrollment.version,
        "due_shard": due_shard(enrollment.subscriber) if due else None,
        "due_at": iso(due) if due else None,
        "enrolled": f"{enrollment.sequence}#{shard_of(enrollment.subscriber)}",
        "standing": standing(enrollment),
    }


def enrollment_of(item: dict[str, Any]) -> Enrollment:
    """The enrollment in an item (as plain values)."""
    sequence, _, number = item["record"].removeprefix(PREFIX).rpartition("#")
    done = {key: text.split(" ") for key, text in item["done"].items()}
    return Enrollment(
        subscriber=item["id"],
        sequence=sequence,
        round=int(number),
        trigger=Trigger(item["trigger"]),
        enrolled_at=parse_iso(item["enrolled_at"]),
        due_at=_moment(item, "due_at"),
        done={key: DoneStep(parse_iso(at), batch) for key, (at, batch) in done.items()},
        ended=Exit(item["ended"]) if "ended" in item else None,
        ended_at=_moment(item, "ended_at"),
        lead_at=_moment(item, "lead_at"),
        won=item.get("won", False),
        no_more=item.get("no_more", False),
        version=item["version"],
    )


def _moment(item: dict[str, Any], name: str) -> Any:
    return parse_iso(item[name]) if item.get(name) else None
