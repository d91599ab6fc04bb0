"""Tallies: shards add up to the whole, rate and time left follow from what was settled lately, cancelled is final."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.planning.batches import Batch
from newsletter.reports.certificate import Certificate, recipient_lines
from newsletter.reports.stats import RATE_WINDOW, MailingStats, compute_stats, sum_stats
from newsletter.sending.ledger import LEASE, BatchRecord, BatchStatus, RecipientStatus, SendResult

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
START = NOW - timedelta(hours=1)


def batch(name: str, size: int) -> Batch:
    return Batch("campaign-x", name, "fi-x", tuple(f"{name}-{position}" for position in range(size)))


def record(name: str, size: int, state: BatchStatus, letter: SendResult, ago: timedelta = timedelta()) -> BatchRecord:
    return BatchRecord(batch(name, size), state, letter * size, 1, NOW - ago + LEASE)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.integers(1, 50),
            st.sampled_from(list(BatchStatus)),
            st.sampled_from(list(SendResult)),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_shards_add_up_to_the_whole(kept: list[tuple[str, int, BatchStatus, SendResult]], cancelled: bool) -> None:  # noqa: FBT001
    records = [record(f"{shard}{at}-0", size, state, letter) for at, (shard, size, state, letter) in enumerate(kept)]
    planned = [*(each.batch for each in records), batch("a9-9", 3)]
    whole = compute_stats(records, planned, to_the_end=True, now=NOW, cancelled=cancelled)
    parts = [
        compute_stats(
            [each for each in records if each.batch.id[0] == shard],
            [each for each in planned if each.id[0] == shard],
            to_the_end=True,
            now=NOW,
            cancelled=cancelled,
        )
        for shard in "abc"
    ]
    assert sum_stats(parts) == whole
    assert whole.sums.balanced
    assert sum(whole.statuses.values()) == whole.sums.planned


def test_a_sum_is_as_old_as_its_oldest_part_and_planned_when_all_parts_are() -> None:
    sums = Certificate(*[0] * 12)
    old, new = (
        MailingStats(sums, planned_to_the_end=True, at=START),
        MailingStats(sums, planned_to_the_end=False, at=NOW),
    )
    assert (sum_stats([new, old]).at, sum_stats([new, old]).planned_to_the_end) == (START, False)
    with pytest.raises(ValueError, match="nothing"):
        sum_stats([])


def test_the_rate_is_that_of_the_last_two_minutes() -> None:
    records = [
        record("a0-0", 50, BatchStatus.DONE, SendResult.ACCEPTED, timedelta(seconds=30)),
        record("a0-1", 50, BatchStatus.DONE, SendResult.ACCEPTED, RATE_WINDOW + timedelta(seconds=1)),
        record("a0-2", 50, BatchStatus.CLAIMED, SendResult.OPEN),
    ]
    planned = [each.batch for each in records]
    stats = compute_stats(records, planned, to_the_end=True, now=NOW, cancelled=False)
    assert stats.rate(START) == 50 / 120
    assert stats.time_left(START) == timedelta(seconds=120)
    assert stats.rate(NOW - timedelta(seconds=60)) == 50 / 60
    assert compute_stats(records[1:], planned, to_the_end=True, now=NOW, cancelled=False).time_left(START) is None


@pytest.mark.parametrize(
    ("state", "letter", "ago", "standing", "reason"),
    [
        (BatchStatus.RETRY, SendResult.RETRY, LEASE, RecipientStatus.SUPPRESSED, "cancelled"),
        (BatchStatus.DONE, SendResult.ACCEPTED, LEASE, RecipientStatus.ACCEPTED, ""),
        (BatchStatus.CLAIMED, SendResult.OPEN, timedelta(), RecipientStatus.WAITING, ""),
        (BatchStatus.CLAIMED, SendResult.OPEN, LEASE, RecipientStatus.DOUBTFUL, ""),
        (BatchStatus.DOUBTFUL, SendResult.DOUBTFUL, LEASE, RecipientStatus.DOUBTFUL, ""),
    ],
)
def test_cancelling_suppresses_whom_nobody_tried_and_hides_no_crash(
    state: BatchStatus, letter: SendResult, ago: timedelta, standing: RecipientStatus, reason: str
) -> None:
    tried = record("a0-0", 1, state, letter, ago)
    lines = recipient_lines([tried], [tried.batch, batch("a0-1", 1)], cancelled_at=NOW)
    assert [(line.status, line.reason) for line in lines] == [
        (standing, reason),
        (RecipientStatus.SUPPRESSED, "cancelled"),
    ]
