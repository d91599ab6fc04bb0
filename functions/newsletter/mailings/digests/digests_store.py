"""The digests of all periods, in the Content table: what each carries, and when it was released."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from newsletter.mailings.digests.digest import Digest, Window, listing_time
from newsletter.platform.aws.items import holds, to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso

DIGESTS = "digests"
"""Partition of the Content table: some 64 items a year, read with one query."""
AWAITS_APPROVAL = "attribute_exists(pk) AND attribute_not_exists(released_at) AND attribute_not_exists(dropped)"


class Digests(TableStore):
    """Every change is one conditional write: of two runs that create the digest of a period, one fails."""

    def all(self) -> list[Digest]:
        """Every digest so far."""
        return [_digest(item) for item in self._partition(DIGESTS)]

    def listing_time(self, now: datetime) -> datetime:
        """When an article first seen at `now` counts as listed: never within a digest that exists already."""
        return listing_time(now, self.windows().values())

    def windows(self) -> dict[str, Window]:
        """The window of every digest so far, by period."""
        return {item["sk"]: _window(item) for item in self._partition(DIGESTS)}

    def create(self, digest: Digest) -> bool:
        """Store the period's digest; False when there is one already."""
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
                    "released_at": _iso_microseconds(digest.released_at) if digest.released_at else None,
                    "deadline": iso(digest.deadline) if digest.deadline else None,
                    "sent_unanswered": digest.sent_unanswered or None,
                    "again": {article: iso(asked) for article, asked in digest.again} or None,
                }
            ),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def hold(self, period: str, why: str) -> bool:
        """Note why a waiting digest cannot be sent; False when that is known, or it waits no more."""
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"pk": DIGESTS, "sk": period}),
            UpdateExpression="SET held_because = :why",
            ConditionExpression=f"{AWAITS_APPROVAL} AND (attribute_not_exists(held_because) OR held_because <> :why)",
            ExpressionAttributeValues=to_item({":why": why}),
        )

    def release(self, period: str, at: datetime, verdict: str, now: datetime) -> bool:
        """Let a waiting digest be planned from the wall-clock time `at` on; False when it waits no more."""
        return self._end_waiting(period, {"released_at": _iso_microseconds(at)}, verdict, now)

    def drop(self, period: str, verdict: str, now: datetime) -> bool:
        """Never send a waiting digest; False when it waits no more."""
        return self._end_waiting(period, {"dropped": True}, verdict, now)

    def _end_waiting(self, period: str, how: dict[str, Any], verdict: str, now: datetime) -> bool:
        values = {**how, "verdict": verdict, "decided_at": iso(now)}
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"pk": DIGESTS, "sk": period}),
            UpdateExpression=f"SET {', '.join(f'{name} = :{name}' for name in values)} REMOVE held_because",
            ConditionExpression=AWAITS_APPROVAL,
            ExpressionAttributeValues=to_item({f":{name}": value for name, value in values.items()}),
        )


def _digest(item: dict[str, Any]) -> Digest:
    return Digest(
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
        again=tuple((article, parse_iso(asked)) for article, asked in item.get("again", {}).items()),
    )


def _window(item: dict[str, Any]) -> Window:
    return Window(parse_iso(item["start"]), parse_iso(item["end"]))


def _iso_microseconds(moment: datetime) -> str:
    """To the microsecond, to tell whether a subscriber's choice in the same second came before or after."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
