"""Filled-in forms that wait for their confirmation; DynamoDB's TTL removes those that nobody confirms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import (
    GET_LIMIT,
    PAUSE,
    Item,
    batch_get,
    change,
    from_item,
    holds,
    paused,
    to_item,
    to_value,
)
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso, parse_iso
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.choices import choices_from, stored_choices
from newsletter.readers.profiles.records_store import CHANGE, PROFILE, ReaderRecords, sign_up_record
from newsletter.readers.subscriber import REMINDER_AFTER, SignUp, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestUnionTypeDef

WRITE_LIMIT = 25
"""AWS: at most 25 items in one BatchWriteItem."""


class SignUps:
    """Items of the Subscribers table. They expire after `kept`, and are in the index `due` until their reminder.

    An address has one for a sign-up, and one for each reader who asked to change to it: each has a link of its own.
    """

    def __init__(self, client: DynamoDBClient, table: str, kept: timedelta) -> None:
        self._client = client
        self._table = table
        self._kept = kept
        self._records = ReaderRecords(client, table)

    def put(self, sign_up: SignUp, *, mail: str | None = None, anew: bool = False) -> None:
        """Store a filled-in form until it is confirmed or expires. A newer form replaces one with the same key.

        A change of address replaces only one of the same reader. The newer form takes over the link of the one it
        replaces, unless it is stored `anew`. `mail` is the nonce of the form with this key for which the limits last
        allowed a mail: this one (the default), an earlier one, whose reminder stays due, or an empty text for none.

        A form is the only record that may be added under the id of an erased reader, if it was filled in after the
        erasure; the tick checks the id again when the form expires. For a change of address, a pointer under the
        present id is written first, so that an erasure finds the form; for an erased reader none is stored.
        """
        if iso(sign_up.at) < self._records.erased_at(sign_up.id):
            return
        if sign_up.moved_from and not self._note_change(sign_up):
            return
        self._expect_erased(sign_up)
        self._keep(sign_up, mail=sign_up.nonce if mail is None else mail, anew=anew)
        if sign_up.moved_from and self._records.erased(sign_up.moved_from):
            self.delete(sign_up)

    def _keep(self, sign_up: SignUp, *, mail: str, anew: bool) -> None:
        values = self._values(sign_up)
        key = to_item({name: values.pop(name) for name in ("id", "record")})
        link = values.pop("link")
        values["mail"] = mail
        if not mail:
            for name in ("mail", "due_shard", "due_at"):
                values.pop(name)
        stands = ("due_shard", "due_at") if mail and mail != sign_up.nonce else ()
        stay = {name: values.pop(name) for name in stands}
        if anew:
            values["link"] = link
        else:
            stay["link"] = link
        self._client.update_item(TableName=self._table, Key=key, **change(values, unless_there=stay))

    def _note_change(self, sign_up: SignUp) -> bool:
        """Write a pointer under the present id to the form at the new address; False for an erased reader."""
        record = f"{CHANGE}{sign_up.id}"
        expires = int((sign_up.at + self._kept).timestamp())
        self._records.add({"id": sign_up.moved_from, "record": record, "expires": expires})
        return not self._records.erased(sign_up.moved_from)

    def put_all(self, sign_ups: Iterable[SignUp]) -> None:
        """Store many forms of an import, each of another reader.

        Forms for erased readers are removed again: unlike a sign-up, an import is no wish of the reader.
        """
        forms = list(sign_ups)
        batch_put(self._client, self._table, [to_item(self._values(form)) for form in forms])
        gone = self._erased([form.id for form in forms])
        for form in forms:
            if form.id in gone:
                self.delete(form)

    def _expect_erased(self, sign_up: SignUp) -> None:
        """If the reader was erased, let the tick check the id again when this form expires."""
        holds(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=to_item({"id": sign_up.id, "record": PROFILE}),
            UpdateExpression="SET due_shard = :shard, due_at = :over",
            ConditionExpression="erased_at <= :asked",
            ExpressionAttributeValues=to_item(
                {
                    ":shard": shard_of(sign_up.id),
                    ":over": iso(sign_up.at + self._kept),
                    ":asked": iso(sign_up.at),
                }
            ),
        )

    def _erased(self, subscribers: list[str]) -> set[str]:
        found: list[dict[str, Any]] = []
        for start in range(0, len(subscribers), GET_LIMIT):
            some = subscribers[start : start + GET_LIMIT]
            keys = [to_item({"id": subscriber, "record": PROFILE}) for subscriber in some]
            found += batch_get(self._client, self._table, keys, ("id", "status"))
        return {item["id"] for item in found if item.get("status") == Status.ERASED}

    def _values(self, sign_up: SignUp) -> dict[str, Any]:
        return {
            "id": sign_up.id,
            "record": sign_up_record(sign_up.moved_from),
            "email": sign_up.email,
            **stored_choices(sign_up.choices),
            "consent_version": sign_up.consent_version,
            "origin": sign_up.origin,
            "network": sign_up.network,
            "at": iso(sign_up.at),
            "nonce": sign_up.nonce,
            "link": sign_up.nonce,
            "mail": sign_up.nonce,
            "mailbox": sign_up.mailbox,
            "moved_from": sign_up.moved_from,
            "disposable": sign_up.disposable,
            "due_shard": shard_of(sign_up.id),
            "due_at": iso(sign_up.at + REMINDER_AFTER),
            "expires": int((sign_up.at + self._kept).timestamp()),
        }

    def get(self, subscriber: str, now: datetime, moved_from: str = "") -> SignUp | None:
        """The sign-up of the address, or the change of address by reader `moved_from`, if it can be confirmed."""
        key = to_item({"id": subscriber, "record": sign_up_record(moved_from)})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        found = _kept([from_item(answer["Item"])] if "Item" in answer else [], now)
        return found[0] if found and can_be_confirmed(found[0], now) else None

    def kept(self, subscriber: str, now: datetime) -> list[SignUp]:
        """All forms under the id, also those too old to be confirmed, the newest first."""
        return _kept(self._records.sign_ups(subscriber), now)

    def waiting(self, subscribers: list[str], now: datetime) -> dict[str, SignUp]:
        """The sign-ups of at most 100 addresses that wait for confirmation, by id."""
        keys = [to_item({"id": subscriber, "record": sign_up_record()}) for subscriber in dict.fromkeys(subscribers)]
        found = batch_get(self._client, self._table, keys)
        return {item["id"]: _sign_up(item) for item in found if item["expires"] > now.timestamp()}

    def delete(self, sign_up: SignUp) -> None:
        """Remove the form, unless a newer one has replaced it."""
        holds(
            self._client,
            "delete_item",
            repeatable=True,
            TableName=self._table,
            Key=to_item({"id": sign_up.id, "record": sign_up.record or sign_up_record(sign_up.moved_from)}),
            ConditionExpression="nonce = :nonce",
            ExpressionAttributeValues={":nonce": to_value(sign_up.nonce)},
        )

    def reminded(self, subscriber: str, nonce: str, moved_from: str = "") -> None:
        """Take the form out of the index `due` once its one reminder was sent."""
        holds(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=to_item({"id": subscriber, "record": sign_up_record(moved_from)}),
            UpdateExpression="REMOVE due_shard, due_at",
            ConditionExpression="nonce = :nonce",
            ExpressionAttributeValues={":nonce": to_value(nonce)},
        )


def can_be_confirmed(sign_up: SignUp, now: datetime) -> bool:
    """Whether the form is recent enough to be confirmed."""
    return now < sign_up.at + SIGN_UP_LIFE


def _kept(items: list[dict[str, Any]], now: datetime) -> list[SignUp]:
    """The forms that have not expired, the newest first: DynamoDB removes expired items with a delay."""
    found = [_sign_up(item) for item in items if item["expires"] > now.timestamp()]
    return sorted(found, key=lambda form: form.at, reverse=True)


def batch_put(client: DynamoDBClient, table: str, items: list[Item]) -> None:
    """Put the items unconditionally; those that DynamoDB returns as unprocessed are sent again."""
    requests: list[WriteRequestUnionTypeDef] = [{"PutRequest": {"Item": item}} for item in items]
    pause = PAUSE
    while requests:
        answer = client.batch_write_item(RequestItems={table: requests[:WRITE_LIMIT]})
        left = answer.get("UnprocessedItems", {}).get(table, [])
        requests = [*left, *requests[WRITE_LIMIT:]]
        pause = paused(pause) if left else PAUSE


def _sign_up(item: dict[str, Any]) -> SignUp:
    return SignUp(
        id=item["id"],
        email=item["email"],
        choices=choices_from(item),
        consent_version=item["consent_version"],
        origin=item["origin"],
        network=item["network"],
        at=parse_iso(item["at"]),
        nonce=item["nonce"],
        moved_from=item["moved_from"],
        disposable=item["disposable"],
        mailbox=item.get("mailbox", ""),
        link=item.get("link", item["nonce"]),
        mail=item.get("mail", ""),
        record=item["record"],
    )
