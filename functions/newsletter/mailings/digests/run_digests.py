"""All that a scheduled run does for digests: those that wait are looked after, and new ones are started."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.digests.approve import expire_approvals
from newsletter.mailings.digests.start import start_digests
from newsletter.platform.isolation import Isolated

if TYPE_CHECKING:
    from newsletter.container import Container


def run_digests(now: datetime, app: Container, *, start: bool) -> dict[str, Any]:
    """Look after the digests that wait, and with `start` start those of the period; what was decided for each.

    Raises PartlyFailed for a digest that failed, once the others are done.
    """
    isolated = Isolated()
    done: dict[str, Any] = {"decided": expire_approvals(now, app, isolated)}
    if start:
        done |= start_digests(now, app, isolated)
    isolated.raise_if_any()
    return done
