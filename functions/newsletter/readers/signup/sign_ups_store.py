"""Filled-in forms that wait for their confirmation; DynamoDB forgets those nobody confirms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import GET_LIMIT, Item, batch_get, change, from_item, holds, to_item, to_value
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
    """Items of the Subscribers table, for as long as `kept`; until its reminder in the index `due`.

    One for each address, and one for each reader who asked to go on there: each has a link of its own.
    """

    def __init__(self, client: DynamoDBClient, table: str, kept: timedelta) -> None:
        self._client = client
        self._table = table
        self._kept = kept
        self._records = ReaderRecords(client, table)

    def put(self, sign_up: SignUp, *, mail: str | None = None, anew: bool = False) -> None:
        """Keep a filled-in form until it is confirmed or forgotten. A newer form replaces an older one of its kind.

        A change of address replaces only one of the same reader. The newer form takes over the link of the one it
        replaces, unless it begins `anew`. `mail` is the nonce of the form of that kind for which a mail was granted
        last: this one (the default), an earlier one, whose reminder stands, or none.

        Filled in since, it is the one thing that may wait under the id of who was erased; the tick looks there again
        when it is forgotten. A change of address is noted under the present id first, so that erasing the reader finds
        it, and nothing is kept of one whose reader is erased.
        """
        if iso(sign_up.at) < self._records.erased_at(sign_up.id):
            return
        if sign_up.moved_from and not self._note_change(sign_up):
            return
        self._expect_erased(sign_up)
        self._keep(sign_up, mail=sign_up.nonce if mail is None else mail, anew=anew)
        if sign_up.moved_from and self._records.erased(sign_up.moved_from):
            self.forget(sign_up)

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
        """Point from the present id to the form at the new address; False for a reader who was erased."""
        record = f"{CHANGE}{sign_up.id}"
        expires = int((sign_up.at + self._kept).timestamp())
        self._records.add({"id": sign_up.moved_from, "record": record, "expires": expires})
        return not self._records.erased(sign_up.moved_from)

    def put_all(self, sign_ups: Iterable[SignUp]) -> None:
        """The same for many forms of an import, each of another reader.

        An import is not the reader's word: of who is erased nothing is kept.
        """
        forms = list(sign_ups)
        batch_put(self._client, self._table, [to_item(self._values(form)) for form in forms])
        gone = self._erased([form.id for form in forms])
        for form in forms:
            if form.id in gone:
                self.forget(form)

    def _expect_erased(self, sign_up: SignUp) -> None:
        """Let the tick look after who was erased when this form is over, confirmed or not."""
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
        """The address's own form, or that of the reader who wants to go on there, if it can be confirmed."""
        key = to_item({"id": subscriber, "record": sign_up_record(moved_from)})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        found = _kept([from_item(answer["Item"])] if "Item" in answer else [], now)
        return found[0] if found and can_be_confirmed(found[0], now) else None

    def kept(self, subscriber: str, now: datetime) -> list[SignUp]:
        """All that wait under the id, too old to be confirmed or not, the newest first."""
        return _kept(self._records.sign_ups(subscriber), now)

    def waiting(self, subscribers: list[str], now: datetime) -> dict[str, SignUp]:
        """The own forms of at most 100 addresses that wait, by their ids."""
        keys = [to_item({"id": subscriber, "record": sign_up_record()}) for subscriber in dict.fromkeys(subscribers)]
        found = batch_get(self._client, self._table, keys)
        return {item["id"]: _sign_up(item) for item in found if item["expires"] > now.timestamp()}

    def forget(self, sign_up: SignUp) -> None:
        """Remove the sign-up, unless a newer form took its place."""
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
        """Take the sign-up out of the index `due`: there is one reminder and no second."""
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
    """Whether the form is young enough."""
    return now < sign_up.at + SIGN_UP_LIFE


def _kept(items: list[dict[str, Any]], now: datetime) -> list[SignUp]:
    """DynamoDB removes expired items late: the time is checked too."""
    found = [_sign_up(item) for item in items if item["expires"] > now.timestamp()]
    return sorted(found, key=lambda form: form.at, reverse=True)


def batch_put(client: DynamoDBClient, table: str, items: list[Item]) -> None:
    """Put the items whatever was there before; those that DynamoDB had no time for are sent again."""
    requests: list[WriteRequestUnionTypeDef] = [{"PutRequest": {"Item": item}} for item in items]
    while requests:
        answer = client.batch_write_item(RequestItems={table: requests[:WRITE_LIMIT]})
        requests = [*answer.get("UnprocessedItems", {}).get(table, []), *requests[WRITE_LIMIT:]]


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
