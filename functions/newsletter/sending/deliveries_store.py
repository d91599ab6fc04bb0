"""The ledger, in the Deliveries table: manifests of planned pages, and one record per batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.platform.aws.items import conditional, from_item, holds, pages, projection, to_item, to_value
from newsletter.platform.times import iso, parse_iso
from newsletter.sending.ledger import FEEDBACK, LEASE, BatchRecord, BatchStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFE = timedelta(days=396)
"""How long records are kept: 13 months, so that a year can be compared with the one before."""
LAST_PAGE = 99_999
"""The highest page number of a shard: keys have five digits for it, so that pages sort."""


class Deliveries:
    """Every change is one conditional write on one item, so that every crash leaves a state that can be recognised.

    Ids of recipients are stored as one text, separated by blanks, since a page has thousands of them.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    # --- manifests ---------------------------------------------------------------------------------------------------

    def manifest(self, mailing: str, shard: str, page: int) -> Manifest | None:
        """The manifest of the page, or None while it is not planned."""
        item = self._get(mailing, f"manifest#{shard}#{page:05}")
        return _manifest(mailing, item) if item else None

    def end_of_page(self, mailing: str, shard: str, page: int) -> Manifest | None:
        """What the next page goes on from: the manifest without its batches, which are most of it."""
        item = self._get(mailing, f"manifest#{shard}#{page:05}", ("carry", "cursor", "readers", "nothing"))
        return _manifest(mailing, {**item, "batches": []}) if item else None

    def put_manifest(self, mailing: str, shard: str, page: int, manifest: Manifest, now: datetime) -> bool:
        """Store the page's manifest; False when there is one already, which counts."""
        return self._put_new(
            mailing,
            f"manifest#{shard}#{page:05}",
            now,
            {
                "batches": [[batch.id, batch.variant, " ".join(batch.recipients)] for batch in manifest.batches],
                "carry": {variant: " ".join(ids) for variant, ids in manifest.carry.items()},
                "cursor": manifest.cursor,
                "readers": manifest.readers,
                "nothing": manifest.nothing,
            },
        )

    def manifests(self, mailing: str, shard: str = "") -> Iterable[tuple[str, Manifest]]:
        """Every planned page of the mailing or of one shard, in order, with its shard."""
        for item in self._parts(mailing, f"manifest#{shard}#" if shard else "manifest#"):
            yield item["part"].split("#")[1], _manifest(mailing, item)

    def manifests_from(self, mailing: str, shard: str, page: int) -> Iterable[Manifest]:
        """Every planned page of a shard from that page on, in order."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND part BETWEEN :first AND :last",
            ExpressionAttributeValues=to_item(
                {
                    ":mailing": mailing,
                    ":first": f"manifest#{shard}#{page:05}",
                    ":last": f"manifest#{shard}#{LAST_PAGE:05}",
                }
            ),
            ConsistentRead=True,
        ):
            yield _manifest(mailing, item)

    def finish_shard(self, mailing: str, shard: str, manifest: Manifest, now: datetime) -> dict[str, tuple[int, int]]:
        """Store the shard's final counts (recipients, recipients without articles); the counts of all shards so far.

        Doing it again changes nothing. There is one item per mailing, so that the run that finishes the last shard
        knows that it is the last.
        """
        answer = self._client.update_item(
            TableName=self._table,
            Key=to_item({"mailing": mailing, "part": "planned"}),
            UpdateExpression="SET #shard = :counts, expires = :expires",
            ExpressionAttributeNames={"#shard": f"shard_{shard}"},
            ExpressionAttributeValues=to_item(
                {":counts": f"{manifest.readers} {manifest.nothing}", ":expires": int((now + LIFE).timestamp())}
            ),
            ReturnValues="ALL_NEW",
        )
        return _shards(from_item(answer["Attributes"]))

    def finished_shards(self, mailing: str) -> dict[str, tuple[int, int]]:
        """The counts that finish_shard stored so far, by shard."""
        item = self._get(mailing, "planned")
        return _shards(item) if item else {}

    # --- batches -----------------------------------------------------------------------------------------------------

    def record(self, mailing: str, batch: str) -> BatchRecord | None:
        """The ledger record of a batch, or None while no sender has claimed it."""
        item = self._get(mailing, f"batch#{batch}")
        return _record(mailing, item) if item else None

    def records(self, mailing: str, shard: str = "") -> Iterable[BatchRecord]:
        """Every ledger record of the mailing or of one shard, by batch."""
        return (_record(mailing, item) for item in self._parts(mailing, f"batch#{shard}"))

    def claim(self, batch: Batch, outcomes: str, reasons: Mapping[int, str], now: datetime) -> BatchRecord | None:
        """Claim a batch that was not tried yet: None if that worked, otherwise the record that is there already."""
        item = self._put_or_find(
            batch.mailing,
            f"batch#{batch.id}",
            now,
            {
                "variant": batch.variant,
                "recipients": " ".join(batch.recipients),
                "state": BatchStatus.CLAIMED,
                "outcomes": outcomes,
                "reasons": {str(position): reason for position, reason in reasons.items()},
                "attempts": 1,
                "lease": iso(now + LEASE),
            },
        )
        return None if item is None else _record(batch.mailing, item)

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
            Key=to_item({"mailing": batch.mailing, "part": f"batch#{batch.id}"}),
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
        self, mailing: str, batch: str, happened: Mapping[str, Collection[int]]
    ) -> dict[str, frozenset[int]] | None:
        """The same for several events of a batch, in one write; each type comes with at least one position.

        All events of the batch after that, by type; None when the ledger has no such batch. Positions beyond the size
        of the batch are left out, here and whenever the record is read.
        """
        if unknown := happened.keys() - set(FEEDBACK):
            message = f"{min(unknown)!r} is none of {', '.join(FEEDBACK)}"
            raise ValueError(message)
        written = conditional(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=to_item({"mailing": mailing, "part": f"batch#{batch}"}),
            UpdateExpression="ADD " + ", ".join(f"#{what} :{what}" for what in happened),
            ConditionExpression="attribute_exists(part)",
            ExpressionAttributeNames={f"#{what}": what for what in happened},
            ExpressionAttributeValues={f":{what}": to_value(set(positions)) for what, positions in happened.items()},
            ReturnValues="ALL_NEW",
        )
        if not written.took_place:
            return None
        item = written.item
        known = {what: frozenset(map(int, item[what]["NS"])) for what in FEEDBACK if what in item}
        return _of_batch(known, len(item["outcomes"]["S"]))

    # --- items -------------------------------------------------------------------------------------------------------

    def _get(self, mailing: str, part: str, only: Iterable[str] = ()) -> dict[str, Any] | None:
        """The item, or these attributes of it."""
        answer = self._client.get_item(
            TableName=self._table,
            Key=to_item({"mailing": mailing, "part": part}),
            ConsistentRead=True,
            **projection(only),
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def _parts(self, mailing: str, prefix: str, **more: Any) -> Iterable[dict[str, Any]]:
        return pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND begins_with(part, :prefix)",
            ExpressionAttributeValues=to_item({":mailing": mailing, ":prefix": prefix}),
            ConsistentRead=True,
            **more,
        )

    def _put_new(self, mailing: str, part: str, now: datetime, values: dict[str, Any]) -> bool:
        return self._put_or_find(mailing, part, now, values) is None

    def _put_or_find(self, mailing: str, part: str, now: datetime, values: dict[str, Any]) -> dict[str, Any] | None:
        """None if a new item was written, otherwise the item that is there."""
        expires = int((now + LIFE).timestamp())
        written = conditional(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({"mailing": mailing, "part": part, "expires": expires, **values}),
            ConditionExpression="attribute_not_exists(part)",
        )
        return None if written.took_place else from_item(written.item)


def _shards(item: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    counts = ((name[-1], value.split()) for name, value in item.items() if name.startswith("shard_"))
    return {shard: (int(readers), int(nothing)) for shard, (readers, nothing) in counts}


def _manifest(mailing: str, item: dict[str, Any]) -> Manifest:
    batches = tuple(Batch(mailing, batch, variant, tuple(ids.split())) for batch, variant, ids in item["batches"])
    carry = {variant: tuple(ids.split()) for variant, ids in item["carry"].items()}
    return Manifest(batches, carry, item.get("cursor"), item["readers"], item["nothing"])


def _record(mailing: str, item: dict[str, Any]) -> BatchRecord:
    batch = Batch(mailing, item["part"].removeprefix("batch#"), item["variant"], tuple(item["recipients"].split()))
    return BatchRecord(
        batch=batch,
        state=BatchStatus(item["state"]),
        outcomes=item["outcomes"],
        attempts=item["attempts"],
        lease=parse_iso(item["lease"]),
        reasons={int(position): reason for position, reason in item["reasons"].items()},
        positions=_of_batch({what: item[what] for what in FEEDBACK if what in item}, len(batch.recipients)),
    )


def _of_batch(positions: Mapping[str, frozenset[int]], size: int) -> dict[str, frozenset[int]]:
    """The positions within the size of the batch; others must not be counted."""
    return {what: frozenset(each for each in known if each < size) for what, known in positions.items()}
