"""What scheduled runs and people decided, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso

DECISIONS = "decisions"
"""Partition of the Content table."""


class Decisions(TableStore):
    """One record for each run and moment."""

    def put(self, at: datetime, run: str, decision: str, why: str, *, replace: bool = True) -> bool:
        """Record what a scheduled run decided, so that silence always has a reason.

        A run has one record: what becomes of it later takes the place of what it decided first. Without `replace` the
        record that is there stays, so that a run repeated does not hide what the first one did; then it is False.
        """
        record = (DECISIONS, f"{iso(at)}#{run}", {"decision": decision, "why": why})
        if not replace:
            return self._put_new(*record)
        self._put(*record)
        return True

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """The newest decision records: `at`, `run`, `decision`, `why`."""
        lines = []
        for item in self._last(DECISIONS, limit):
            at, run = item["sk"].split("#", 1)
            lines.append({"at": at, "run": run, "decision": item["decision"], "why": item["why"]})
        return lines
