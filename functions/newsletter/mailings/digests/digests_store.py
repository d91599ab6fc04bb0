"""The digests of all periods: what each carries, settled once, and when it was released."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from newsletter.mailings.digests.digest import SettledDigest, Window, first_seen
from newsletter.platform.aws.items import holds, to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso

DIGESTS = "digests"
"""Partition of the Content table: some 64 items a year, read with one query."""
WAITS = "attribute_exists(pk) AND attribute_not_exists(released_at) AND attribute_not_exists(dropped)"


class Digests(TableStore):
    """Every change is one conditional write: of two runs that settle the same period, one finds it settled."""

    def all(self) -> list[SettledDigest]:
        """Every digest so far."""
        return [_digest(item) for item in self._partition(DIGESTS)]

    def listing_time(self, now: datetime) -> datetime:
        """When an article first seen at `now` counts as listed: never in a digest that was settled already."""
        return first_seen(now, self.windows().values())

    def windows(self) -> dict[str, Window]:
        """The window of every digest so far, by week and month."""
        return {item["sk"]: _window(item) for item in self._partition(DIGESTS)}

    def settle(self, digest: SettledDigest) -> bool:
        """Keep what the period's digest carries, once and for all; False when it is settled already."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(
                {
                    "pk": DIGESTS,
                    "sk": digest.period,
                    "start": iso(digest.window.start),
                    "end": iso(digest.window.end),
                    "articles": list(digest.articles),
                    "related": list(digest.related),
                    "released_at": _exactly(digest.released_at) if digest.released_at else None,
                    "deadline": iso(digest.deadline) if digest.deadline else None,
                    "sent_unanswered": digest.sent_unanswered or None,
                }
            ),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def hold(self, period: str, why: str) -> bool:
        """Note why a waiting digest cannot go out; False when that is known, or it waits no more."""
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"pk": DIGESTS, "sk": period}),
            UpdateExpression="SET held_because = :why",
            ConditionExpression=f"{WAITS} AND (attribute_not_exists(held_because) OR held_because <> :why)",
            ExpressionAttributeValues=to_item({":why": why}),
        )

    def release(self, period: str, at: datetime, verdict: str, now: datetime) -> bool:
        """Let a waiting digest go out, planned from `at` on the clock; False when it waits no more."""
        return self._decide(period, {"released_at": _exactly(at)}, verdict, now)

    def drop(self, period: str, verdict: str, now: datetime) -> bool:
        """Never let a waiting digest go out; False when it waits no more."""
        return self._decide(period, {"dropped": True}, verdict, now)

    def _decide(self, period: str, how: dict[str, Any], verdict: str, now: datetime) -> bool:
        values = {**how, "verdict": verdict, "decided_at": iso(now)}
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"pk": DIGESTS, "sk": period}),
            UpdateExpression=f"SET {', '.join(f'{name} = :{name}' for name in values)} REMOVE held_because",
            ConditionExpression=WAITS,
            ExpressionAttributeValues=to_item({f":{name}": value for name, value in values.items()}),
        )


def _digest(item: dict[str, Any]) -> SettledDigest:
    return SettledDigest(
        period=item["sk"],
        window=_window(item),
        articles=tuple(item["articles"]),
        related=tuple(item["related"]),
        released_at=parse_iso(item["released_at"]) if "released_at" in item else None,
        dropped=item.get("dropped", False),
        deadline=parse_iso(item["deadline"]) if "deadline" in item else None,
        sent_unanswered=item.get("sent_unanswered", False),
        held_because=item.get("held_because", ""),
        verdict=item.get("verdict", ""),
        decided_at=parse_iso(item["decided_at"]) if "decided_at" in item else None,
    )


def _window(item: dict[str, Any]) -> Window:
    return Window(parse_iso(item["start"]), parse_iso(item["end"]))


def _exactly(moment: datetime) -> str:
    """To the microsecond: what a reader chose in the same second is before or after."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
