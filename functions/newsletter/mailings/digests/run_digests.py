"""A scheduled run of the planner: handles digests that wait for approval, and starts new ones."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.digests.approve import expire_approvals
from newsletter.mailings.digests.start import start_digests
from newsletter.platform.isolation import Isolated

if TYPE_CHECKING:
    from newsletter.container import Container


def run_digests(now: datetime, app: Container, *, start: bool) -> dict[str, Any]:
    """Apply approvals that expired and, with `start`, start the digests of the period; the decision for each.

    Raises PartlyFailed if a digest failed, once the others are done.
    """
    isolated = Isolated()
    done: dict[str, Any] = {"decided": expire_approvals(now, app, isolated)}
    if start:
        done |= start_digests(now, app, isolated)
    isolated.raise_if_any()
    return done
