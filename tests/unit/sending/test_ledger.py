"""The ledger: the status of a recipient follows from what is known, whatever came in whatever order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sending.ledger import FEEDBACK, BatchRecord, BatchStatus, RecipientStatus, SendResult
from tests.support.mailings.ledger_records import NOT_ACCEPTED, NOW, batch_of, records

RANK = [
    *(RecipientStatus.WAITING, RecipientStatus.DOUBTFUL, RecipientStatus.SUPPRESSED, RecipientStatus.REJECTED),
    *(
        RecipientStatus.ACCEPTED,
        RecipientStatus.DELAYED,
        RecipientStatus.SOFT_BOUNCED,
        RecipientStatus.DELIVERED,
        RecipientStatus.CLICKED,
        RecipientStatus.ANSWERED,
    ),
    *(RecipientStatus.FAILED, RecipientStatus.BOUNCED, RecipientStatus.COMPLAINED),
]


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
        "delivered": ("shown", "opened", "unsubscribed", "delivered"),
        "clicked": ("confirmed", "won", "lead"),
        "answered": ("replied",),
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
