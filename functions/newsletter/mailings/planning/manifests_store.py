"""Manifests of planned pages, in the Deliveries table, and how many shards are planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.mailings.planning.ledger_keys import LIFE, shard_key
from newsletter.platform.aws.items import conditional, from_item, pages, projection, side_by_side, to_item
from newsletter.platform.shards import SHARDS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LAST_PAGE = 99_999
"""The highest page number of a shard: keys have five digits for it, so that pages sort."""
SAMPLE = 4
"""Shards from which the size of a mailing is estimated; each is a random sample of the readers."""


class Manifests:
    """Each is written once, and large: some 120 kB. Those of a shard share a partition key.

    Ids of recipients are stored as one text, separated by blanks, since a page has thousands of them.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, mailing: str, shard: str, page: int) -> Manifest | None:
        """The manifest of the page, or None while it is not planned."""
        item = self._get(shard_key(mailing, shard), _part(page))
        return _manifest(mailing, item) if item else None

    def end_of_page(self, mailing: str, shard: str, page: int) -> Manifest | None:
        """What the next page goes on from: the manifest without its batches, which are most of it."""
        item = self._get(shard_key(mailing, shard), _part(page), ("carry", "cursor", "readers", "nothing"))
        return _manifest(mailing, {**item, "batches": []}) if item else None

    def put(self, mailing: str, shard: str, page: int, manifest: Manifest, now: datetime) -> bool:
        """Store the page's manifest; False when there is one already, which counts."""
        item = {
            "mailing": shard_key(mailing, shard),
            "part": _part(page),
            "expires": int((now + LIFE).timestamp()),
            "batches": [[batch.id, batch.variant, " ".join(batch.recipients)] for batch in manifest.batches],
            "carry": {variant: " ".join(ids) for variant, ids in manifest.carry.items()},
            "cursor": manifest.cursor,
            "readers": manifest.readers,
            "nothing": manifest.nothing,
        }
        return conditional(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(item),
            ConditionExpression="attribute_not_exists(part)",
        ).took_place

    def of_mailing(self, mailing: str) -> Iterator[tuple[str, Manifest]]:
        """Every planned page with its shard, shard by shard and in order: one query for each shard, some at a time."""

        def of(shard: str) -> list[tuple[str, Manifest]]:
            return [(shard, manifest) for manifest in self.of_shard(mailing, shard)]

        for found in side_by_side(of, SHARDS):
            yield from found

    def of_shard(self, mailing: str, shard: str, page: int = 0) -> Iterable[Manifest]:
        """Every planned page of a shard from that page on, in order."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND part BETWEEN :first AND :last",
            ExpressionAttributeValues=to_item(
                {":mailing": shard_key(mailing, shard), ":first": _part(page), ":last": _part(LAST_PAGE)}
            ),
            ConsistentRead=True,
        ):
            yield _manifest(mailing, item)

    def planned_to_the_end(self, mailing: str) -> set[str]:
        """The shards of which every page is planned: one read of each shard, some at a time."""
        ends = side_by_side(lambda shard: self._last(mailing, shard, consistent=True), SHARDS)
        return {shard for shard, item in zip(SHARDS, ends, strict=True) if item is not None and "cursor" not in item}

    def estimated(self, mailing: str) -> float:
        """About how many readers are planned so far, from a few shards: one read of each."""
        found = [self._last(mailing, shard, consistent=False) for shard in SHARDS[:SAMPLE]]
        return sum(int(item["readers"]) for item in found if item is not None) * len(SHARDS) / len(found)

    def _last(self, mailing: str, shard: str, *, consistent: bool) -> dict[str, Any] | None:
        """The shard's last page that is planned, without its recipients: `readers`, and `cursor` if another follows."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing",
            ExpressionAttributeValues=to_item({":mailing": shard_key(mailing, shard)}),
            ConsistentRead=consistent,
            ScanIndexForward=False,
            Limit=1,
            **projection(("readers", "cursor")),
        )
        return from_item(answer["Items"][0]) if answer["Items"] else None

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

    def _get(self, key: str, part: str, only: Iterable[str] = ()) -> dict[str, Any] | None:
        """The item, or these attributes of it."""
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"mailing": key, "part": part}), ConsistentRead=True, **projection(only)
        )
        return from_item(answer["Item"]) if "Item" in answer else None


def _part(page: int) -> str:
    return f"manifest#{page:05}"


def _shards(item: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    counts = ((name[-1], value.split()) for name, value in item.items() if name.startswith("shard_"))
    return {shard: (int(readers), int(nothing)) for shard, (readers, nothing) in counts}


def _manifest(mailing: str, item: dict[str, Any]) -> Manifest:
    batches = tuple(Batch(mailing, batch, variant, tuple(ids.split())) for batch, variant, ids in item["batches"])
    carry = {variant: tuple(ids.split()) for variant, ids in item["carry"].items()}
    return Manifest(batches, carry, item.get("cursor"), item["readers"], item["nothing"])
