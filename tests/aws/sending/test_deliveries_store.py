"""The ledger in DynamoDB: first writer wins, feedback in any order and repetition gives the same record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.leads.lead import Evidence, Lead
from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.platform.times import iso
from newsletter.reports.certificate import count_certificate, recipient_lines
from newsletter.sending.deliveries_store import LIFE
from newsletter.sending.ledger import FEEDBACK, LEASE, BatchRecord, BatchStatus, SendResult
from tests.support.dynamodb import Adapters

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def batch_of(adapters: Adapters, size: int = 3, number: int = 0) -> Batch:
    mailing = adapters.new("digest-")
    return Batch(mailing, f"a0-{number}", "fi-x", tuple(f"{mailing}-{position}" for position in range(size)))


def expires(adapters: Adapters, mailing: str) -> set[int]:
    answer = adapters.client.query(
        TableName=adapters.table("Deliveries"),
        KeyConditionExpression="mailing = :mailing",
        ExpressionAttributeValues={":mailing": {"S": mailing}},
    )
    return {int(item["expires"]["N"]) for item in answer["Items"]}


# --- manifests -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cursor", [None, "abc"])
def test_a_manifest_reads_back_as_it_was_written_first(adapters: Adapters, cursor: str | None) -> None:
    batch = batch_of(adapters)
    first = Manifest((batch,), {"fi-x": ("r1", "r2"), "sv-y": ("r3",)}, cursor)
    assert adapters.deliveries.manifest(batch.mailing, "a", 0) is None
    assert adapters.deliveries.put_manifest(batch.mailing, "a", 0, first, NOW)
    assert not adapters.deliveries.put_manifest(batch.mailing, "a", 0, Manifest((), {}, None), NOW)
    assert adapters.deliveries.manifest(batch.mailing, "a", 0) == first
    assert adapters.deliveries.end_of_page(batch.mailing, "a", 0) == replace(first, batches=())
    assert adapters.deliveries.end_of_page(batch.mailing, "a", 1) is None
    assert expires(adapters, batch.mailing) == {int((NOW + LIFE).timestamp())}


def test_manifests_come_by_shard_and_page_and_are_no_batches(adapters: Adapters) -> None:
    batch = batch_of(adapters)
    places = [("a", 0), ("a", 1), ("a", 10), ("b", 0)]
    manifests = {place: Manifest((), {}, f"{place}") for place in places}
    for (shard, page), manifest in reversed(manifests.items()):
        adapters.deliveries.put_manifest(batch.mailing, shard, page, manifest, NOW)
    adapters.deliveries.claim(batch, "...", {}, NOW)
    found = list(adapters.deliveries.manifests(batch.mailing))
    assert found == [(shard, manifest) for (shard, _), manifest in manifests.items()]
    assert [record.batch for record in adapters.deliveries.records(batch.mailing)] == [batch]


def test_a_full_page_with_much_to_carry_fits_in_one_item(adapters: Adapters) -> None:
    mailing = adapters.new("digest-")
    ids = [f"{number:026}" for number in range(10_000)]
    batches = tuple(Batch(mailing, f"a0-{n}", "fi-" + "x" * 16, tuple(ids[n * 50 : n * 50 + 50])) for n in range(40))
    carry = {f"fi-{n:016}": tuple(ids[2_000 + n * 40 : 2_040 + n * 40]) for n in range(200)}
    manifest = Manifest(batches, carry, "x" * 26)
    assert adapters.deliveries.put_manifest(mailing, "a", 0, manifest, NOW)
    assert adapters.deliveries.manifest(mailing, "a", 0) == manifest


# --- a batch ---------------------------------------------------------------------------------------------------------


def test_a_batch_is_claimed_once(adapters: Adapters) -> None:
    batch = batch_of(adapters)
    assert adapters.deliveries.record(batch.mailing, batch.id) is None
    assert adapters.deliveries.claim(batch, ".s.", {1: "unsubscribed"}, NOW) is None
    claimed = BatchRecord(batch, BatchStatus.CLAIMED, ".s.", 1, NOW + LEASE, {1: "unsubscribed"}, {})
    assert adapters.deliveries.claim(batch, "...", {}, NOW) == claimed
    assert adapters.deliveries.record(batch.mailing, batch.id) == claimed


def test_only_what_was_left_over_is_claimed_again_and_only_once(adapters: Adapters) -> None:
    batch, deliveries = batch_of(adapters), adapters.deliveries
    deliveries.claim(batch, "...", {}, NOW)
    claimed = deliveries.record(batch.mailing, batch.id)
    assert claimed is not None
    assert not deliveries.claim_again(claimed, "...", {}, NOW)
    assert deliveries.record_result(batch, 1, BatchStatus.RETRY, "ar.", {1: "throttled"}, NOW)
    left = deliveries.record(batch.mailing, batch.id)
    assert left is not None
    assert deliveries.claim_again(left, "a..", {}, NOW)
    assert not deliveries.claim_again(left, "a..", {}, NOW)
    again = deliveries.record(batch.mailing, batch.id)
    assert again is not None
    assert (again.state, again.attempts, again.outcomes) == (BatchStatus.CLAIMED, 2, "a..")


def test_a_claim_that_was_lost_settles_nothing(adapters: Adapters) -> None:
    batch, deliveries = batch_of(adapters), adapters.deliveries
    assert not deliveries.record_result(batch, 1, BatchStatus.DONE, "aaa", {}, NOW)
    deliveries.claim(batch, "...", {}, NOW)
    assert not deliveries.record_result(batch, 2, BatchStatus.DONE, "aaa", {}, NOW)
    assert deliveries.record_result(batch, 1, BatchStatus.DOUBTFUL, "???", {}, NOW)
    assert not deliveries.record_result(batch, 1, BatchStatus.DONE, "aaa", {}, NOW)
    record = deliveries.record(batch.mailing, batch.id)
    assert record is not None
    assert (record.state, record.outcomes) == (BatchStatus.DOUBTFUL, "???")


@pytest.mark.parametrize("state", [BatchStatus.DONE, BatchStatus.DOUBTFUL])
def test_what_is_over_is_never_claimed_again(adapters: Adapters, state: BatchStatus) -> None:
    batch, deliveries = batch_of(adapters), adapters.deliveries
    deliveries.claim(batch, "...", {}, NOW)
    deliveries.record_result(batch, 1, state, "aaa", {}, NOW)
    record = deliveries.record(batch.mailing, batch.id)
    assert record is not None
    assert not deliveries.claim_again(record, "...", {}, NOW)


# --- feedback --------------------------------------------------------------------------------------------------------

events = st.lists(st.tuples(st.sampled_from(FEEDBACK), st.integers(0, 4)), max_size=12)


@settings(max_examples=15)
@given(events, st.data())
def test_feedback_repeated_and_shuffled_gives_the_same_record_and_a_certificate_that_balances(
    adapters: Adapters, happened: list[tuple[str, int]], data: st.DataObject
) -> None:
    outcomes = "".join(data.draw(st.lists(st.sampled_from(list(SendResult)), min_size=5, max_size=5)))
    arrived = data.draw(st.permutations(happened * 2))
    batch = batch_of(adapters, 5)
    adapters.deliveries.claim(batch, outcomes, {}, NOW)
    for what, position in arrived:
        assert adapters.deliveries.add_event(batch.mailing, batch.id, what, position)
    record = adapters.deliveries.record(batch.mailing, batch.id)
    assert record is not None
    expected = {what: frozenset(p for kind, p in happened if kind == what) for what, _ in happened}
    assert record.positions == expected
    result = count_certificate(5, [record], recipient_lines([record], [batch]))
    assert result.balanced
    assert result.bounced == len(expected.get("bounced", ()))


def test_feedback_settles_nothing_of_what_the_sender_wrote(adapters: Adapters) -> None:
    batch, deliveries = batch_of(adapters), adapters.deliveries
    deliveries.claim(batch, "...", {}, NOW)
    deliveries.add_event(batch.mailing, batch.id, "delivered", 1)
    assert deliveries.record_result(batch, 1, BatchStatus.DONE, "aax", {2: "MESSAGE_REJECTED"}, NOW)
    record = deliveries.record(batch.mailing, batch.id)
    assert record is not None
    assert (record.outcomes, record.reasons, record.positions) == (
        "aax",
        {2: "MESSAGE_REJECTED"},
        {"delivered": frozenset({1})},
    )


def test_feedback_on_a_batch_the_ledger_does_not_know_makes_none(adapters: Adapters) -> None:
    batch = batch_of(adapters)
    assert not adapters.deliveries.add_event(batch.mailing, batch.id, "delivered", 0)
    assert adapters.deliveries.record(batch.mailing, batch.id) is None


def test_feedback_of_a_kind_the_ledger_does_not_keep_is_refused(adapters: Adapters) -> None:
    with pytest.raises(ValueError, match="'yawned' is none of sent, delivered"):
        adapters.deliveries.add_event("m", "b", "yawned", 0)


# --- leads -----------------------------------------------------------------------------------------------------------


def test_a_lead_is_kept_once_with_every_try_to_hand_it_off(adapters: Adapters) -> None:
    evidence = Evidence("POST", "", "192.0.2.0/24", {"accept-language": "fi", "via": ""})
    lead = Lead(adapters.new("lead"), "r" * 26, "sparraus", "button", NOW, "", "", 0, evidence)
    assert adapters.leads.get(lead.id) is None
    assert adapters.leads.create(lead)
    assert not adapters.leads.create(lead)
    assert adapters.leads.get(lead.id) == lead
    adapters.leads.add_attempt(lead.id, NOW, "HTTP 503", taken=False)
    assert not adapters.leads.handed_off(lead.id)
    adapters.leads.add_attempt(lead.id, NOW + timedelta(minutes=1), "200", taken=True)
    assert adapters.leads.handed_off(lead.id)
    item: dict[str, Any] = adapters.client.get_item(
        TableName=adapters.table("Leads"), Key={"lead": {"S": lead.id}}, ConsistentRead=True
    )["Item"]
    tries = [(one["M"]["at"]["S"], one["M"]["result"]["S"]) for one in item["attempts"]["L"]]
    assert tries == [(iso(NOW), "HTTP 503"), (iso(NOW + timedelta(minutes=1)), "200")]
