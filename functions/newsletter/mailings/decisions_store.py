"""The decision log: what scheduled runs and people decided about mailings, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso

DECISIONS = "decisions"
"""Partition of the Content table."""


class Decisions(TableStore):
    """One record for each run (a mailing's id, or `breaker`) and moment."""

    def put(self, at: datetime, run: str, decision: str, why: str, *, replace: bool = True) -> bool:
        """Record what a run decided, so that it can be seen later why something was not sent.

        A later record of the same run and moment replaces the first one. Without `replace` an existing record stays,
        so that a repeated run does not hide what the first one did; the result is False then.
        """
        record = (DECISIONS, f"{iso(at)}#{run}", {"decision": decision, "why": why})
        if not replace:
            return self._put_new(*record)
        self._put(*record)
        return True

    def newest(self, limit: int, before: str = "") -> list[dict[str, Any]]:
        """The newest `limit` records: `at`, `run`, `decision`, `why`; only those older than `before` (`<at>#<run>`)."""
        lines = []
        for item in self._last(DECISIONS, limit, before or "~"):
            at, run = item["sk"].split("#", 1)
            lines.append({"at": at, "run": run, "decision": item["decision"], "why": item["why"]})
        return lines
