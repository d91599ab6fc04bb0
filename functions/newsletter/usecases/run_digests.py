"""All that a scheduled run does for digests: those that wait are looked after, and new ones are started."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.isolation import Isolated
from newsletter.usecases.decide_digest import look_after_digests
from newsletter.usecases.start_digest import start_digests

if TYPE_CHECKING:
    from newsletter.container import Container


def run_digests(now: datetime, app: Container, *, start: bool) -> dict[str, Any]:
    """Look after the digests that wait, and with `start` start those of the period; what was decided for each.

    Raises PartlyFailed for a digest that failed, once the others are done.
    """
    isolated = Isolated()
    done: dict[str, Any] = {"decided": look_after_digests(now, app, isolated)}
    if start:
        done |= start_digests(now, app, isolated)
    isolated.raise_if_any()
    return done
