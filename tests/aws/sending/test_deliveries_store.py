"""The ledger in DynamoDB: first writer wins, feedback in any order and repetition gives the same record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.ledger_keys import LIFE, batch_key
from newsletter.reports.certificate import count_certificate, recipient_lines
from newsletter.sending.deliveries_store import EVENTS
from newsletter.sending.feedback.visit_marks import VisitMark
from newsletter.sending.feedback.visit_marks_store import VISITS, VisitMarks
from newsletter.sending.ledger import FEEDBACK, LEASE, BatchRecord, BatchStatus, SendResult
from rehearsal.aws.dynamodb.values import weigh_item
from tests.support.aws.dynamodb import Adapters

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def batch_of(adapters: Adapters, size: int = 3, number: int = 0) -> Batch:
    mailing = adapters.new("digest-")
    return Batch(mailing, f"a0-{number}", "fi-x", tuple(f"{mailing}-{position}" for position in range(size)))


def items(adapters: Adapters, key: str) -> list[dict[str, Any]]:
    answer = adapters.client.query(
        TableName=adapters.table("Deliveries"),
        KeyConditionExpression="mailing = :mailing",
        ExpressionAttributeValues={":mailing": {"S": key}},
    )
    return list(answer["Items"])


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
    # Who complains has the mail, whatever a server on the way said of it.
    assert result.bounced == len(expected.get("bounced", frozenset()) - expected.get("complained", frozenset()))
    assert result.unanswered >= 0


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


def test_what_changes_often_is_apart_from_what_is_big(adapters: Adapters) -> None:
    """A write is billed by the size of its whole item: one unit for each started KB."""
    batch, deliveries = batch_of(adapters, 50), adapters.deliveries
    deliveries.claim(batch, "a" * 50, {}, NOW)
    everybody = set(range(50))
    times = {position: NOW + timedelta(seconds=position) for position in everybody}
    usual = ("sent", "delivered", "opened", "lead")
    deliveries.add_events(batch.mailing, batch.id, dict.fromkeys(usual, everybody), times)
    links = frozenset(range(40))
    everything = VisitMark(
        9_999,
        person=True,
        machine=True,
        offered=True,
        people=links,
        machines=links,
        read_at=NOW,
        scanned_at=NOW,
    )
    by_scanners = VisitMark(70, machine=True, machines=links, scanned_at=NOW)
    marks = {position: everything if position % 10 == 0 else by_scanners for position in everybody}
    VisitMarks(adapters.client, adapters.table("Deliveries")).put(batch.mailing, batch.id, marks, NOW + LIFE)
    kept = {item["part"]["S"]: item for item in items(adapters, batch_key(batch.mailing, batch.id))}
    record, events = kept[f"batch#{batch.id}"], kept[f"batch#{batch.id}{EVENTS}"]
    visits = kept[f"batch#{batch.id}{VISITS}"]
    assert weigh_item(record) > 1024 > weigh_item(events)
    assert weigh_item(visits) < 2 * 1024
    assert deliveries.moments(batch.mailing, [batch.id, "none"])[batch.id].delivered == times
    found = deliveries.record(batch.mailing, batch.id)
    assert found is not None
    assert found.visits == marks
    assert events["expires"] == record["expires"] == {"N": str(int((NOW + LIFE).timestamp()))}


def test_a_position_that_the_batch_does_not_have_is_kept_out(adapters: Adapters) -> None:
    batch, deliveries = batch_of(adapters, 3), adapters.deliveries
    deliveries.claim(batch, "...", {}, NOW)
    for _ in range(2):
        assert deliveries.add_events(batch.mailing, batch.id, {"sent": {0, 3}}) == {"sent": frozenset({0})}
    record = deliveries.record(batch.mailing, batch.id)
    assert record is not None
    assert record.positions == {"sent": frozenset({0})}


def test_records_are_read_with_their_own_events_and_no_others(adapters: Adapters) -> None:
    """Keys of batches begin like each other: `a0-1`, `a0-1-again`, `a0-10`, all of them in the same place."""
    deliveries, mailing = adapters.deliveries, adapters.new("digest-")
    names = ["a0-1", "a0-1-again", "a0-10", "a0-33", "a0-331", "b0-1", "a10-1"]
    batches = {name: Batch(mailing, name, "fi-x", (f"{name}-reader",)) for name in names}
    for batch in batches.values():
        deliveries.claim(batch, ".", {}, NOW)
    reported = {"a0-1-again": "bounced", "a0-10": "sent", "a0-331": "delivered"}
    for name, what in reported.items():
        assert deliveries.add_event(mailing, name, what, 0)
    for name, batch in batches.items():
        record = deliveries.record(mailing, name)
        assert record is not None
        assert record.batch == batch
        assert record.positions == ({reported[name]: frozenset({0})} if name in reported else {})
        assert deliveries.recipients(mailing, name) == batch.recipients
        assert deliveries.events(mailing, name) == record.positions
    found = {record.batch.id: record for record in deliveries.records(mailing)}
    assert found == {name: deliveries.record(mailing, name) for name in names}
    assert {record.batch.id for record in deliveries.records(mailing, "a")} == set(names) - {"b0-1"}


def test_events_whose_record_has_expired_are_no_batch(adapters: Adapters) -> None:
    batch, deliveries = batch_of(adapters), adapters.deliveries
    deliveries.claim(batch, "...", {}, NOW)
    deliveries.add_event(batch.mailing, batch.id, "sent", 0)
    key = {"mailing": {"S": batch_key(batch.mailing, batch.id)}, "part": {"S": f"batch#{batch.id}"}}
    adapters.client.delete_item(TableName=adapters.table("Deliveries"), Key=key)
    assert deliveries.record(batch.mailing, batch.id) is None
    assert list(deliveries.records(batch.mailing)) == []
