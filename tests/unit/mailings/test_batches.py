"""Planning page by page: everybody chosen is in exactly one batch, and batches are as full as they can be."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.mailings.planning.batches import MAX_CARRY, Batch, Manifest, build_manifest
from newsletter.platform.messages import PlanPage
from newsletter.platform.rate_limit import BATCH_SIZE

# One row per variant and page: how many readers of that page get it.
counts = st.one_of(st.integers(0, 3), st.integers(0, 120))
shards = st.integers(min_value=1, max_value=5).flatmap(
    lambda variants: st.lists(st.lists(counts, min_size=variants, max_size=variants), min_size=1, max_size=6)
)


def chosen_of(shard: list[list[int]]) -> list[list[tuple[str, str]]]:
    """(recipient, variant) pairs by page; the variants of a page come mixed, as readers do."""
    pages = []
    for page, row in enumerate(shard):
        pairs = [(f"{page}-{variant}-{n}", f"v{variant}") for variant, size in enumerate(row) for n in range(size)]
        pages.append(sorted(pairs, key=lambda pair: pair[0][::-1]))
    return pages


def planned(pages: list[list[tuple[str, str]]]) -> list[Manifest]:
    manifests: list[Manifest] = []
    for page, chosen in enumerate(pages):
        carry = manifests[-1].carry if manifests else {}
        cursor = None if page == len(pages) - 1 else str(page)
        manifests.append(build_manifest(PlanPage("digest-2026-W48", "a", page), carry, chosen, cursor))
    return manifests


def batches_of(manifests: list[Manifest]) -> list[Batch]:
    return [batch for manifest in manifests for batch in manifest.batches]


@given(shards)
@example([[50, 49], [0, 1]])
@example([[0]])
def test_everybody_chosen_is_in_exactly_one_batch_of_their_variant(shard: list[list[int]]) -> None:
    pages = chosen_of(shard)
    expected = Counter(pair for page in pages for pair in page)
    batches = batches_of(planned(pages))
    assert Counter((who, batch.variant) for batch in batches for who in batch.recipients) == expected
    assert max(expected.values(), default=1) == 1


@given(shards)
def test_no_batch_is_empty_or_larger_than_one_call_may_be(shard: list[list[int]]) -> None:
    assert all(1 <= len(batch.recipients) <= BATCH_SIZE for batch in batches_of(planned(chosen_of(shard))))


@given(shards)
def test_a_shard_has_at_most_one_small_batch_per_variant(shard: list[list[int]]) -> None:
    small = [batch.variant for batch in batches_of(planned(chosen_of(shard))) if len(batch.recipients) < BATCH_SIZE]
    assert len(small) == len(set(small))


@given(shards)
def test_readers_keep_their_order_within_a_variant(shard: list[list[int]]) -> None:
    pages = chosen_of(shard)
    for variant in {variant for page in pages for _, variant in page}:
        expected = [who for page in pages for who, each in page if each == variant]
        assert [
            who for batch in batches_of(planned(pages)) if batch.variant == variant for who in batch.recipients
        ] == expected


@given(shards)
def test_the_last_page_carries_nothing_on(shard: list[list[int]]) -> None:
    *before, last = planned(chosen_of(shard))
    assert last.last
    assert not last.carry
    assert not any(manifest.last for manifest in before)
    assert all(0 < len(ids) < BATCH_SIZE for manifest in before for ids in manifest.carry.values())


@given(shards)
def test_batch_ids_are_never_used_twice(shard: list[list[int]]) -> None:
    ids = [batch.id for batch in batches_of(planned(chosen_of(shard)))]
    assert len(ids) == len(set(ids))


@given(shards)
def test_planning_the_same_page_again_gives_the_same_manifest(shard: list[list[int]]) -> None:
    pages = chosen_of(shard)
    manifests = planned(pages)
    assert planned(pages) == manifests
    for (before, _), (page, chosen) in zip(pairwise(manifests), list(enumerate(pages))[1:], strict=True):
        cursor = manifests[page].cursor
        assert build_manifest(PlanPage("digest-2026-W48", "a", page), before.carry, chosen, cursor) == manifests[page]


def test_a_manifest_carries_no_more_than_fits_in_an_item_however_many_variants_wait() -> None:
    """Every reader their own variant: nothing ever fills a batch, and a shard of a big list has 31,250 readers."""
    pages = [[(f"{page:02}{n:024}", f"fi-{n % 1999:016}") for n in range(2000)] for page in range(16)]
    manifests = planned(pages)
    carried = [sum(map(len, manifest.carry.values())) for manifest in manifests]
    assert max(carried) <= MAX_CARRY
    assert sum(len(batch.recipients) for batch in batches_of(manifests)) == 32_000
    assert max(map(_item_size, manifests)) < 400 * 1024


def _item_size(manifest: Manifest) -> int:
    """Bytes in DynamoDB: the text, 3 for each list or map and 1 for each element (AWS: Item sizes and formats)."""
    lists = sum(
        5 + len(batch.id) + len(batch.variant) + sum(len(who) + 1 for who in batch.recipients)
        for batch in manifest.batches
    )
    maps = sum(len(variant) + 4 + sum(len(who) + 1 for who in ids) for variant, ids in manifest.carry.items())
    return lists + maps + 200
