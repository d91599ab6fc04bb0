"""A line for every recipient, and a certificate that balances, whatever happened in whatever order."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.planning.batches import Batch
from newsletter.reports.certificate import Certificate, count_certificate, recipient_lines
from newsletter.sending.ledger import BatchRecord, BatchStatus, RecipientStatus
from tests.support.mailings.ledger_records import NOT_ACCEPTED, NOW, batch_of, records


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
    for what in ("complained", "clicked", "unsubscribed"):
        assert getattr(result, what) == sum(len(record.positions.get(what, ())) for record in found)


@given(mailings())
def test_every_accepted_mail_is_in_exactly_one_of_the_figures(mailing: tuple[list[Batch], list[BatchRecord]]) -> None:
    planned, found = mailing
    result, lines = certificate(planned, found), recipient_lines(found, planned)
    assert result.accepted == sum(
        (result.delivered, result.bounced, result.soft_bounced, result.failed, result.unanswered)
    )
    assert result.unanswered == sum(
        line.status in (RecipientStatus.ACCEPTED, RecipientStatus.DELAYED) for line in lines
    )
    assert result.unanswered >= 0


def test_a_mail_that_came_back_after_it_was_taken_is_bounced_and_not_delivered() -> None:
    """Else a report says `Delivered 2, 100 %` beside `Bounced 1`."""
    batch = batch_of(0, 2)
    record = BatchRecord(
        batch,
        BatchStatus.DONE,
        "aa",
        1,
        NOW,
        positions={"delivered": frozenset({0, 1}), "bounced": frozenset({1}), "soft_bounced": frozenset({0})},
    )
    result = certificate([batch], [record])
    assert (result.delivered, result.bounced, result.soft_bounced, result.unanswered) == (1, 1, 0, 0)


@given(mailings(), st.randoms(use_true_random=False))
def test_the_order_in_which_records_are_read_changes_nothing(
    mailing: tuple[list[Batch], list[BatchRecord]], chance: object
) -> None:
    planned, found = mailing
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert recipient_lines(shuffled, planned) == recipient_lines(found, planned)
    assert certificate(planned, shuffled) == certificate(planned, found)


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
