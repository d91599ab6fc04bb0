"""Ledger records of batches, with any outcome and any feedback, for Hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from newsletter.mailings.planning.batches import Batch
from newsletter.sending.ledger import FEEDBACK, BatchRecord, BatchStatus, RecipientStatus, SendResult

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
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
