"""The Leads table: each lead, with the outbox events under the same key (leads/outbox/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.leads.lead import Lead, LeadState, Temperature, lead_id
from newsletter.leads.lead_items import PENDING_AFTER, from_stored, to_stored
from newsletter.platform.aws.items import from_item, holds, pages, to_item
from newsletter.platform.shards import SHARDS, shard_of
from newsletter.platform.times import iso, parse_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEAD = "lead"
"""The sort key of the lead itself; its outbox events lie beside it."""
LISTED, DUE = "listed", "due"
"""Indexes of the table (infra/storage.yaml)."""
EMPTY_MONTHS = 24
"""A list of leads ends where so many months before it have none."""


def _key(lead: str) -> dict[str, str]:
    return {"lead": lead, "record": LEAD}


@dataclass(frozen=True)
class KeptLead:
    """A stored lead for "my data": `shown` is everything that is stored of it, with what the CRM was told.

    `asked` is whether the reader asked for contact, `how` the way of the lead, `sent` whether the CRM may know of it:
    something was sent there.
    """

    offer: str
    at: datetime
    asked: bool
    how: str
    sent: bool
    shown: Mapping[str, Any]


class Leads:
    """One item per lead. Those whose time is near, or of which something may be left to do, are in the index `due`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    @staticmethod
    def id_of(subscriber: str, offer: str, episode: int = 1) -> str:
        """The id that a lead of this subscriber for this offer has, or would have."""
        return lead_id(subscriber, offer, episode)

    def create(self, lead: Lead) -> bool:
        """Store a new lead; False when there is one with its id."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=_item(lead),
            ConditionExpression="attribute_not_exists(#lead)",
            ExpressionAttributeNames={"#lead": "lead"},
        )

    def replace(self, before: Lead, after: Lead) -> Lead | None:
        """Store `after` in place of `before`, and give it as it is stored; None when another write was faster, or the
        lead was erased.
        """
        new = replace(after, revision=before.revision + 1)
        took_place = holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=_item(new),
            ConditionExpression="#revision = :was",
            ExpressionAttributeNames={"#revision": "revision"},
            ExpressionAttributeValues=to_item({":was": before.revision}),
        )
        return new if took_place else None

    def get(self, lead: str) -> Lead | None:
        """The lead of that id, or None."""
        answer = self._client.get_item(TableName=self._table, Key=to_item(_key(lead)), ConsistentRead=True)
        return from_stored(lead, from_item(answer["Item"])) if "Item" in answer else None

    def newest(
        self, limit: int, before: str = "", *, now: datetime, state: LeadState | None = None
    ) -> list[tuple[str, Lead]]:
        """At most `limit` leads made before the cursor, the newest first, each with its own cursor.

        An empty cursor starts at `now`. With `state`, those in that state alone.
        """
        found: list[tuple[str, Lead]] = []
        month, start = before[:7] or f"{now + timedelta(days=1):%Y-%m}", before
        empty = 0
        while len(found) < limit and empty < EMPTY_MONTHS:
            seen = 0
            for item in self._of_month(month, start):
                seen += 1
                if state is None or item["state"] == state:
                    found.append((f"{item['at']}#{item['lead']}", from_stored(item["lead"], item)))
                    if len(found) == limit:
                        break
            empty = 0 if seen else empty + 1
            month, start = _month_before(month), ""
        return found

    def _of_month(self, month: str, before: str) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        if before:
            at, _, lead = before.partition("#")
            start = {"ExclusiveStartKey": to_item({LISTED: month, "at": at, **_key(lead)})}
        return pages(
            self._client,
            TableName=self._table,
            IndexName=LISTED,
            KeyConditionExpression="listed = :month",
            ExpressionAttributeValues=to_item({":month": month}),
            ScanIndexForward=False,
            **start,
        )

    def due(self, now: datetime) -> Iterator[str]:
        """Ids of the leads whose time has come: held ones, and those of which something may be left to do."""
        for shard in SHARDS:
            found = pages(
                self._client,
                TableName=self._table,
                IndexName=DUE,
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues=to_item({":shard": f"{LEAD}#{shard}", ":now": iso(now)}),
            )
            yield from (item["lead"] for item in found)

    def kept(self, lead: str) -> KeptLead | None:
        """The lead with everything that is stored of it, or None."""
        items = {item["record"]: _shown(item) for item in self._records(lead)}
        own = items.pop(LEAD, None)
        if own is None:
            return None
        return KeptLead(
            own["offer"],
            parse_iso(own["at"]),
            asked=own["temperature"] == Temperature.HOT,
            how=own["how"],
            sent=any("attempts" in event or "claim" in event for event in items.values()),
            shown={**own, "events": list(items.values())},
        )

    def erase(self, lead: str) -> int:
        """Remove a lead and what the CRM was told of it; how many records there were.

        The lead goes first: from then on nothing is added to it (`replace`), and whoever was adding an event finds it
        gone and erases again (finish_change.py).
        """
        records = sorted((item["record"] for item in self._records(lead)), key=lambda record: record != LEAD)
        for record in records:
            self._client.delete_item(TableName=self._table, Key=to_item({"lead": lead, "record": record}))
        return len(records)

    def _records(self, lead: str) -> Iterator[dict[str, Any]]:
        return pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="#lead = :lead",
            ExpressionAttributeNames={"#lead": "lead"},
            ExpressionAttributeValues=to_item({":lead": lead}),
            ConsistentRead=True,
        )


def _item(lead: Lead) -> dict[str, Any]:
    due = lead.changed_at + timedelta(seconds=PENDING_AFTER) if lead.pending else lead.held_until
    return to_item(
        {
            **_key(lead.id),
            **to_stored(lead),
            LISTED: f"{lead.at:%Y-%m}",
            "due_shard": f"{LEAD}#{shard_of(lead.id)}" if due else None,
            "due_at": iso(due) if due else None,
        }
    )


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    """What is shown to the reader: not the keys of indexes."""
    return {name: value for name, value in item.items() if name not in ("due_shard", LISTED, "revision")}


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"
