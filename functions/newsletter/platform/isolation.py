"""Runs the pieces of a job apart from each other: an error in one does not keep the others from being done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.platform.errors import NewsletterError, PartlyFailed
from newsletter.platform.observability import logger

MOST_NAMED = 5
"""The error at the end names so many faults; the log has all of them."""


class Isolated:
    """Collects what the pieces raise, so that the run fails after the last and not in the middle."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    @contextmanager
    def piece(self, name: str) -> Iterator[None]:
        """Around one piece; `name` is an id that may stand in a log. What it raises is logged and kept."""
        try:
            yield
        except Exception as fault:  # noqa: BLE001 (raised at the end; other errors than ours may quote an address, so only their type is named)
            reason = str(fault) if isinstance(fault, NewsletterError) else type(fault).__name__
            self.faults.append(f"{name}: {reason or type(fault).__name__}")
            logger().exception("a piece of the run failed", extra={"piece": name})

    def raise_if_any(self) -> None:
        """Raises PartlyFailed if a piece failed. To be called after the last piece."""
        if self.faults:
            more = f"; and {len(self.faults) - MOST_NAMED} more" if len(self.faults) > MOST_NAMED else ""
            raise PartlyFailed(f"{len(self.faults)} failed: {'; '.join(self.faults[:MOST_NAMED])}{more}")
