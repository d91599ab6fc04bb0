"""The outbox: the events of a lead beside it in the Leads table, and the index of those that wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from newsletter.leads.outbox.crm_calls import Call
from newsletter.leads.outbox.outbox_event import MAX_ATTEMPTS, Attempt, EventState, OutboxEvent
from newsletter.platform.aws.items import GET_LIMIT, batch_get, change, from_item, holds, pages, to_item
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso, parse_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVENT = "event#"
"""Prefix of an event's sort key; its number follows, in six digits."""
LEASE = timedelta(seconds=120)
"""How long an event is claimed: longer than the function that sends it may run (template.yaml)."""
CLAIM = ("claim", "claimed_until")
MOST_WAITING = 10_000
"""So many waiting events of a shard are looked at in one run of the tick."""


class Outbox:
    """One item per event. Each change is a conditional write on an item that exists, so an erased one stays erased."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    # --- events of a lead --------------------------------------------------------------------------------------------

    def put_new(self, event: OutboxEvent) -> bool:
        """Store an event that is due at once; False if the lead has one with this number, which stays as it is."""
        values = {
            **_key(event.lead, event.sequence),
            "type": event.type,
            "at": iso(event.at),
            "body": event.body,
            "calls": [asdict(call) for call in event.calls] or None,
            "state": EventState.WAITING,
            "tries": 0,
            **_due(event.lead, event.due_at or event.at),
        }
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(values),
            ConditionExpression="attribute_not_exists(#record)",
            ExpressionAttributeNames={"#record": "record"},
        )

    def of(self, lead: str) -> list[OutboxEvent]:
        """The events of a lead, in their order."""
        return [_event(item) for item in self._items(lead)]

    def get(self, lead: str, sequence: int) -> OutboxEvent | None:
        """One event, or None."""
        answer = self._client.get_item(TableName=self._table, Key=to_item(_key(lead, sequence)), ConsistentRead=True)
        return _event(from_item(answer["Item"])) if "Item" in answer else None

    def erase(self, lead: str) -> int:
        """Remove the events of a lead; how many there were."""
        found = self._items(lead)
        for item in found:
            key = to_item({"lead": lead, "record": item["record"]})
            self._client.delete_item(TableName=self._table, Key=key)
        return len(found)

    # --- sending one -------------------------------------------------------------------------------------------------

    def claim(self, event: OutboxEvent, now: datetime, claim: str) -> bool:
        """Whether the caller may send the event now: nobody else does, and it waits as the caller has read it.

        `claim` is an id of the caller's own. A claim ends after LEASE, should its owner die.
        """
        return self._update(
            event,
            change(
                {"claim": claim, "claimed_until": iso(now + LEASE)},
                condition="#state = :waiting AND #tries = :tries"
                " AND (attribute_not_exists(#claimed_until) OR #claimed_until <= :now)",
                compared={"waiting": EventState.WAITING, "tries": event.tries, "now": iso(now)},
            ),
        )

    def record(self, event: OutboxEvent, claim: str, *, more: bool = False) -> bool:
        """Store what became of an attempt: the event with its attempts, as it is now.

        With `more`, the caller goes on with the event's next request and keeps it claimed. False when there is nothing
        to record it on: the event was erased, or is another's by now. What the CRM took is recorded in any case.
        """
        if event.state is EventState.TAKEN:
            update = change(_progress(event), condition="attribute_exists(#state)", remove=CLAIM)
        else:
            update = change(
                _progress(event),
                condition="#state = :waiting AND #claim = :owner",
                compared={"waiting": EventState.WAITING, "owner": claim},
                remove=() if more else CLAIM,
            )
        return self._update(event, update)

    def settle(self, event: OutboxEvent, state: EventState, now: datetime) -> bool:
        """End a waiting event without an attempt: DEAD or WITHDRAWN."""
        ended = replace(event, state=state, due_at=None, ended_at=now)
        update = change(
            _progress(ended),
            condition="#state = :waiting AND #tries = :tries",
            compared={"waiting": EventState.WAITING, "tries": event.tries},
            remove=CLAIM,
        )
        return self._update(event, update)

    def replay(self, event: OutboxEvent, now: datetime) -> bool:
        """Let the event wait anew, whatever became of it, with its 72 hours from now; False if it is gone."""
        anew = replace(event, state=EventState.WAITING, since=now, tries=0, done=0, due_at=now, ended_at=None)
        update = change(
            _progress(anew) | {"since": iso(now)},
            condition="attribute_exists(#state)",
            remove=CLAIM,
        )
        return self._update(event, update)

    def _update(self, event: OutboxEvent, update: Mapping[str, Any]) -> bool:
        key = to_item(_key(event.lead, event.sequence))
        return holds(self._client, "update_item", TableName=self._table, Key=key, **update)

    # --- what waits --------------------------------------------------------------------------------------------------

    def due(self, shard: str, now: datetime) -> list[tuple[str, int]]:
        """Lead and number of the events of a shard that are due, the most overdue first."""
        return [(lead, sequence) for lead, sequence, due_at in self.waiting(shard) if due_at <= now]

    def waiting(self, shard: str) -> list[tuple[str, int, datetime]]:
        """Lead, number and time of the next attempt of the events of a shard that wait, at most MOST_WAITING of them,
        those that are due first at the beginning.
        """
        found = pages(
            self._client,
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard",
            ExpressionAttributeValues=to_item({":shard": shard}),
        )
        return [
            (item["lead"], int(item["record"].removeprefix(EVENT)), parse_iso(item["due_at"]))
            for item in islice(found, MOST_WAITING)
            if item["record"].startswith(EVENT)
        ]

    def waiting_since(self, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], datetime]:
        """Since when these events wait, those that still do."""
        wanted = [to_item(_key(lead, sequence)) for lead, sequence in keys]
        found: dict[tuple[str, int], datetime] = {}
        for start in range(0, len(wanted), GET_LIMIT):
            only = ("lead", "record", "state", "at", "since")
            for item in batch_get(self._client, self._table, wanted[start : start + GET_LIMIT], only):
                if item["state"] == EventState.WAITING:
                    key = (item["lead"], int(item["record"].removeprefix(EVENT)))
                    found[key] = parse_iso(item.get("since", item["at"]))
        return found

    def _items(self, lead: str) -> list[dict[str, Any]]:
        return list(
            pages(
                self._client,
                TableName=self._table,
                KeyConditionExpression="#lead = :lead AND begins_with(#record, :event)",
                ExpressionAttributeNames={"#lead": "lead", "#record": "record"},
                ExpressionAttributeValues=to_item({":lead": lead, ":event": EVENT}),
                ConsistentRead=True,
            )
        )


def _key(lead: str, sequence: int) -> dict[str, str]:
    return {"lead": lead, "record": f"{EVENT}{sequence:06}"}


def _due(lead: str, due_at: datetime | None) -> dict[str, str | None]:
    """What lists an event in the index; None takes it off."""
    return {"due_shard": shard_of(lead) if due_at else None, "due_at": iso(due_at) if due_at else None}


def _progress(event: OutboxEvent) -> dict[str, Any]:
    attempts = [
        {"at": iso(each.at), "seconds": each.seconds, "status": each.status, "answer": each.answer}
        for each in event.attempts[-MAX_ATTEMPTS:]
    ]
    return {
        "state": event.state,
        "attempts": attempts or None,
        "tries": event.tries,
        "done": event.done or None,
        "learned": dict(event.learned) or None,
        "ended_at": iso(event.ended_at) if event.ended_at else None,
        **_due(event.lead, event.due_at),
    }


def _event(item: Mapping[str, Any]) -> OutboxEvent:
    return OutboxEvent(
        lead=item["lead"],
        sequence=int(item["record"].removeprefix(EVENT)),
        type=item["type"],
        at=parse_iso(item["at"]),
        body=item["body"],
        state=EventState(item["state"]),
        attempts=tuple(
            Attempt(parse_iso(each["at"]), float(each["seconds"]), each["status"], each["answer"])
            for each in item.get("attempts", [])
        ),
        due_at=parse_iso(item["due_at"]) if "due_at" in item else None,
        calls=tuple(Call(**{**each, "not_taken": tuple(each["not_taken"])}) for each in item.get("calls", [])),
        done=item.get("done", 0),
        learned=item.get("learned", {}),
        since=parse_iso(item["since"]) if "since" in item else None,
        tries=item.get("tries", 0),
        ended_at=parse_iso(item["ended_at"]) if "ended_at" in item else None,
    )
