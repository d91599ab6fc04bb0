"""Profiles of readers, in the Subscribers table: status, address and choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import (
    batch_get,
    batch_get_items,
    change,
    from_item,
    holds,
    projection,
    to_item,
    to_value,
)
from newsletter.platform.errors import NotNow
from newsletter.platform.observability import logger
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso
from newsletter.platform.words.said import say
from newsletter.readers.choices import Choices, stored_choices
from newsletter.readers.consents.consent import ConsentRecord
from newsletter.readers.frequency_history import after_choice
from newsletter.readers.profiles.movements_store import joined, moved_in
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.profiles.records_store import PROFILE
from newsletter.readers.profiles.subscriber_items import (
    ADDRESSEE,
    OF_RECIPIENTS,
    imported_profile,
    read_profile,
    read_recipient,
    read_recipient_profile,
    read_subscriber,
)
from newsletter.readers.shown_before import after_taking
from newsletter.readers.signup.pending import Effect
from newsletter.readers.subscriber import Recipient, RecipientProfile, SignUp, Status, Subscriber

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


TRIES = 5
"""How often a change of the profile that is added to what stands there is tried."""


class Subscribers:
    """One profile per id. The profile of an erased reader is only a mark (`Status.ERASED`).

    `index` is the index of the table that planning reads.
    """

    def __init__(self, client: DynamoDBClient, table: str, index: str) -> None:
        self._client = client
        self._table = table
        self._index = index

    # --- one reader --------------------------------------------------------------------------------------------------

    def get(self, subscriber: str) -> Subscriber | None:
        """The profile, or None for an address that never confirmed or was erased."""
        item = self._read(subscriber)
        return read_subscriber(item) if item and "email" in item else None

    def profile(self, subscriber: str) -> Profile | None:
        """The fields that can be read even if the profile is broken or its reader erased; None for an unknown id."""
        item = self._read(subscriber)
        return read_profile(item) if item else None

    def activate(
        self,
        sign_up: SignUp,
        now: datetime,
        consent_head: str = "",
        frequency_history: str = "",
        effect: Effect = Effect.SUBSCRIBE,
        *,
        welcomed: str = "",
        taken: str = "",
    ) -> bool:
        """Make the reader active with what the form says; False when this very form was confirmed before.

        So an old confirmation link, pressed again after the reader left, subscribes nobody. A reader who refused
        tracking before still refuses it. A pause ends, unless the form has one from the old address.
        `frequency_history` is what a known reader has chosen so far (stored as `cadence`); `effect` is what the
        confirmation does, for the page that its link shows later. `welcomed` and `taken` replace what is stored, unless
        they are empty. A reader who was erased after the form was filled in stays erased.
        """
        values = {
            "email": sign_up.email,
            "status": Status.ACTIVE,
            **stored_choices(sign_up.choices),
            "confirmed_at": iso(now),
            "confirmed_by": sign_up.nonce,
            "confirmed_with": sign_up.link or sign_up.nonce,
            "confirmed_as": effect,
            "consent_version": sign_up.consent_version,
            "consent_head": consent_head,
            "mailable": shard_of(sign_up.id),
            **({"cadence": frequency_history} if frequency_history else {}),
            **({"welcomed": welcomed} if welcomed else {}),
            **({"taken": taken} if taken else {}),
            **({"moved_from": sign_up.moved_from} if sign_up.moved_from else {}),
            **(joined(sign_up.id, sign_up.origin, now) if effect is Effect.SUBSCRIBE else {}),
        }
        allowed = {"tracking": values.pop("tracking")} if sign_up.choices.tracking else {}
        return self._update(
            sign_up.id,
            change(
                values,
                unless_there=allowed,
                remove=("left_at", "left_how", "left_why", "moved_to", "erased_at", "due_shard", "due_at"),
                condition="(attribute_not_exists(#confirmed_by) OR #confirmed_by <> :nonce)"
                " AND (attribute_not_exists(#erased_at) OR #erased_at <= :asked)",
                compared={"nonce": sign_up.nonce, "asked": iso(sign_up.at)},
            ),
        )

    def admit(
        self,
        reader: Subscriber,
        proof: ConsentRecord,
        *,
        how: str = "",
        why: str = "",
        forget_after: timedelta = timedelta(days=365),
    ) -> bool:
        """Add an imported reader, who agreed elsewhere or left there, in one write with the consent record.

        False for every known id, also of readers who left or were erased. `how` and `why` are those of leaving; a
        reader who left is erased `forget_after` that.
        """
        return self._add(imported_profile(reader, proof, how=how, why=why, forget_after=forget_after))

    def admit_erased(self, subscriber: str, erased_at: datetime) -> bool:
        """Add the mark of a reader who was erased in a stack with the same pepper; False for every known id."""
        return self._add({"id": subscriber, "status": Status.ERASED, "erased_at": iso(erased_at)})

    def deactivate(
        self,
        subscriber: str,
        status: Status,
        how: str,
        now: datetime,
        forget_after: timedelta = timedelta(days=365),
        *,
        moved_to: str = "",
    ) -> bool:
        """Stop all mail to the reader from this moment; False if they were not active.

        A reader whom soft bounces stopped can still leave, because a later delivery would make them active again.

        The index `due` lists the profile when it is to be erased, `forget_after` later. `moved_to` is the id of the
        address that the reader has changed to.
        """
        return self._update(
            subscriber,
            change(
                {
                    "status": status,
                    "left_at": iso(now),
                    "left_how": how,
                    "due_shard": shard_of(subscriber),
                    "due_at": iso(now + forget_after),
                    **({"moved_to": moved_to} if moved_to else {"moved_in": moved_in(subscriber, now)}),
                },
                remove=("mailable", "passing"),
                condition="#status = :active OR (#status = :bounced AND attribute_exists(#passing))",
                compared={"active": Status.ACTIVE, "bounced": Status.BOUNCED},
            ),
        )

    def explain_leaving(self, subscriber: str, why: str) -> bool:
        """Store the reason a reader gave for leaving; False if they did not leave by themselves."""
        update = change({"left_why": why}, condition="#status = :left", compared={"left": Status.UNSUBSCRIBED})
        return self._update(subscriber, update, repeatable=True)

    def choose(self, before: Subscriber, choices: Choices, now: datetime) -> bool:
        """Store new choices and the time of the change; False if the profile has changed since `before` was read."""
        frequency_history = after_choice(before, choices, now)
        same = "#cadence = :had" if before.frequency_history else "attribute_not_exists(#cadence)"
        return self._update(
            before.id,
            change(
                stored_choices(choices) | ({"cadence": frequency_history} if frequency_history else {}),
                condition=f"attribute_exists(#email) AND #status = :still AND #frequency = :was AND {same}",
                compared={
                    "still": before.status,
                    "was": before.choices.frequency,
                    **({"had": before.frequency_history} if before.frequency_history else {}),
                },
            ),
        )

    def remember_taken(self, subscriber: str, days: Mapping[str, date]) -> None:
        """Add the days on which the reader took up offers, {offer: day}; nothing for one who was erased.

        The profile may change meanwhile: then it is read again, so that no other offer is lost. Raises NotNow if it
        never stands still.
        """
        for _ in range(TRIES):
            item = self._read(subscriber)
            if not item or "email" not in item:
                return
            had = str(item.get("taken", ""))
            taken = had
            for offer, day in days.items():
                taken = after_taking(taken, offer, day)
            if taken == had:
                return
            same = "#taken = :had" if had else "attribute_not_exists(#taken)"
            compared = {"had": had} if had else {}
            update = change({"taken": taken}, condition=f"attribute_exists(#email) AND {same}", compared=compared)
            if self._update(subscriber, update):
                return
        raise NotNow(say("{what} changes all the time; try again in a moment", what=subscriber))

    def remember_joined(self, sign_up: SignUp) -> None:
        """Store the link of a confirmation that ended another subscription and left this one as it was."""
        values = {"confirmed_with": sign_up.link, "confirmed_as": Effect.JOIN}
        self._update(sign_up.id, change(values, condition="attribute_exists(#email)"))

    def remember_head(self, subscriber: str, head: str) -> None:
        """Store the hash of the last consent record, so that a record missing at the end is noticed."""
        update = change({"consent_head": head}, condition="attribute_exists(#email)")
        self._update(subscriber, update, repeatable=True)

    def _read(self, subscriber: str) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=_key(subscriber), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    # --- many readers ------------------------------------------------------------------------------------------------

    def page(self, shard: str, after: str | None, limit: int) -> tuple[list[tuple[str, Recipient]], str | None]:
        """Ids of the active readers of a shard in order, each with what planning needs, and the id to continue after
        (None at the end of the shard)."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": self._index,
            "KeyConditionExpression": "mailable = :shard",
            "ExpressionAttributeValues": {":shard": to_value(shard)},
            **projection(OF_RECIPIENTS),
            "Limit": limit,
        }
        if after is not None:
            query["ExclusiveStartKey"] = to_item({"mailable": shard, "id": after, "record": PROFILE})
        answer = self._client.query(**query)
        recipients = [read_recipient(item) for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return recipients, last["id"]["S"] if last else None

    def many(self, subscribers: Iterable[str]) -> dict[str, Subscriber]:
        """The profiles of at most 100 readers, read consistently, so that a reader who has just left shows as such.

        A profile that cannot be read is left out and logged, so that the others are still found.
        """
        items = batch_get(self._client, self._table, [_key(subscriber) for subscriber in dict.fromkeys(subscribers)])
        found = {}
        for item in items:
            try:
                if "email" in item:
                    found[item["id"]] = read_subscriber(item)
            except (KeyError, TypeError, ValueError):
                logger().error("profile cannot be read", extra={"subscriber": item["id"]})
        return found

    def addressees(self, subscribers: Iterable[str]) -> dict[str, RecipientProfile]:
        """At most 100 readers, read consistently, so that a reader who has just left shows as such.

        Only what a mail needs is read. Unknown ids and erased readers, who have no address, are left out.
        """
        keys = [_key(subscriber) for subscriber in dict.fromkeys(subscribers)]
        items = batch_get_items(self._client, self._table, keys, ADDRESSEE)
        return {item["id"]["S"]: read_recipient_profile(item) for item in items if "email" in item}

    def statuses(self, subscribers: Iterable[str]) -> dict[str, Status]:
        """The status of at most 100 readers, erased ones included; unknown ids are left out."""
        items = batch_get(self._client, self._table, [_key(subscriber) for subscriber in dict.fromkeys(subscribers)])
        return {item["id"]: Status(item["status"]) for item in items}

    def _add(self, profile: dict[str, Any]) -> bool:
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({**profile, "record": PROFILE}),
            ConditionExpression="attribute_not_exists(id)",
        )

    def _update(self, subscriber: str, update: Mapping[str, Any], *, repeatable: bool = False) -> bool:
        key = _key(subscriber)
        return holds(self._client, "update_item", repeatable=repeatable, TableName=self._table, Key=key, **update)


def _key(subscriber: str) -> dict[str, Any]:
    return {"id": {"S": subscriber}, "record": {"S": PROFILE}}
