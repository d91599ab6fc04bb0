"""As which edition of a sequence its enrollments were timed, in the Content table."""

from __future__ import annotations

from typing import NamedTuple

from newsletter.platform.aws.table_store import TableStore

SEQUENCES = "sequences"
"""Partition of the Content table with one item for each sequence."""


class Retimed(NamedTuple):
    """`edition` is a hash of what its times depend on; `shard` the next whose enrollments are to be timed anew."""

    edition: str
    shard: str = ""


class RetimedSequences(TableStore):
    """One record for each sequence; it changes when the publication does."""

    def all(self) -> dict[str, Retimed]:
        """The records by the sequence's key."""
        return {item["sk"]: Retimed(item["edition"], item["shard"]) for item in self._partition(SEQUENCES)}

    def put(self, sequence: str, retimed: Retimed) -> None:
        """Keep how far the sequence is timed."""
        self._put(SEQUENCES, sequence, {"edition": retimed.edition, "shard": retimed.shard})
