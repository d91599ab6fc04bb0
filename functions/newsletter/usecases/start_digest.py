"""Start the week's digest: settle its window, choose its articles once, and have every shard planned."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.queues import Queues
from newsletter.domain.article import Article
from newsletter.domain.digest import Window, digest_id, in_window, next_window, week_of
from newsletter.domain.mailing import Kind, Mailing
from newsletter.domain.publication import Publication
from newsletter.usecases.plan_page import plan_shards


def start_digest(
    now: datetime, *, publication: Publication, content: Content, deliveries: Deliveries, queues: Queues
) -> dict[str, str]:
    """Start the digest of the ISO week of `now`, or carry on with it, and say what was decided and why.

    A second run in the same week finds the mailing and only has planned what is not planned yet. A week without new
    articles settles nothing, so that a later run can still pick up what comes.
    """
    week = week_of(now, publication.time_zone)
    mailing = content.mailing(digest_id(week))
    if mailing is not None:
        missing = plan_shards(mailing.id, deliveries, queues)
        return _decided(
            content, now, week, "repeated", f"{mailing.id} exists; {missing} shards were still to be planned"
        )
    articles = content.articles()
    window = _window(content, week, now)
    fresh = in_window(articles, window)
    if not fresh:
        return _decided(content, now, week, "empty", f"no new article since {window.start:%Y-%m-%d %H:%M} UTC")
    content.put_window(week, window)
    return _start(now, week, fresh, publication, content, deliveries, queues)


def _window(content: Content, week: str, now: datetime) -> Window:
    """The week's own window if it was settled (a run crashed after that), else the next free stretch of time."""
    windows = content.windows()
    if week in windows:
        return windows[week]
    earlier = [window.end for other, window in windows.items() if other < week]
    later = [window.start for other, window in windows.items() if other > week]
    return next_window(now, max(earlier, default=None), min(later, default=None))


def _start(
    now: datetime,
    week: str,
    fresh: tuple[Article, ...],
    publication: Publication,
    content: Content,
    deliveries: Deliveries,
    queues: Queues,
) -> dict[str, str]:
    mailing = Mailing(
        id=digest_id(week),
        kind=Kind.DIGEST,
        created_at=now,
        articles=tuple(article.id for article in fresh),
        offer=publication.offers[0].key if publication.offers else "",
    )
    content.create_mailing(mailing)
    plan_shards(mailing.id, deliveries, queues)
    return _decided(content, now, week, "started", f"{len(fresh)} new articles in {mailing.id}")


def _decided(content: Content, now: datetime, week: str, decision: str, why: str) -> dict[str, str]:
    content.put_decision(now, f"digest-{week}", decision, why)
    return {"week": week, "decision": decision, "why": why}
