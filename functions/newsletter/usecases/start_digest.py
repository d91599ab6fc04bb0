"""Start the digests: settle each one's window, choose its articles once, and have every shard planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.queues import Queues
from newsletter.domain.digest import FIRST_SPAN, Window, digest_id, in_window, next_window, period_of
from newsletter.domain.mailing import Audience, Kind, Mailing
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import Frequency
from newsletter.usecases.plan_page import plan_shards


@dataclass(frozen=True)
class DigestDesk:
    """What starting a digest works with."""

    publication: Publication
    content: Content
    deliveries: Deliveries
    queues: Queues


def start_digests(now: datetime, desk: DigestDesk) -> dict[str, dict[str, str]]:
    """Start the weekly digest and, in the first run of a month, the monthly one; what was decided for each."""
    return {frequency: start_digest(frequency, now, desk) for frequency in Frequency}


def start_digest(frequency: Frequency, now: datetime, desk: DigestDesk) -> dict[str, str]:
    """Start the digest of the week or month of `now`, or carry on with it: {"period", "decision", "why"}.

    A second run in the same period finds the mailing and only has planned what is not planned yet. A period without
    new articles settles nothing, so that a later run can still pick up what comes.
    """
    period = period_of(now, desk.publication.time_zone, frequency)
    mailing = desk.content.mailing(digest_id(period))
    if mailing is not None:
        missing = plan_shards(mailing.id, desk.deliveries, desk.queues)
        why = f"{mailing.id} exists; {missing} shards were still to be planned"
        return _decided(desk, now, period, "repeated", why)
    window = _window(desk.content, period, frequency, now)
    fresh = in_window(desk.content.articles(), window)
    if not fresh:
        why = f"no new article since {window.start:%Y-%m-%d %H:%M} UTC"
        return _decided(desk, now, period, "empty", why)
    desk.content.put_window(period, window)
    mailing = Mailing(
        id=digest_id(period),
        kind=Kind.DIGEST,
        created_at=now,
        audience=Audience(frequency=frequency),
        articles=tuple(article.id for article in fresh),
        offer=desk.publication.offers[0].key if desk.publication.offers else "",
    )
    desk.content.create_mailing(mailing)
    plan_shards(mailing.id, desk.deliveries, desk.queues)
    return _decided(desk, now, period, "started", f"{len(fresh)} new articles in {mailing.id}")


def _window(content: Content, period: str, frequency: Frequency, now: datetime) -> Window:
    """The period's own window if it was settled (a run crashed after that), else the next free stretch of time."""
    letter = period[5]
    windows = {other: window for other, window in content.windows().items() if other[5] == letter}
    if period in windows:
        return windows[period]
    earlier = [window.end for other, window in windows.items() if other < period]
    later = [window.start for other, window in windows.items() if other > period]
    return next_window(now, max(earlier, default=None), min(later, default=None), FIRST_SPAN[frequency])


def _decided(desk: DigestDesk, now: datetime, period: str, decision: str, why: str) -> dict[str, str]:
    desk.content.put_decision(now, digest_id(period), decision, why)
    return {"period": period, "decision": decision, "why": why}
