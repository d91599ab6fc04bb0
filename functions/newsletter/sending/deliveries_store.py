"""The ledger, in the Deliveries table: for each batch a record, and beside it the events of its recipients."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.ledger_keys import batch_key, batch_keys
from newsletter.platform.aws.items import (
    GET_LIMIT,
    Item,
    WriteRequest,
    batch_get,
    conditional,
    from_item,
    holds,
    pages,
    projection,
    side_by_side,
    to_item,
    to_value,
)
from newsletter.platform.times import iso
from newsletter.sending.feedback.delivery_times import DELIVERED_AT, Moments, as_numbers, moments_of
from newsletter.sending.feedback.ledger_items import (
    LEFT,
    bounce_attributes,
    claimed_values,
    read_positions,
    read_record,
)
from newsletter.sending.feedback.visit_marks_store import VISITS
from newsletter.sending.ledger import FEEDBACK, LEASE, BatchRecord, BatchStatus
from newsletter.sending.ses.bounce_reason import BounceReason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVENTS = "#events"
"""Ends the sort key of a batch's events, so that they come right after its record; its VISITS follow them."""
LARGE_PLACE = 500
"""Records in one of the PLACES (ledger_keys.py), from which on a mailing without manifests is large."""


class Deliveries:
    """Every change is one conditional write on one item, so that every crash leaves a state that can be recognised.

    A batch has three items. Its record names its recipients and changes twice; its events change with every report of
    SES, and a write is billed by the size of the whole item: two units with the recipients, one without. The events
    are written when the first of them comes; `size` keeps those out that name a position the batch does not have. The
    third is of visits (visit_marks_store.py).
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    # --- batches -----------------------------------------------------------------------------------------------------

    def record(self, mailing: str, batch: str) -> BatchRecord | None:
        """The ledger record of a batch with its events, or None while no sender has claimed it."""
        found = self._read(mailing, batch_key(mailing, batch), f"batch#{batch}", f"batch#{batch}{VISITS}")
        return next(iter(found), None)

    def batch(self, mailing: str, batch: str) -> Batch | None:
        """The batch with its recipients by position, or None while no sender has claimed it."""
        item = self._get(mailing, batch, ("variant", "recipients"))
        return Batch(mailing, batch, item["variant"], tuple(item["recipients"].split())) if item else None

    def recipients(self, mailing: str, batch: str) -> tuple[str, ...]:
        """The recipients of a batch by position; nobody while no sender has claimed it."""
        found = self.batch(mailing, batch)
        return found.recipients if found else ()

    def events(self, mailing: str, batch: str) -> dict[str, frozenset[int]]:
        """The events of a batch so far: positions by type."""
        item = self._get(mailing, batch, ("size", *FEEDBACK), EVENTS)
        return read_positions(item, item["size"]) if item else {}

    def records(self, mailing: str, shard: str = "", keys: Iterable[str] | None = None) -> Iterable[BatchRecord]:
        """Every ledger record of the mailing or of one shard: one query for each of these or all keys, side by side."""
        first, last = f"batch#{shard}", f"batch#{shard}~"

        def at(key: str) -> list[BatchRecord]:
            return list(self._read(mailing, key, first, last))

        for found in side_by_side(at, batch_keys(mailing) if keys is None else keys):
            yield from found

    def is_large(self, mailing: str) -> bool:
        """Whether there are so many records that they should be read shard by shard: some 16,000, by one place."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND begins_with(part, :prefix)",
            ExpressionAttributeValues=to_item({":mailing": next(batch_keys(mailing)), ":prefix": "batch#"}),
            Select="COUNT",
            Limit=2 * LARGE_PLACE,
        )
        return "LastEvaluatedKey" in answer

    def claim(
        self,
        batch: Batch,
        outcomes: str,
        reasons: Mapping[int, str],
        now: datetime,
        new_readers: Collection[int] = (),
    ) -> BatchRecord | None:
        """Claim a batch that was not tried yet: None if that worked, otherwise the record that is there already.

        That comes without its events. `new_readers` are the positions of readers who had joined shortly before.
        """
        written = conditional(
            self._client,
            "put_item",
            TableName=self._table,
            Item={
                **_key(batch.mailing, batch.id),
                **to_item(claimed_values(batch, outcomes, reasons, now, new_readers)),
            },
            ConditionExpression="attribute_not_exists(part)",
        )
        return None if written.took_place else read_record(batch.mailing, from_item(written.item), {}, {})

    def claim_again(self, record: BatchRecord, outcomes: str, reasons: Mapping[int, str], now: datetime) -> bool:
        """Claim a batch whose last try left recipients to retry (state `retry`); False when another run was faster."""
        return self._transition(
            record.batch,
            BatchStatus.RETRY,
            BatchStatus.CLAIMED,
            outcomes,
            reasons,
            record.attempts,
            record.attempts + 1,
            now,
        )

    def record_result(
        self, batch: Batch, attempts: int, state: BatchStatus, outcomes: str, reasons: Mapping[int, str], now: datetime
    ) -> bool:
        """Store the result of a claimed batch; False when the claim is no longer this run's."""
        return self._transition(batch, BatchStatus.CLAIMED, state, outcomes, reasons, attempts, attempts, now)

    def settle_doubt(self, record: BatchRecord, outcomes: str, reasons: Mapping[int, str], now: datetime) -> bool:
        """End the doubt about a batch (state `doubtful`); False when another run was faster."""
        attempts = record.attempts
        return self._transition(
            record.batch, BatchStatus.DOUBTFUL, BatchStatus.DONE, outcomes, reasons, attempts, attempts, now
        )

    def _transition(
        self,
        batch: Batch,
        before: BatchStatus,
        after: BatchStatus,
        outcomes: str,
        reasons: Mapping[int, str],
        attempts: int,
        attempts_after: int,
        now: datetime,
    ) -> bool:
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(batch.mailing, batch.id),
            UpdateExpression=(
                "SET #state = :after, outcomes = :outcomes, reasons = :reasons, attempts = :attempts_after,"
                " lease = :lease"
            ),
            ConditionExpression="#state = :before AND attempts = :attempts",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=to_item(
                {
                    ":before": before,
                    ":after": after,
                    ":outcomes": outcomes,
                    ":reasons": {str(position): reason for position, reason in reasons.items()},
                    ":attempts": attempts,
                    ":attempts_after": attempts_after,
                    ":lease": iso(now + LEASE),
                }
            ),
        )

    def add_event(self, mailing: str, batch: str, what: str, position: int) -> bool:
        """Add a position to one of the FEEDBACK sets; False when the ledger has no such batch."""
        return self.add_events(mailing, batch, {what: {position}}) is not None

    def add_events(
        self,
        mailing: str,
        batch: str,
        happened: Mapping[str, Collection[int]],
        delivered: Mapping[int, datetime] | None = None,
        bounces: Mapping[BounceReason, Collection[int]] | None = None,
    ) -> dict[str, frozenset[int]] | None:
        """The same for several events of a batch, in one write; each type comes with at least one position.

        All events of the batch after that, by type; None when the ledger has no such batch. Positions beyond the size
        of the batch are left out, here and whenever the record is read. `delivered` is when mails were, by position;
        `bounces` are positions by the reason for which their mails came back.
        """
        if unknown := happened.keys() - set(FEEDBACK):
            message = f"{min(unknown)!r} is none of {', '.join(FEEDBACK)}"
            raise ValueError(message)
        times = {DELIVERED_AT: as_numbers(delivered)} if delivered else {}
        new = {**happened, **times, **bounce_attributes(bounces or {})}
        item = self._add(mailing, batch, new) or self._add_first(mailing, batch, new)
        if item is None:
            return None
        known = from_item(item)
        return read_positions(known, known["size"])

    def explain_leaving(self, mailing: str, batch: str, position: int, why: str) -> bool:
        """Keep why the reader at this position left, the last they said; False if they left with no mail of it."""
        return holds(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=_key(mailing, batch, EVENTS),
            UpdateExpression="SET #left = :why",
            ConditionExpression="contains(unsubscribed, :position)",
            ExpressionAttributeNames={"#left": f"{LEFT}{position}"},
            ExpressionAttributeValues=to_item({":why": why, ":position": position}),
        )

    def _add_first(self, mailing: str, batch: str, happened: Mapping[str, Collection[int]]) -> Item | None:
        """The first events of a batch: it must have a record. Where others are first meanwhile, that is the same."""
        record = self._get(mailing, batch, ("outcomes", "expires"))
        if record is None:
            return None
        return self._add(mailing, batch, happened, {"size": len(record["outcomes"]), "expires": int(record["expires"])})

    def _add(
        self, mailing: str, batch: str, happened: Mapping[str, Collection[int]], new: Mapping[str, int] | None = None
    ) -> Item | None:
        """Add to the events of the batch: None where it has none yet, unless it is told how to begin (`new`)."""
        begin = "SET " + ", ".join(f"#{name} = :{name}" for name in new) + " " if new else ""
        request: WriteRequest = {
            "TableName": self._table,
            "Key": _key(mailing, batch, EVENTS),
            "UpdateExpression": begin + "ADD " + ", ".join(f"#{what} :{what}" for what in happened),
            "ExpressionAttributeNames": {f"#{name}": name for name in (*happened, *(new or ()))},
            "ExpressionAttributeValues": {
                **{f":{what}": to_value(set(positions)) for what, positions in happened.items()},
                **{f":{name}": to_value(value) for name, value in (new or {}).items()},
            },
            "ReturnValues": "ALL_NEW",
        }
        if not new:
            request["ConditionExpression"] = "attribute_exists(part)"
        written = conditional(self._client, "update_item", repeatable=True, **request)
        return written.item if written.took_place else None

    def moments(self, mailing: str, batches: Iterable[str]) -> dict[str, Moments]:
        """When the mails of those batches were sent and delivered; batches that are not in the ledger are left out."""
        wanted, found = list(batches), {}
        for start in range(0, len(wanted), GET_LIMIT // 2):
            some = wanted[start : start + GET_LIMIT // 2]
            keys = [_key(mailing, batch, which) for batch in some for which in ("", EVENTS)]
            names = ("part", "variant", "lease", "expires", "outcomes", DELIVERED_AT)
            items = {item["part"]: item for item in batch_get(self._client, self._table, keys, names)}
            for batch in some:
                if record := items.get(f"batch#{batch}"):
                    found[batch] = moments_of(record, items.get(f"batch#{batch}{EVENTS}", {}))
        return found

    # --- items -------------------------------------------------------------------------------------------------------

    def _get(self, mailing: str, batch: str, only: Iterable[str], which: str = "") -> dict[str, Any] | None:
        """These attributes of the batch's record, or of its EVENTS."""
        answer = self._client.get_item(
            TableName=self._table, Key=_key(mailing, batch, which), ConsistentRead=True, **projection(only)
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def _read(self, mailing: str, key: str, first: str, last: str) -> Iterator[BatchRecord]:
        """The records of a place between two sort keys, each with the events and visits that follow it."""
        found = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND part BETWEEN :first AND :last",
            ExpressionAttributeValues=to_item({":mailing": key, ":first": first, ":last": last}),
            ConsistentRead=True,
        )
        for batch, items in groupby(found, lambda item: item["part"].removesuffix(EVENTS).removesuffix(VISITS)):
            of_batch = {item["part"].removeprefix(batch): item for item in items}
            # Events and visits without a record are those of one that has just expired.
            if "" in of_batch:
                yield read_record(mailing, of_batch[""], of_batch.get(EVENTS, {}), of_batch.get(VISITS, {}))


def _key(mailing: str, batch: str, which: str = "") -> Item:
    return to_item({"mailing": batch_key(mailing, batch), "part": f"batch#{batch}{which}"})
