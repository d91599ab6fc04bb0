"""Batches of steps that were begun and are not on the queue yet, in the Content table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import pages, to_item
from newsletter.platform.times import iso, parse_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STEP_BATCHES = "step-batches"
"""Partition of the Content table with one item for each such batch; it is there for seconds, or until the next tick."""


@dataclass(frozen=True)
class Member:
    """A subscriber who is meant to be in a batch, and the round of theirs that the step is of."""

    subscriber: str
    round: int


@dataclass(frozen=True)
class StepBatch:
    """Who is meant to be in a batch of a step, in order, as decided at that moment."""

    mailing: str
    id: str
    sequence: str
    step: str
    variant: str
    members: tuple[Member, ...]
    at: datetime


class StepBatches:
    """An item is written before the first enrollment names the batch, and deleted once the batch is on the queue."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, batch: StepBatch) -> None:
        """Note the batch; doing it again is harmless, as its id is made of all that it is."""
        members = " ".join(f"{each.subscriber}#{each.round}" for each in batch.members)
        item = {
            **_key(batch),
            "sequence": batch.sequence,
            "step": batch.step,
            "variant": batch.variant,
            "members": members,
            "at": iso(batch.at),
        }
        self._client.put_item(TableName=self._table, Item=to_item(item))

    def delete(self, batch: StepBatch) -> None:
        """Forget the batch; doing it twice is harmless."""
        self._client.delete_item(TableName=self._table, Key=to_item(_key(batch)))

    def all(self) -> Iterator[StepBatch]:
        """Every batch that is not on the queue, as far as anybody knows."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": STEP_BATCHES}),
            ConsistentRead=True,
        ):
            yield _step_batch(item)


def _key(batch: StepBatch) -> dict[str, str]:
    return {"pk": STEP_BATCHES, "sk": f"{batch.mailing}#{batch.id}"}


def _step_batch(item: dict[str, Any]) -> StepBatch:
    mailing, _, batch = item["sk"].rpartition("#")
    members = (word.rpartition("#") for word in item["members"].split())
    return StepBatch(
        mailing=mailing,
        id=batch,
        sequence=item["sequence"],
        step=item["step"],
        variant=item["variant"],
        members=tuple(Member(subscriber, int(number)) for subscriber, _, number in members),
        at=parse_iso(item["at"]),
    )
