"""What mail systems say of a reader's address, on the profile: that it bounces, or that its owner complained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter.adapters.items import conditional, from_item, holds, to_item, to_value
from newsletter.domain.subscriber import Status, shard_of
from newsletter.domain.times import iso, parse_iso

LIVE = {Status.BOUNCED: ("active",), Status.COMPLAINED: ("active", "bounced")}
"""From which statuses a reader gets there. A complaint outranks a bounce, so that their order does not matter."""


@dataclass(frozen=True)
class SoftBounces:
    """When each mail that bounced for a passing reason was sent, and when its reader confirmed last."""

    mails: Mapping[str, datetime]
    confirmed_at: datetime


class Reachability:
    """Profiles of the Subscribers table, as far as feedback changes them."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def stop(
        self, subscriber: str, status: Status, how: str, *, valid_at: datetime, now: datetime, forget_after: timedelta
    ) -> bool:
        """Stop all mail; False for a reader who confirmed after `valid_at`, who left, or whom nobody knows.

        `valid_at` is the moment of which the report speaks: whoever confirmed later has proved the contrary.
        """
        before = {f":before{number}": name for number, name in enumerate(LIVE[status])}
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(subscriber),
            UpdateExpression=(
                "SET #status = :status, left_at = :now, left_how = :how, due_shard = :shard, due_at = :forget"
                " REMOVE mailable"
            ),
            ConditionExpression=(
                f"({' OR '.join(f'#status = {name}' for name in before)}) AND confirmed_at <= :valid_at"
            ),
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=to_item(
                {
                    **before,
                    ":status": status,
                    ":now": iso(now),
                    ":how": how,
                    ":shard": shard_of(subscriber),
                    ":forget": iso(now + forget_after),
                    ":valid_at": iso(valid_at),
                }
            ),
        )

    def add_soft_bounce(self, subscriber: str, mailed_at: datetime, message_id: str) -> SoftBounces | None:
        """Remember that a mail bounced for a passing reason; the same mail twice is one. None for who is not active."""
        written = conditional(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=_key(subscriber),
            UpdateExpression="ADD soft_bounces :bounce",
            ConditionExpression="#status = :active",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":bounce": to_value({f"{iso(mailed_at)}#{message_id}"}),
                ":active": to_value(Status.ACTIVE),
            },
            ReturnValues="ALL_NEW",
        )
        if not written.took_place:
            return None
        profile = from_item(written.item)
        mails = {bounce: parse_iso(bounce.partition("#")[0]) for bounce in profile["soft_bounces"]}
        return SoftBounces(mails, parse_iso(profile["confirmed_at"]))

    def forget_soft_bounces(self, subscriber: str, mails: Collection[str]) -> None:
        """Forget those mails, so that a reader of many years carries no list of them."""
        if mails:
            self._client.update_item(
                TableName=self._table,
                Key=_key(subscriber),
                UpdateExpression="DELETE soft_bounces :mails",
                ExpressionAttributeValues={":mails": to_value(set(mails))},
            )

    def may_be_tracked(self, subscriber: str) -> bool:
        """Whether the reader lets links and pictures tell that they were used."""
        answer = self._client.get_item(
            TableName=self._table, Key=_key(subscriber), ProjectionExpression="tracking", ConsistentRead=True
        )
        return bool(from_item(answer.get("Item", {})).get("tracking"))


def _key(subscriber: str) -> dict[str, Any]:
    return to_item({"id": subscriber, "record": "profile"})
