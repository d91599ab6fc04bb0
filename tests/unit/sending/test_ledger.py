"""The ledger: one line for every recipient, and a certificate that balances, whatever happened in whatever order."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.planning.batches import Batch
from newsletter.sending.ledger import (
    FEEDBACK,
    BatchRecord,
    BatchStatus,
    Certificate,
    RecipientStatus,
    SendResult,
    count_certificate,
    recipient_lines,
)

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
RANK = [
    *(RecipientStatus.WAITING, RecipientStatus.DOUBTFUL, RecipientStatus.SUPPRESSED, RecipientStatus.REJECTED),
    *(
        RecipientStatus.ACCEPTED,
        RecipientStatus.DELAYED,
        RecipientStatus.SOFT_BOUNCED,
        RecipientStatus.DELIVERED,
        RecipientStatus.CLICKED,
    ),
    *(RecipientStatus.FAILED, RecipientStatus.BOUNCED, RecipientStatus.COMPLAINED),
]
NOT_ACCEPTED = (RecipientStatus.SUPPRESSED, RecipientStatus.REJECTED, RecipientStatus.DOUBTFUL, RecipientStatus.WAITING)


def batch_of(number: int, size: int) -> Batch:
    return Batch("digest-2026-W48", f"a{number}-0", "fi-x", tuple(f"{number}-{position}" for position in range(size)))


@st.composite
def records(draw: st.DrawFn, number: int, size: int) -> BatchRecord:
    positions = {what: draw(st.frozensets(st.integers(0, size - 1), max_size=4)) for what in FEEDBACK}
    return BatchRecord(
        batch_of(number, size),
        draw(st.sampled_from(list(BatchStatus))),
        "".join(draw(st.lists(st.sampled_from(list(SendResult)), min_size=size, max_size=size))),
        attempts=draw(st.integers(1, 3)),
        lease=NOW,
        positions={what: found for what, found in positions.items() if found},
    )


@st.composite
def mailings(draw: st.DrawFn) -> tuple[list[Batch], list[BatchRecord]]:
    """What was planned, and the records of the batches that were tried, in any order."""
    sizes = draw(st.lists(st.integers(1, 9), max_size=6))
    planned = [batch_of(number, size) for number, size in enumerate(sizes)]
    tried = draw(st.lists(st.sampled_from(range(len(sizes))), unique=True)) if sizes else []
    return planned, [draw(records(number, sizes[number])) for number in tried]


def certificate(planned: list[Batch], found: list[BatchRecord]) -> Certificate:
    return count_certificate(sum(len(batch.recipients) for batch in planned), found, recipient_lines(found, planned))


@given(mailings())
def test_the_certificate_balances_whatever_became_of_each_recipient(
    mailing: tuple[list[Batch], list[BatchRecord]],
) -> None:
    result = certificate(*mailing)
    assert result.balanced
    assert result.planned == result.accepted + result.suppressed + result.rejected + result.doubtful + result.waiting


@given(mailings())
def test_every_recipient_has_exactly_one_line(mailing: tuple[list[Batch], list[BatchRecord]]) -> None:
    planned, found = mailing
    lines = recipient_lines(found, planned)
    everybody = [(batch.id, position, who) for batch in planned for position, who in enumerate(batch.recipients)]
    assert [(line.batch, line.position, line.subscriber) for line in lines] == sorted(everybody)


@given(mailings())
def test_the_certificate_counts_what_the_lines_say(mailing: tuple[list[Batch], list[BatchRecord]]) -> None:
    planned, found = mailing
    result, lines = certificate(planned, found), recipient_lines(found, planned)
    assert result.accepted == sum(line.status not in NOT_ACCEPTED for line in lines)
    assert result.waiting == sum(line.status is RecipientStatus.WAITING for line in lines)
    assert result.unsubscribed == sum(line.unsubscribed for line in lines)
    for record in found:
        soft, delivered = (record.positions.get(what, frozenset()) for what in ("soft_bounced", "delivered"))
        result = replace(result, soft_bounced=result.soft_bounced - len(soft - delivered))
    assert result.soft_bounced == 0
    for what in ("delivered", "bounced", "complained", "clicked", "unsubscribed"):
        assert getattr(result, what) == sum(len(record.positions.get(what, ())) for record in found)
    failures = ("failed", "refused")
    assert result.failed == sum(len(record.positions.get(what, ())) for record in found for what in failures)


@given(mailings(), st.randoms(use_true_random=False))
def test_the_order_in_which_records_are_read_changes_nothing(
    mailing: tuple[list[Batch], list[BatchRecord]], chance: object
) -> None:
    planned, found = mailing
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert recipient_lines(shuffled, planned) == recipient_lines(found, planned)
    assert certificate(planned, shuffled) == certificate(planned, found)


@given(records(0, 6), st.integers(0, 5), st.sampled_from(FEEDBACK))
def test_feedback_never_makes_a_recipient_less_certain(record: BatchRecord, position: int, what: str) -> None:
    """Whatever came back proves that SES took the mail: it can settle a doubt and never bring one back."""
    before = record.status_of(position)
    more = {**record.positions, what: record.positions.get(what, frozenset()) | {position}}
    after = replace(record, positions=more).status_of(position)
    assert after not in NOT_ACCEPTED
    assert RANK.index(after) >= RANK.index(before)


def test_of_several_things_known_the_most_telling_one_stands() -> None:
    ranks = {
        "accepted": ("sent",),
        "delayed": ("delayed",),
        "soft-bounced": ("soft_bounced",),
        "delivered": ("opened", "unsubscribed", "delivered"),
        "clicked": ("confirmed", "clicked"),
        "failed": ("refused", "failed"),
        "bounced": ("bounced",),
        "complained": ("complained",),
    }
    order = [what for each in ranks.values() for what in each]
    statuses = [status for status, each in ranks.items() for _ in each]
    assert set(order) == set(FEEDBACK)
    for number in range(len(order)):
        record = BatchRecord(
            batch_of(0, 1),
            BatchStatus.DONE,
            "a",
            1,
            NOW,
            positions={what: frozenset({0}) for what in order[: number + 1]},
        )
        assert record.status_of(0) == statuses[number]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (SendResult.OPEN, RecipientStatus.WAITING),
        (SendResult.RETRY, RecipientStatus.WAITING),
        (SendResult.ACCEPTED, RecipientStatus.ACCEPTED),
        (SendResult.SUPPRESSED, RecipientStatus.SUPPRESSED),
        (SendResult.REJECTED, RecipientStatus.REJECTED),
        (SendResult.DOUBTFUL, RecipientStatus.DOUBTFUL),
    ],
)
def test_without_feedback_the_senders_word_stands(outcome: SendResult, status: RecipientStatus) -> None:
    assert BatchRecord(batch_of(0, 1), BatchStatus.DONE, outcome, 1, NOW).status_of(0) is status


def test_a_doubt_is_settled_by_the_send_event() -> None:
    doubtful = BatchRecord(batch_of(0, 2), BatchStatus.DOUBTFUL, "??", 1, NOW)
    settled = replace(doubtful, positions={"sent": frozenset({1})})
    assert [settled.status_of(position) for position in (0, 1)] == [RecipientStatus.DOUBTFUL, RecipientStatus.ACCEPTED]


def test_a_record_that_nobody_planned_unbalances_the_certificate() -> None:
    planned, stray = batch_of(0, 2), BatchRecord(batch_of(1, 3), BatchStatus.DONE, "aaa", 1, NOW)
    assert not certificate([planned], [stray]).balanced


def test_a_mailing_to_nobody_is_balanced() -> None:
    empty = certificate([], [])
    assert empty.balanced
    assert {getattr(empty, field.name) for field in fields(Certificate)} == {0}


def test_the_reason_stands_beside_its_recipient() -> None:
    record = BatchRecord(batch_of(0, 2), BatchStatus.DONE, "ax", 1, NOW, reasons={1: "MESSAGE_REJECTED"})
    assert [line.reason for line in recipient_lines([record], [])] == ["", "MESSAGE_REJECTED"]
