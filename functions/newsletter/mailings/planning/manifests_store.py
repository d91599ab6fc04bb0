"""Manifests of planned pages, in the Deliveries table, and how many shards are planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.mailings.planning.ledger_keys import LIFE, page_key
from newsletter.platform.aws.items import Item, conditional, from_item, projection, side_by_side, to_item
from newsletter.platform.shards import SHARDS, shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SAMPLE = 4
"""Shards from which the size of a mailing is estimated; each is a random sample of the readers."""

LEFT_OUT = "left out"
"""Sort key of the item with the ids of readers who moved while the mailing was being planned."""


class Manifests:
    """Each is written once, is large, some 120 kB, and has a partition key of its own. Pages of a shard are planned one
    after the other, so they are found one after the other.

    Ids of recipients are stored as one text, separated by blanks, since a page has thousands of them.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, mailing: str, shard: str, page: int) -> Manifest | None:
        """The manifest of the page, or None while it is not planned."""
        item = self._get(mailing, shard, page)
        return _manifest(mailing, item) if item else None

    def end_of_page(self, mailing: str, shard: str, page: int) -> Manifest | None:
        """What the next page goes on from: the manifest without its batches, which are most of it."""
        item = self._get(mailing, shard, page, ("carry", "cursor", "readers", "nothing"))
        return _manifest(mailing, {**item, "batches": []}) if item else None

    def put(self, mailing: str, shard: str, page: int, manifest: Manifest, now: datetime) -> bool:
        """Store the page's manifest; False when there is one already, which counts."""
        item = {
            "expires": int((now + LIFE).timestamp()),
            "batches": [[batch.id, batch.variant, " ".join(batch.recipients)] for batch in manifest.batches],
            "carry": {variant: " ".join(ids) for variant, ids in manifest.carry.items()},
            "cursor": manifest.cursor,
            "readers": manifest.readers,
            "nothing": manifest.nothing,
            "first": manifest.first,
        }
        return conditional(
            self._client,
            "put_item",
            TableName=self._table,
            Item=_key(mailing, shard, page) | to_item(item),
            ConditionExpression="attribute_not_exists(part)",
        ).took_place

    def of_mailing(self, mailing: str) -> Iterator[tuple[str, Manifest]]:
        """Every planned page with its shard, shard by shard and in order; several shards are read at a time."""

        def of(shard: str) -> list[tuple[str, Manifest]]:
            return [(shard, manifest) for manifest in self.of_shard(mailing, shard)]

        for found in side_by_side(of, SHARDS):
            yield from found

    def of_shard(self, mailing: str, shard: str, page: int = 0) -> Iterator[Manifest]:
        """Every planned page of a shard from that page on, in order: one read for each."""
        for item in self._pages(mailing, shard, page):
            yield _manifest(mailing, item)

    def planned_to_the_end(self, mailing: str) -> set[str]:
        """The shards of which every page is planned."""

        def at_the_end(shard: str) -> bool:
            return any("cursor" not in item for item in self._pages(mailing, shard, 0, ("part", "cursor")))

        return {shard for shard, ended in zip(SHARDS, side_by_side(at_the_end, SHARDS), strict=True) if ended}

    def are_more_than(self, readers: int, mailing: str) -> bool:
        """Whether about so many are planned by now, from a few shards; their pages are read until it is certain."""
        sample, planned = SHARDS[:SAMPLE], 0
        for shard in sample:
            before = planned
            for item in self._pages(mailing, shard, 0, ("readers", "cursor")):
                planned = before + item["readers"]
                if planned * len(SHARDS) > readers * len(sample):
                    return True
        return False

    def _pages(self, mailing: str, shard: str, page: int, only: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
        """The items of the shard's pages from that one on, or these attributes of them; `cursor` must be among them."""
        while (item := self._get(mailing, shard, page, only)) is not None:
            yield item
            if "cursor" not in item:
                return
            page += 1

    def have(self, mailing: str, subscriber: str) -> bool:
        """Whether the mailing is planned for the subscriber, or leaves them out because it was at their old address."""
        return subscriber in self.left_out(mailing) or any(
            subscriber in recipients
            for manifest in self.of_shard(mailing, shard_of(subscriber))
            for recipients in (*(batch.recipients for batch in manifest.batches), *manifest.carry.values())
        )

    def leave_out(self, mailing: str, subscriber: str, now: datetime) -> None:
        """Do not plan the mailing for the subscriber on pages to come; doing it twice is harmless."""
        self._client.update_item(
            TableName=self._table,
            Key=to_item({"mailing": mailing, "part": LEFT_OUT}),
            UpdateExpression="ADD ids :ids SET expires = :expires",
            ExpressionAttributeValues={
                ":ids": {"SS": [subscriber]},
                **to_item({":expires": int((now + LIFE).timestamp())}),
            },
        )

    def left_out(self, mailing: str) -> frozenset[str]:
        """Whom the mailing leaves out. To be read after the readers of a page, so that nobody among them is missed."""
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"mailing": mailing, "part": LEFT_OUT}), ConsistentRead=True
        )
        return frozenset(answer["Item"]["ids"]["SS"]) if "Item" in answer else frozenset()

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
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"mailing": mailing, "part": "planned"}), ConsistentRead=True
        )
        return _shards(from_item(answer["Item"])) if "Item" in answer else {}

    def _get(self, mailing: str, shard: str, page: int, only: Iterable[str] = ()) -> dict[str, Any] | None:
        """The item of a page, or these attributes of it."""
        answer = self._client.get_item(
            TableName=self._table, Key=_key(mailing, shard, page), ConsistentRead=True, **projection(only)
        )
        return from_item(answer["Item"]) if "Item" in answer else None


def _key(mailing: str, shard: str, page: int) -> Item:
    return to_item({"mailing": page_key(mailing, shard, page), "part": f"manifest#{shard}{page}"})


def _shards(item: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    counts = ((name[-1], value.split()) for name, value in item.items() if name.startswith("shard_"))
    return {shard: (int(readers), int(nothing)) for shard, (readers, nothing) in counts}


def _manifest(mailing: str, item: dict[str, Any]) -> Manifest:
    batches = tuple(Batch(mailing, batch, variant, tuple(ids.split())) for batch, variant, ids in item["batches"])
    carry = {variant: tuple(ids.split()) for variant, ids in item["carry"].items()}
    return Manifest(batches, carry, item.get("cursor"), item["readers"], item["nothing"], item.get("first"))
