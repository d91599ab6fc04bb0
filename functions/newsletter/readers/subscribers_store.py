"""Profiles of readers, in the Subscribers table: who may be mailed, about what, in which language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from newsletter.platform.aws.items import batch_get, batch_get_items, from_item, holds, pages, to_item, to_value
from newsletter.platform.aws.pepper_fingerprints_store import KEY as FINGERPRINT
from newsletter.platform.observability import logger
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso
from newsletter.readers.consents.consent import ConsentRecord
from newsletter.readers.frequency_history import after_choice
from newsletter.readers.records_store import CHANGE, PROFILE, sign_up_record
from newsletter.readers.signup.pending import Effect
from newsletter.readers.subscriber import Frequency, Recipient, RecipientProfile, SignUp, Status, Subscriber
from newsletter.readers.subscriber_items import brought_profile, read_addressee, read_recipient, read_subscriber


@dataclass(frozen=True)
class Choices:
    """What a reader can choose at any time."""

    topics: tuple[str, ...]
    language: str
    name: str
    frequency: Frequency = Frequency.WEEKLY
    paused_until: date | None = None
    tracking: bool = True


class Subscribers:
    """One profile per id. An erased reader keeps a profile with nothing in it but the status."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    # --- one reader --------------------------------------------------------------------------------------------------

    def get(self, subscriber: str) -> Subscriber | None:
        """The profile, or None for an address that never confirmed or was erased."""
        item = self.profile(subscriber)
        return read_subscriber(item) if item and "email" in item else None

    def profile(self, subscriber: str) -> dict[str, Any] | None:
        """The profile as it is stored: also `confirmed_by`, `confirmed_with`, `confirmed_as`, `consent_head`,
        `left_at`, `left_how`, `left_why`, `moved_from`, `moved_to`."""
        answer = self._client.get_item(TableName=self._table, Key=_key(subscriber), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def activate(
        self,
        sign_up: SignUp,
        now: datetime,
        consent_head: str = "",
        frequency_history: str = "",
        effect: Effect = Effect.SUBSCRIBE,
    ) -> bool:
        """Make the reader active with what the form says; False when this very form was confirmed before.

        So an old confirmation link, pressed again after the reader left, wakes nobody up. Whether links may be tracked
        stays as the reader chose it before. A pause ends, unless the form brings one from the old address. `cadence` is
        what somebody we know had chosen so far; `effect` what the confirmation does, for who opens its link again. Who
        was erased since the form was filled in stays erased.
        """
        paused = ", paused_until = :paused" if sign_up.paused_until else ""
        moved = ", moved_from = :moved" if sign_up.moved_from else ""
        tracking = "if_not_exists(tracking, :tracking)" if sign_up.tracking else ":tracking"
        return self._update(
            sign_up.id,
            "SET email = :email, #status = :active, topics = :topics, #language = :language, #name = :name,"
            f" frequency = :frequency, tracking = {tracking}, confirmed_at = :now,"
            " confirmed_by = :nonce, confirmed_with = :link, confirmed_as = :effect, consent_version = :version,"
            " consent_head = :head, mailable = :shard"
            f"{paused}{moved}{', cadence = :cadence' if frequency_history else ''}"
            " REMOVE left_at, left_how, left_why, moved_to, erased_at, due_shard, due_at"
            + ("" if paused else ", paused_until"),
            "(attribute_not_exists(confirmed_by) OR confirmed_by <> :nonce)"
            " AND (attribute_not_exists(erased_at) OR erased_at <= :asked)",
            {
                ":email": sign_up.email,
                ":active": Status.ACTIVE,
                ":topics": list(sign_up.topics),
                ":language": sign_up.language,
                ":name": sign_up.name,
                ":frequency": sign_up.frequency,
                ":tracking": sign_up.tracking,
                ":now": iso(now),
                ":asked": iso(sign_up.at),
                ":nonce": sign_up.nonce,
                ":link": sign_up.link or sign_up.nonce,
                ":effect": effect,
                ":version": sign_up.consent_version,
                ":head": consent_head,
                ":shard": shard_of(sign_up.id),
                ":cadence": frequency_history or None,
                ":paused": sign_up.paused_until.isoformat() if sign_up.paused_until else None,
                ":moved": sign_up.moved_from or None,
            },
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
        """Add a reader who agreed elsewhere, or left there (import), together with the proof of it.

        False for every id we know, left and erased ones included. `how` and `why` are of leaving; who left is erased
        `forget_after` it.
        """
        return self._add(brought_profile(reader, proof, how=how, why=why, forget_after=forget_after))

    def admit_erased(self, subscriber: str, erased_at: datetime) -> bool:
        """Add the mark of a reader who was erased elsewhere under the same pepper; False for every id we know."""
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
        """Stop all mail to the reader from this moment; False when they were not active.

        Whom soft bounces stopped can still leave: a mail that comes after all would make them active again.

        The index `due` brings the profile up again when it is to be erased, `forget_after` later. `moved_to` is the id
        of the address they go on with.
        """
        moved = ", moved_to = :moved" if moved_to else ""
        return self._update(
            subscriber,
            "SET #status = :status, left_at = :now, left_how = :how, due_shard = :shard, due_at = :forget"
            f"{moved} REMOVE mailable, passing",
            "#status = :active OR (#status = :bounced AND attribute_exists(passing))",
            {
                ":status": status,
                ":active": Status.ACTIVE,
                ":bounced": Status.BOUNCED,
                ":now": iso(now),
                ":how": how,
                ":shard": shard_of(subscriber),
                ":forget": iso(now + forget_after),
                ":moved": moved_to or None,
            },
        )

    def explain_leaving(self, subscriber: str, why: str) -> None:
        """Keep the reason a reader gave for leaving."""
        self._update(
            subscriber,
            "SET left_why = :why",
            "#status = :left",
            {":why": why, ":left": Status.UNSUBSCRIBED},
            repeatable=True,
        )

    def choose(self, before: Subscriber, choices: Choices, now: datetime) -> bool:
        """Keep new preferences, and since when; False when the reader is another by now than `before`."""
        paused, frequency_history = (
            choices.paused_until,
            after_choice(before, choices.frequency, choices.paused_until, now),
        )
        return self._update(
            before.id,
            "SET topics = :topics, #language = :language, #name = :name, frequency = :frequency, tracking = :tracking"
            + (", cadence = :cadence" if frequency_history else "")
            + (", paused_until = :paused" if paused else " REMOVE paused_until"),
            "attribute_exists(email) AND #status = :status AND frequency = :was AND "
            + ("cadence = :had" if before.frequency_history else "attribute_not_exists(cadence)"),
            {
                ":status": before.status,
                ":was": before.frequency,
                **({":had": before.frequency_history} if before.frequency_history else {}),
                **({":cadence": frequency_history} if frequency_history else {}),
                ":topics": list(choices.topics),
                ":language": choices.language,
                ":name": choices.name,
                ":frequency": choices.frequency,
                ":tracking": choices.tracking,
                **({":paused": paused.isoformat()} if paused else {}),
            },
        )

    def remember_joined(self, sign_up: SignUp) -> None:
        """Remember a link whose press ended another subscription and left this one as it was."""
        self._update(
            sign_up.id,
            "SET confirmed_with = :link, confirmed_as = :effect",
            "attribute_exists(email)",
            {":link": sign_up.link, ":effect": Effect.JOIN},
        )

    def remember_head(self, subscriber: str, head: str) -> None:
        """Remember the hash of the last consent record, so that one missing at the end is noticed."""
        condition = "attribute_exists(email)"
        self._update(subscriber, "SET consent_head = :head", condition, {":head": head}, repeatable=True)

    # --- everything of one reader ------------------------------------------------------------------------------------

    def records(self, subscriber: str) -> list[dict[str, Any]]:
        """Every item under the reader's id, as it is stored."""
        return list(
            pages(
                self._client,
                TableName=self._table,
                KeyConditionExpression="id = :id",
                ExpressionAttributeValues=to_item({":id": subscriber}),
                ConsistentRead=True,
            )
        )

    def mark_erased(
        self, subscriber: str, now: datetime, *, unless_active: bool, moved_to: str = "", moved_from: str = ""
    ) -> bool:
        """Replace the profile by the mark `erased`; False for an active reader who must be left alone.

        The mark stays in the index `due` until `finish_erasure`, so that the tick ends an erasure that crashed, and
        finds what was being written at that very moment. `moved_to` and `moved_from` stay in the mark of an address
        whose reader goes on with another; False also for who does not go on with that one any more.
        """
        mark = {
            "id": subscriber,
            "record": PROFILE,
            "status": Status.ERASED,
            "erased_at": iso(now),
            "due_shard": shard_of(subscriber),
            "due_at": iso(now),
            "moved_to": moved_to or None,
            "moved_from": moved_from or None,
        }
        if not unless_active:
            self._client.put_item(TableName=self._table, Item=to_item(mark))
            return True
        return holds(
            self._client,
            "put_item",
            repeatable=True,
            TableName=self._table,
            Item=to_item(mark),
            ConditionExpression="#status <> :active" + (" AND moved_to = :moved" if moved_to else ""),
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=to_item({":active": Status.ACTIVE, ":moved": moved_to or None}),
        )

    def remove_records(self, subscriber: str, spare: Collection[str] = ()) -> int:
        """Remove every record of the reader but the profile, and those in `spare`: names, and prefixes that end in #.

        With a change of address goes the form that waits for it under another id. How many records there were.
        """
        others = [item["record"] for item in self.records(subscriber) if item["record"] != PROFILE]
        prefixes = tuple(name for name in spare if name.endswith("#"))
        others = [record for record in others if record not in spare and not record.startswith(prefixes)]
        for record in others:
            if record.startswith(CHANGE):
                form = {"id": record.removeprefix(CHANGE), "record": sign_up_record(subscriber)}
                self._client.delete_item(TableName=self._table, Key=to_item(form))
            self._client.delete_item(TableName=self._table, Key=to_item({"id": subscriber, "record": record}))
        return len(others)

    def look_again(self, subscriber: str, erased_at: str, due: datetime) -> None:
        """Let the tick look once more for records of who was erased then."""
        self._update(
            subscriber,
            "SET due_shard = :shard, due_at = :due",
            "#status = :erased AND erased_at = :then",
            {":shard": shard_of(subscriber), ":due": iso(due), ":erased": Status.ERASED, ":then": erased_at},
            repeatable=True,
        )

    def finish_erasure(self, subscriber: str) -> None:
        """Nothing is left to remove, and nobody can be writing any more: take the mark off the index `due`."""
        erased = {":erased": Status.ERASED}
        self._update(subscriber, "REMOVE due_shard, due_at", "#status = :erased", erased, repeatable=True)

    # --- many readers ------------------------------------------------------------------------------------------------

    def page(self, shard: str, after: str | None, limit: int) -> tuple[list[Recipient], str | None]:
        """Active readers of a shard in the order of their ids, and the id to go on from (None: the shard is done)."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "mailable",
            "KeyConditionExpression": "mailable = :shard",
            "ExpressionAttributeValues": {":shard": to_value(shard)},
            "Limit": limit,
        }
        if after is not None:
            query["ExclusiveStartKey"] = to_item({"mailable": shard, "id": after, "record": PROFILE})
        answer = self._client.query(**query)
        recipients = [read_recipient(item) for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return recipients, last["id"]["S"] if last else None

    def many(self, subscribers: Iterable[str]) -> dict[str, Subscriber]:
        """The profiles of at most 100 readers, read consistently: whoever has left is seen to have left.

        One that cannot be read is left out and logged: it must not hide the others.
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
        """At most 100 readers as they are at this moment: whoever has left is seen to have left.

        Only what a mail needs is read. Erased readers have no address and are left out, as unknown ids are.
        """
        keys = [_key(subscriber) for subscriber in dict.fromkeys(subscribers)]
        items = batch_get_items(self._client, self._table, keys, ("id", "email", "status", "language", "name"))
        return {item["id"]["S"]: read_addressee(item) for item in items if "email" in item}

    def statuses(self, subscribers: Iterable[str]) -> dict[str, Status]:
        """The status of at most 100 readers, erased ones included; unknown ids are left out."""
        items = batch_get(self._client, self._table, [_key(subscriber) for subscriber in dict.fromkeys(subscribers)])
        return {item["id"]: Status(item["status"]) for item in items}

    def everything(self) -> Iterator[dict[str, Any]]:
        """Every item of every reader, page after page (export, counts); reads all of the table."""
        request: dict[str, Any] = {"TableName": self._table}
        while True:
            answer = self._client.scan(**request)
            for item in answer["Items"]:
                if item["id"] != FINGERPRINT["id"]:
                    yield from_item(item)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _add(self, profile: dict[str, Any]) -> bool:
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({**profile, "record": PROFILE}),
            ConditionExpression="attribute_not_exists(id)",
        )

    def _update(
        self, subscriber: str, update: str, condition: str, values: dict[str, Any], *, repeatable: bool = False
    ) -> bool:
        names = {f"#{name}": name for name in ("status", "language", "name") if f"#{name}" in update + condition}
        return holds(
            self._client,
            "update_item",
            repeatable=repeatable,
            TableName=self._table,
            Key=_key(subscriber),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=to_item(values),
            **({"ExpressionAttributeNames": names} if names else {}),
        )


def _key(subscriber: str) -> dict[str, Any]:
    return {"id": {"S": subscriber}, "record": {"S": PROFILE}}
