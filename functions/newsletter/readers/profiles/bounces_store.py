"""Bounces and complaints on a reader's profile, as SES reports them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import change, conditional, from_item, holds, to_item, to_value
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.profiles.movements_store import moved_in
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIVE = {
    Status.BOUNCED: "#status = :active OR (#status = :bounced AND attribute_exists(#passing))",
    Status.COMPLAINED: "#status = :active OR #status = :bounced",
}
"""By new status, the condition on the present one. A complaint replaces a bounce, and a permanent bounce replaces soft
ones, so that the order in which SES reports them does not matter. `Bounces.stop` lets a complaint replace
`unsubscribed` too."""


@dataclass(frozen=True)
class SoftBounces:
    """When each mail that soft-bounced was sent, and when its reader confirmed last."""

    mails: Mapping[str, datetime]
    confirmed_at: datetime


class Bounces:
    """Profiles of the Subscribers table, as far as feedback changes them."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def stop(
        self,
        subscriber: str,
        status: Status,
        how: str,
        *,
        valid_at: datetime,
        now: datetime,
        forget_after: timedelta,
        passing: Collection[str] = (),
    ) -> bool:
        """Stop all mail; False for a reader who confirmed after `valid_at`, whom that stopped, or whom nobody knows.

        `valid_at` is the time of the report: a reader who confirmed later has shown that the address works. `passing`
        are the soft bounces that are the reason; nothing is stopped if the profile has others by now. A reader who had
        unsubscribed and then complains gets the status `complained`, because SES sends them nothing more; when and how
        they left stays.
        """
        stopped = self._stop(subscriber, status, how, valid_at, now, forget_after, passing)
        return stopped or (status is Status.COMPLAINED and self._outrank_leaving(subscriber, valid_at))

    def _stop(
        self,
        subscriber: str,
        status: Status,
        how: str,
        valid_at: datetime,
        now: datetime,
        forget_after: timedelta,
        passing: Collection[str],
    ) -> bool:
        before = "#status = :active AND #soft_bounces = :passing_for" if passing else LIVE[status]
        compared = {"passing_for": set(passing)} if passing else {"bounced": Status.BOUNCED}
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(subscriber),
            **change(
                {
                    "status": status,
                    "left_at": iso(now),
                    "left_how": how,
                    "moved_in": moved_in(subscriber, now),
                    "due_shard": shard_of(subscriber),
                    "due_at": iso(now + forget_after),
                    "mailable": None,
                    "passing": iso(now) if passing else None,
                },
                condition=f"({before}) AND #confirmed_at <= :valid_at",
                compared={"active": Status.ACTIVE, "valid_at": iso(valid_at), **compared},
            ),
        )

    def _outrank_leaving(self, subscriber: str, valid_at: datetime) -> bool:
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(subscriber),
            **change(
                {"status": Status.COMPLAINED},
                condition="#status = :unsubscribed AND #confirmed_at <= :valid_at",
                compared={"unsubscribed": Status.UNSUBSCRIBED, "valid_at": iso(valid_at)},
            ),
        )

    def add_soft_bounce(self, subscriber: str, mailed_at: datetime, message_id: str) -> SoftBounces | None:
        """Add a mail that soft-bounced; the same mail twice counts once. None for a reader who is not active."""
        return self._counted(
            subscriber,
            UpdateExpression="ADD soft_bounces :bounce",
            ConditionExpression="#status = :active",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":bounce": to_value({soft_bounce(mailed_at, message_id)}),
                ":active": to_value(Status.ACTIVE),
            },
        )

    def discount(self, subscriber: str, bounce: str) -> SoftBounces | None:
        """Remove one soft bounce, because its mail was delivered after all; those that are left, None if unknown.

        The status stays: `restore` is for readers whom soft bounces had stopped.
        """
        return self._counted(
            subscriber,
            UpdateExpression="DELETE soft_bounces :bounces",
            ConditionExpression="attribute_exists(confirmed_at)",
            ExpressionAttributeValues={":bounces": to_value({bounce})},
        )

    def _counted(self, subscriber: str, **update: Any) -> SoftBounces | None:
        written = conditional(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=_key(subscriber),
            ReturnValues="ALL_NEW",
            **update,
        )
        return _soft_bounces(from_item(written.item)) if written.took_place else None

    def restore(self, subscriber: str) -> bool:
        """Make a reader active again whom soft bounces had stopped; False for any other reader."""
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(subscriber),
            **change(
                {"status": Status.ACTIVE, "mailable": shard_of(subscriber)},
                remove=("left_at", "left_how", "due_shard", "due_at", "passing"),
                condition="#status = :bounced AND attribute_exists(#passing)",
                compared={"bounced": Status.BOUNCED},
            ),
        )

    def forget_soft_bounces(self, subscriber: str, mails: Collection[str]) -> None:
        """Remove those mails from the soft bounces, so that the list does not grow over the years."""
        if mails:
            holds(
                self._client,
                "update_item",
                repeatable=True,
                TableName=self._table,
                Key=_key(subscriber),
                UpdateExpression="DELETE soft_bounces :mails",
                ConditionExpression="attribute_exists(email)",
                ExpressionAttributeValues={":mails": to_value(set(mails))},
            )


def soft_bounce(mailed_at: datetime, message_id: str) -> str:
    """How a mail is written in the set of its reader's soft bounces: when it was sent, and its message id."""
    return f"{iso(mailed_at)}#{message_id}"


def _soft_bounces(profile: Mapping[str, Any]) -> SoftBounces:
    mails = {bounce: parse_iso(bounce.partition("#")[0]) for bounce in profile.get("soft_bounces", ())}
    return SoftBounces(mails, parse_iso(profile["confirmed_at"]))


def _key(subscriber: str) -> dict[str, Any]:
    return to_item({"id": subscriber, "record": "profile"})
