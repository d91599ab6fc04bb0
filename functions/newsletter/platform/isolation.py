"""Pieces of one run, each apart from the others: what one of them raises keeps no other from its turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.platform.errors import NewsletterError, PartlyFailed
from newsletter.platform.observability import logger

MOST_NAMED = 5
"""Faults that the error at the end names; the log has all of them."""


class Isolated:
    """Collects what the pieces of a run raised, so that the run fails at its end and not in its middle."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    @contextmanager
    def piece(self, name: str) -> Iterator[None]:
        """Around one piece; `name` is an id that may stand in a log. What it raises is logged and kept."""
        try:
            yield
        except Exception as fault:  # noqa: BLE001 (told at the end; only our own errors are told word for word)
            reason = str(fault) if isinstance(fault, NewsletterError) else type(fault).__name__
            self.faults.append(f"{name}: {reason or type(fault).__name__}")
            logger().exception("a piece of the run failed", extra={"piece": name})

    def raise_if_any(self) -> None:
        """Raises PartlyFailed when pieces failed, once all others are done."""
        if self.faults:
            more = f"; and {len(self.faults) - MOST_NAMED} more" if len(self.faults) > MOST_NAMED else ""
            raise PartlyFailed(f"{len(self.faults)} failed: {'; '.join(self.faults[:MOST_NAMED])}{more}")
