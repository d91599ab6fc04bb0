"""Manifests in DynamoDB: the first writer of a page decides, and shards are read by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.mailings.planning.ledger_keys import LIFE, page_key
from newsletter.platform.shards import SHARDS
from tests.support.aws.dynamodb import Adapters

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def batch_of(adapters: Adapters) -> Batch:
    mailing = adapters.new("digest-")
    return Batch(mailing, "a0-0", "fi-x", tuple(f"{mailing}-{position}" for position in range(3)))


@pytest.mark.parametrize("cursor", [None, "abc"])
def test_a_manifest_reads_back_as_it_was_written_first(adapters: Adapters, cursor: str | None) -> None:
    batch = batch_of(adapters)
    first = Manifest((batch,), {"fi-x": ("r1", "r2"), "sv-y": ("r3",)}, cursor)
    assert adapters.manifests.get(batch.mailing, "a", 0) is None
    assert adapters.manifests.put(batch.mailing, "a", 0, first, NOW)
    assert not adapters.manifests.put(batch.mailing, "a", 0, Manifest((), {}, None), NOW)
    assert adapters.manifests.get(batch.mailing, "a", 0) == first
    assert adapters.manifests.end_of_page(batch.mailing, "a", 0) == replace(first, batches=())
    assert adapters.manifests.end_of_page(batch.mailing, "a", 1) is None
    answer = adapters.client.query(
        TableName=adapters.table("Deliveries"),
        KeyConditionExpression="mailing = :mailing",
        ExpressionAttributeValues={":mailing": {"S": page_key(batch.mailing, "a", 0)}},
    )
    assert [item["expires"]["N"] for item in answer["Items"]] == [str(int((NOW + LIFE).timestamp()))]


def test_manifests_come_by_shard_and_page_and_are_no_batches(adapters: Adapters) -> None:
    batch = batch_of(adapters)
    places = [("a", 0), ("a", 1), ("a", 2), ("b", 0)]
    manifests = {place: Manifest((), {}, f"{place}") for place in places}
    for (shard, page), manifest in reversed(manifests.items()):
        adapters.manifests.put(batch.mailing, shard, page, manifest, NOW)
    adapters.deliveries.claim(batch, "...", {}, NOW)
    found = list(adapters.manifests.of_mailing(batch.mailing))
    assert found == [(shard, manifest) for (shard, _), manifest in manifests.items()]
    assert [record.batch for record in adapters.deliveries.records(batch.mailing)] == [batch]


def test_a_full_page_with_much_to_carry_fits_in_one_item(adapters: Adapters) -> None:
    mailing = adapters.new("digest-")
    ids = [f"{number:026}" for number in range(10_000)]
    batches = tuple(Batch(mailing, f"a0-{n}", "fi-" + "x" * 16, tuple(ids[n * 50 : n * 50 + 50])) for n in range(40))
    carry = {f"fi-{n:016}": tuple(ids[2_000 + n * 40 : 2_040 + n * 40]) for n in range(200)}
    manifest = Manifest(batches, carry, "x" * 26)
    assert adapters.manifests.put(mailing, "a", 0, manifest, NOW)
    assert adapters.manifests.get(mailing, "a", 0) == manifest


def test_a_shard_is_read_from_a_page_on(adapters: Adapters) -> None:
    mailing = adapters.new("digest-")
    pages = [Manifest((), {}, f"{number}", readers=number) for number in range(3)]
    for page, manifest in enumerate(pages):
        adapters.manifests.put(mailing, "a", page, manifest, NOW)
    assert list(adapters.manifests.of_shard(mailing, "a", 1)) == pages[1:]
    assert list(adapters.manifests.of_shard(mailing, "a", 3)) == []
    assert list(adapters.manifests.of_shard(mailing, "b")) == []


def test_a_shard_is_planned_to_its_end_when_its_last_page_has_no_cursor(adapters: Adapters) -> None:
    mailing = adapters.new("digest-")
    assert adapters.manifests.planned_to_the_end(mailing) == set()
    for shard, cursors in {"a": ("x", None), "b": ("x", "y"), "7": (None,)}.items():
        for page, cursor in enumerate(cursors):
            adapters.manifests.put(mailing, shard, page, Manifest((), {}, cursor), NOW)
    assert adapters.manifests.planned_to_the_end(mailing) == {"a", "7"}


def test_the_size_of_a_mailing_is_estimated_from_the_last_pages_of_a_few_shards(adapters: Adapters) -> None:
    mailing = adapters.new("digest-")
    assert not adapters.manifests.are_more_than(0, mailing)
    for shard in SHARDS:
        for page, (readers, cursor) in enumerate(((400, "x"), (500, None))):
            adapters.manifests.put(mailing, shard, page, Manifest((), {}, cursor, readers=readers), NOW)
    planned = 500 * len(SHARDS)
    assert adapters.manifests.are_more_than(planned - 1, mailing)
    assert not adapters.manifests.are_more_than(planned, mailing)


def test_who_is_planned_or_left_out_is_known_by_id(adapters: Adapters) -> None:
    mailing = adapters.new("digest-")
    pages = [
        Manifest((Batch(mailing, "a0-0", "fi-x", ("aa", "ab")),), {"fi-x": ("ac",)}, "ac"),
        Manifest((Batch(mailing, "a1-0", "fi-x", ("ac", "ad")),), {}, None),
    ]
    for page, manifest in enumerate(pages):
        adapters.manifests.put(mailing, "a", page, manifest, NOW)
    assert adapters.manifests.left_out(mailing) == frozenset()
    for reader in ("bb", "bc", "bb"):
        adapters.manifests.leave_out(mailing, reader, NOW)
    assert adapters.manifests.left_out(mailing) == {"bb", "bc"}
    readers = ("aa", "ab", "ac", "ad", "ae", "bb", "bc", "bd")
    assert [each for each in readers if adapters.manifests.have(mailing, each)] == ["aa", "ab", "ac", "ad", "bb", "bc"]
    assert adapters.manifests.finished_shards(mailing) == {}
