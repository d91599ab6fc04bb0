"""Tells CloudWatch what no failure shows: a digest of which nothing was decided, and a quota of SES that runs out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.digests.digest import digest_id, period_of
from newsletter.mailings.schedules import Cron, ExpressionError, parse
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count, logger
from newsletter.platform.times import iso
from newsletter.readers.choice import Frequency

if TYPE_CHECKING:
    from newsletter.container import Container

GRACE = timedelta(minutes=30)
"""So long after its hour a digest may be decided: a run that failed is repeated within minutes."""
LOOK_BACK = timedelta(hours=24)
MOST_RUNS = 50
"""Runs of the schedule in that time that are looked at."""
LINES = 200
"""Decisions since its hour among which those of the digest are searched."""
NEARLY = 0.9
"""The share of SES's quota of 24 hours from which on a person should ask for more."""


def look_out(now: datetime, isolated: Isolated, app: Container) -> None:
    """Count what a person must see to."""
    with isolated.piece("hour of the digest"):
        if is_undecided(now, app):
            count("DigestsUndecided")
    try:
        quota = app.account.quota()
    except Exception as fault:  # noqa: BLE001 (looking must not make the run fail; the next one looks again)
        logger().warning("SES does not tell the quota", extra={"error": type(fault).__name__})
        return
    if quota.most and quota.used >= NEARLY * quota.most:
        count("QuotaNearlyUsed")


def is_undecided(now: datetime, app: Container) -> bool:
    """Whether the hour of a digest has passed, and no run has decided about the weekly and the monthly one since.

    Not for a stack that was not there at that hour: nothing was decided or mailed before it.
    """
    due = _last_run(now, app)
    if due is None or not (app.decisions.newest(1, iso(due)) or app.mailings.older(iso(due), 1)):
        return False
    zone = app.publication.time_zone
    decided = {line["run"] for line in app.decisions.newest(LINES) if line["at"] >= iso(due)}
    return any(digest_id(period_of(due, zone, frequency)) not in decided for frequency in Frequency)


def _last_run(now: datetime, app: Container) -> datetime | None:
    """The last run of the digest's schedule that is over by now, of the last day."""
    try:
        schedule = parse(app.settings.digest_schedule, app.publication.time_zone.key)
    except ExpressionError:
        return None
    last, moment = None, now - LOOK_BACK
    for _ in range(MOST_RUNS if isinstance(schedule, Cron) else 0):
        at = schedule.next_after(moment)
        if at is None or at > now - GRACE:
            return last
        last = moment = at
    return last
