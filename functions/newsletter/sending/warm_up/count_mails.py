"""Keep mailings to the day's number of the warm-up plan: the rest of a mailing waits, and goes on the next day.

Confirmations, welcome mails and sequence steps are counted and never wait. Nothing is counted outside of the plan.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import hold_mailing
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import NewsletterError
from newsletter.platform.observability import logger
from newsletter.platform.times import whole_seconds
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

NEAR = timedelta(seconds=30)
"""A call to SES follows the count within so much. At the end of a day it might fall into the next, so none begins."""

LATEST = time(23)


class DayIsFull(NewsletterError):
    """The number of that day of the warm-up plan is used up."""

    def __init__(self, mailing: str, day: date) -> None:
        super().__init__(f"{mailing} on {day.isoformat()}")
        self.day = day


def count_mails(mails: int, mailing: Mailing, app: Container) -> date | None:
    """Count mails that are about to be sent, on the day that is returned; None where the plan counts nothing.

    Raises DayIsFull where they must wait.
    """
    plan, now = app.publication.warm_up, app.now()
    if plan is None or not mails:
        return None
    day = _day(now, app)
    most = plan.allowed(day)
    if most is None:
        return None
    if mailing.kind.automated:
        app.warm_up_days.add(day, mails, now)
    elif _day(now + NEAR, app) != day or not app.warm_up_days.take(day, mails, most, now):
        raise DayIsFull(mailing.id, day)
    return day


def give_back(mails: int, day: date | None, app: Container) -> None:
    """Take mails off the day's count that were not sent after all, if AWS lets us: the day is smaller otherwise."""
    if day is None or not mails:
        return
    try:
        app.warm_up_days.add(day, -mails, app.now())
    except Exception:  # noqa: BLE001 (what became of the batch matters more)
        logger().exception("not given back", extra={"day": day.isoformat(), "mails": mails})


def wait_for_next_day(mailing: Mailing, full: date, app: Container) -> bool:
    """Let it wait for the day after the full one, at the hour at which it began; False if it is not being sent."""
    plan = app.publication.warm_up
    reason = say(
        "the warm-up plan, which ends on {day}, sends no more mails on this day; the rest follows on the next",
        day=plan.ends.isoformat() if plan else "",
    )
    until = next_part(mailing.created_at, full, app)
    return hold_mailing(mailing.id, reason, app, now=whole_seconds(app.now()), until=until)


def next_part(began: datetime, full: date, app: Container) -> datetime:
    """When the next part of a mailing goes out that began then: on the day after the full one, at the same time of day.

    At LATEST at the latest: the tick that resumes it comes within minutes, and must not find the day over.
    """
    zone = app.publication.time_zone
    at = min(began.astimezone(zone).time().replace(microsecond=0), LATEST)
    return datetime.combine(full + timedelta(days=1), at, zone)


def _day(now: datetime, app: Container) -> date:
    return now.astimezone(app.publication.time_zone).date()
