"""Keys of the ledger: what is sent and reported within a second is spread evenly, and everything is found again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.planning import ledger_keys
from newsletter.mailings.planning.batches import Batch, build_manifest
from newsletter.mailings.planning.ledger_keys import PLACES, batch_key, batch_keys, keys_of, page_key
from newsletter.platform.messages import PlanPage
from newsletter.platform.shards import SHARDS

ids = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=60)
planned = st.builds(
    "{}{}-{}{}".format,
    st.sampled_from(SHARDS),
    st.integers(0, 99_999),
    st.integers(0, 5_000),
    st.sampled_from(["", "p1", "p64", "p0", "p9999"]),
)


@contextmanager
def places(now: int, *before: int) -> Iterator[None]:
    with patch.multiple(ledger_keys, PLACES=now, FORMER=before):
        yield


def ids_of(shard: str, page: int, number: int) -> list[str]:
    """The ids of a page with so many batches."""
    chosen = [(f"{shard}{reader}", "fi") for reader in range(number)]
    manifest = build_manifest(PlanPage("m", shard, page), {}, chosen, None, 1, ledger_keys.PLACES)
    return [batch.id for batch in manifest.batches]


@given(st.one_of(planned, ids))
def test_every_batch_is_in_one_of_the_places_that_a_report_reads(batch: str) -> None:
    assert batch_key("digest-1", batch) in set(batch_keys("digest-1"))


@given(planned)
def test_a_resend_batch_is_beside_its_first(batch: str) -> None:
    assert batch_key("m", Batch("m", batch, "fi", ()).resend_id) == batch_key("m", batch)


@given(st.sampled_from(SHARDS), st.integers(0, 300), st.integers(0, 200))
def test_batches_that_follow_each_other_are_in_different_places(shard: str, page: int, first: int) -> None:
    keys = [batch_key("m", f"{shard}{page}-{first + number}") for number in range(PLACES)]
    assert len(set(keys)) == PLACES


def test_pages_begin_at_different_places() -> None:
    """Else the first places would have more of every mailing: a page seldom ends with the last place."""
    begins = Counter(batch_key("m", f"{shard}{page}-0") for shard in SHARDS for page in range(8))
    assert len(begins) == PLACES
    assert max(begins.values()) <= 20


@given(planned)
def test_another_number_moves_no_batch_that_is_planned(batch: str) -> None:
    before = batch_key("m", batch)
    with places(96, 32):
        assert before == batch_key("m", batch) or batch.endswith("p96")
        assert before in set(batch_keys("m"))


def test_what_is_planned_after_a_change_goes_round_the_new_number() -> None:
    old = ids_of("a", 0, 200)
    with places(64):
        new = ids_of("a", 1, 200)
        keys = {batch_key("m", batch) for batch in new}
        assert len(keys) == 64
        assert {batch_key("m", Batch("m", batch, "fi", ()).resend_id) for batch in new} == keys
        assert {batch_key("m", batch) for batch in old} <= set(batch_keys("m"))
    with places(8, 64):  # and back: what was spread more widely is still found
        assert {batch_key("m", batch) for batch in new} == keys <= set(batch_keys("m"))


@given(st.lists(planned, max_size=80))
def test_the_keys_of_batches_are_all_that_they_are_in(batches: list[str]) -> None:
    assert set(keys_of("m", batches)) == {batch_key("m", batch) for batch in batches}


def test_no_batch_is_asked_for_once_every_key_is_known() -> None:
    """Of a page with hundreds of batches thirty-two are enough, and no second page is read."""
    batches = iter(ids_of("a", 0, 200))
    assert len(keys_of("m", batches)) == PLACES
    assert len(list(batches)) == 200 - PLACES


def test_automated_mailings_are_spread_by_their_readers() -> None:
    readers = (
        f"{first}{second}{'b' * 24}-{nonce}" for first in SHARDS for second in SHARDS for nonce in ("1", "c0ffee")
    )
    found = Counter(batch_key("step-1", batch) for batch in islice(readers, 2048))
    assert len(found) == PLACES
    assert max(found.values()) <= 2 * 2048 / PLACES


def test_manifests_and_batches_share_no_key() -> None:
    pages = {page_key("m", shard, page) for shard in SHARDS for page in range(100)}
    assert len(pages) == 100 * len(SHARDS)
    assert not pages & set(batch_keys("m"))
