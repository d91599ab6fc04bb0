"""What goes out next and when: the digests, with the articles that each would carry today; and what today may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from newsletter.articles.article import Article
from newsletter.mailings.digests.digest import compose_digest, period_of
from newsletter.mailings.digests.readership import for_composing
from newsletter.mailings.schedules import Cron, ExpressionError, Rate, parse
from newsletter.platform.words.said import Said, say
from newsletter.readers.choice import Frequency

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_RUNS = 60
"""Runs looked at in search of the first one of another month."""


@dataclass(frozen=True)
class NextDigest:
    """The next digest of a frequency: when it is due, and what it would carry if nothing else were published."""

    frequency: Frequency
    at: datetime
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class WarmUpToday:
    """The most mails that the warm-up plan sends today, and how many it has counted; `ends` is the first day after."""

    most: int
    used: int
    ends: date

    @property
    def in_words(self) -> Said:
        """For people."""
        return say(
            "The warm-up plan sends at most {most} mails today, {used} so far; it ends on {day}.",
            most=self.most,
            used=self.used,
            day=self.ends.isoformat(),
        )

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"most": self.most, "used": self.used, "ends": self.ends.isoformat()}


def warm_up_today(now: datetime, app: Container) -> WarmUpToday | None:
    """None where no plan limits the day."""
    plan, today = app.publication.warm_up, now.astimezone(app.publication.time_zone).date()
    most = plan.allowed(today) if plan else None
    return WarmUpToday(most, app.warm_up_days.used(today), plan.ends) if plan and most is not None else None


def next_digests(now: datetime, app: Container) -> list[NextDigest]:
    """The next weekly and monthly digest, the earlier first; empty where we do not know the schedule."""
    moments = {each: next_run(each, now, app) for each in Frequency}
    if not any(moments.values()):
        return []
    digests, articles = app.digests.history(), app.articles.all()
    by_id = {article.id: article for article in articles}
    found = []
    for frequency, at in moments.items():
        if at is None:
            continue
        period = period_of(at, app.publication.time_zone, frequency)
        digest = compose_digest(period, at, articles, for_composing(period, digests, articles), 0)
        carried = tuple(by_id[each] for each in digest.articles) if digest else ()
        found.append(NextDigest(frequency, at, carried))
    return sorted(found, key=lambda each: each.at)


def next_run(frequency: Frequency, now: datetime, app: Container) -> datetime | None:
    """When the next digest of that frequency is due: the first run in a period that has none yet.

    None if the schedule is none that we can read (docs/deploy.md, DigestSchedule).
    """
    zone = app.publication.time_zone
    schedule = _schedule(app)
    moment = now
    for _ in range(MOST_RUNS if schedule else 0):
        at = schedule.next_after(moment) if schedule else None
        if at is None:
            return None
        period = period_of(at, zone, frequency)
        known = app.digests.get(period)
        if known is None or known.passed_over:
            return at
        moment = at
    return None


def _schedule(app: Container) -> Rate | Cron | None:
    try:
        return parse(app.settings.digest_schedule, app.publication.time_zone.key)
    except ExpressionError:
        return None
