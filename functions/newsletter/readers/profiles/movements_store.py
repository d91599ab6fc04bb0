"""Who joined and left, week by week: an index of profiles by the week of their last coming or going.

What the index shows is part of the very write that makes somebody a reader or ends it, so that no crash and no
repetition makes a count wrong. It has no address, and an erased reader is in it no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item, side_by_side, to_item
from newsletter.platform.shards import SHARDS, shard_of
from newsletter.platform.text import cut
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "moved"
"""Index of the table Subscribers (infra/storage.yaml)."""
PARTS = 4
"""Keys of a week: the bounces and goodbyes of a mailing at 700 a second stay far below what one key takes."""
MAX_PAGES = 4
"""Pages of 1 MB that are read of one key, some 7,000 readers each; what is beyond is said to be there."""
MAX_ORIGIN = 100


@dataclass(frozen=True)
class Movement:
    """A reader's last coming (None for one who was imported) and going (None for one who is there).

    `by` is the form they came with, as it was sent.
    """

    status: Status
    joined_at: datetime | None
    left_at: datetime | None
    by: str = ""


@dataclass(frozen=True)
class SomeMovements:
    """Movements of some weeks; not `complete`: there are more than were read."""

    found: tuple[Movement, ...]
    complete: bool


def week_of(moment: datetime) -> str:
    """The ISO week in UTC, e.g. `2026-W48`."""
    year, week, _ = moment.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02}"


def moved_in(subscriber: str, at: datetime) -> str:
    """The key of the index for a reader who comes or goes at that moment."""
    return _key(week_of(at), SHARDS.index(shard_of(subscriber)) % PARTS)


def joined(subscriber: str, origin: str, now: datetime) -> dict[str, str | None]:
    """The attributes of the profile of a reader who joins, by the form `origin`; None for one to be removed."""
    by = cut(origin, MAX_ORIGIN) or None
    return {"joined_at": iso(now), "moved_in": moved_in(subscriber, now), "joined_by": by}


class Movements:
    """Reads the index. It may be a second behind."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of_weeks(self, weeks: Iterable[str]) -> SomeMovements:
        """Readers whose last coming or going was in one of these weeks (`2026-W48`)."""
        keys = [_key(week, part) for week in weeks for part in range(PARTS)]
        found: list[Movement] = []
        complete = True
        for movements, whole in side_by_side(self._of_key, keys):
            found += movements
            complete = complete and whole
        return SomeMovements(tuple(found), complete)

    def _of_key(self, key: str) -> tuple[list[Movement], bool]:
        found: list[Movement] = []
        for answer in self._pages(key):
            found += [_movement(from_item(item)) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return found, True
        return found, False

    def _pages(self, key: str) -> Iterator[dict[str, Any]]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "moved_in = :key",
            "ExpressionAttributeValues": to_item({":key": key}),
        }
        for _ in range(MAX_PAGES):
            answer: Any = self._client.query(**query)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _movement(item: dict[str, Any]) -> Movement:
    # Whoever has another address now has not left.
    left = "" if "moved_to" in item else item.get("left_at")
    return Movement(
        status=Status(item["status"]),
        joined_at=parse_iso(item["joined_at"]) if "joined_at" in item else None,
        left_at=parse_iso(left) if left else None,
        by=item.get("joined_by", ""),
    )


def _key(week: str, part: int) -> str:
    return f"{week}#{part}"
