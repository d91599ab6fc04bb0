"""All records under one reader's id, whatever they are, to show them to the reader and to erase them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import change, holds, pages, to_item
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.consents.consent import Consent
from newsletter.readers.consents.consent_items import from_stored
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.profiles.records_store import (
    CHANGE,
    CONSENT,
    LEAD,
    PROFILE,
    REPLY,
    VISIT,
    is_sign_up,
    sign_up_record,
)
from newsletter.readers.profiles.subscriber_items import read_profile
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INTERNAL = {"due_shard", "mailable", "moved_in", "enrolled", "standing", "version", "id"}
"""Attributes that are not shown to the reader: keys of indexes, and the id, which is the same in all records."""


@dataclass(frozen=True)
class StoredRecords:
    """The records under one id, the profile among them. Only this class knows what they look like in the table."""

    subscriber: str
    _items: tuple[Mapping[str, Any], ...]

    @property
    def profile(self) -> Profile | None:
        """The reader's profile."""
        return next((read_profile(item) for item in self._items if item["record"] == PROFILE), None)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing, or only the mark of an erasure."""
        return all(item["record"] == PROFILE and item.get("status") == Status.ERASED for item in self._items)

    @property
    def leads(self) -> list[str]:
        """Ids of the leads that the records point to."""
        return self._after(LEAD)

    @property
    def changes(self) -> list[str]:
        """Ids of the addresses that the reader asked to change to and has not confirmed."""
        return self._after(CHANGE)

    @property
    def visits(self) -> list[Mapping[str, Any]]:
        """The records with visits to the links of their mails, for whoever can read them."""
        return [item for item in self._items if item["record"].startswith(VISIT)]

    @property
    def consents(self) -> list[Consent]:
        """What they agreed to and withdrew, in order; the record of an import comes first."""
        brought = [item["brought"] for item in self._items if "brought" in item]
        own = [item for item in self._items if item["record"].startswith(CONSENT)]
        return [from_stored(0, item).consent for item in (*brought, *own)]

    @property
    def replies(self) -> list[KeptReply]:
        """Their answers to our mails, the oldest first."""
        found = (item for item in self._items if item["record"].startswith(REPLY))
        replies = [
            KeptReply(item["record"].removeprefix(REPLY), item["mailing"], parse_iso(item["at"]), item.get("words", ""))
            for item in found
        ]
        return sorted(replies, key=lambda each: each.at)

    def forms_since(self, erased_at: str, now: datetime) -> dict[str, datetime]:
        """The forms that were filled in after the erasure and have not expired, and when each expires."""
        return {
            item["record"]: datetime.fromtimestamp(item["expires"], now.tzinfo)
            for item in self._items
            if is_sign_up(item["record"]) and item["at"] >= erased_at and item["expires"] > now.timestamp()
        }

    def shown(self, without_leads: Collection[str] = ()) -> list[dict[str, Any]]:
        """The records as plain values for JSON, without INTERNAL attributes, visits and pointers to these leads."""
        shown = (item for item in self._items if not item["record"].startswith(VISIT))
        return [_shown(item) for item in shown if item["record"].removeprefix(LEAD) not in without_leads]

    def form_of(self, moved_from: str) -> WaitingForm | None:
        """The form of the reader who asked to change to this address."""
        found = (item for item in self._items if item["record"] == sign_up_record(moved_from))
        return next((WaitingForm(item["email"], _shown(item)) for item in found), None)

    def _after(self, prefix: str) -> list[str]:
        records = (item["record"] for item in self._items)
        return [record.removeprefix(prefix) for record in records if record.startswith(prefix)]


def _shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in INTERNAL}


@dataclass(frozen=True)
class KeptReply:
    """That a reader answered a mail: the id of the received mail, what it answers (empty if that is not known), when,
    and their own words if the publication keeps these.
    """

    id: str
    mailing: str
    at: datetime
    words: str


@dataclass(frozen=True)
class WaitingForm:
    """A form that waits for its confirmation; `shown` are its attributes for the reader who sent it."""

    email: str
    shown: Mapping[str, Any]


class ReaderData:
    """All records of the Subscribers table under an id, whatever they are."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, subscriber: str) -> StoredRecords:
        """The records under the id."""
        return StoredRecords(subscriber, tuple(self._records(subscriber)))

    def mark_erased(
        self, subscriber: str, now: datetime, *, unless_active: bool, moved_to: str = "", moved_from: str = ""
    ) -> bool:
        """Replace the profile by the mark `erased`; False for an active reader who must be left alone.

        The mark stays in the index `due` until `finish_erasure`, so that the tick finishes an erasure that crashed, and
        finds what was written at the same moment. `moved_to` and `moved_from` are kept in the mark of an address that
        its reader has changed for another; False also if the profile no longer points to `moved_to`.
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

    def remove(self, subscriber: str, spare: Collection[str] = ()) -> int:
        """Remove every record of the reader except the profile; how many there were.

        `spare` are forms to keep (`StoredRecords.forms_since`); with them the consent records are kept too. For a
        change of address, the form that waits under the id of the new address is removed as well.
        """
        records = (item["record"] for item in self._records(subscriber))
        prefixes = (CONSENT,) if spare else ()
        others = [each for each in records if each not in (PROFILE, *spare) and not each.startswith(prefixes)]
        for record in others:
            if record.startswith(CHANGE):
                form = {"id": record.removeprefix(CHANGE), "record": sign_up_record(subscriber)}
                self._client.delete_item(TableName=self._table, Key=to_item(form))
            self._client.delete_item(TableName=self._table, Key=to_item({"id": subscriber, "record": record}))
        return len(others)

    def schedule_check(self, subscriber: str, erased_at: str, due: datetime) -> None:
        """Let the tick check at `due` for records of the reader who was erased at `erased_at`."""
        self._update(
            subscriber,
            change(
                {"due_shard": shard_of(subscriber), "due_at": iso(due)},
                condition="#status = :erased AND #erased_at = :then",
                compared={"erased": Status.ERASED, "then": erased_at},
            ),
        )

    def finish_erasure(self, subscriber: str) -> None:
        """Take the mark off the index `due`, once nothing is left to remove and no function can still be writing."""
        condition, compared = "#status = :erased", {"erased": Status.ERASED}
        self._update(subscriber, change({}, remove=("due_shard", "due_at"), condition=condition, compared=compared))

    def _update(self, subscriber: str, update: Mapping[str, Any]) -> None:
        key = to_item({"id": subscriber, "record": PROFILE})
        holds(self._client, "update_item", repeatable=True, TableName=self._table, Key=key, **update)

    def _records(self, subscriber: str) -> Iterator[dict[str, Any]]:
        return pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues=to_item({":id": subscriber}),
            ConsistentRead=True,
        )
