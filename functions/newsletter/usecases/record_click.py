"""A click on an article: where it leads, and what it showed of who clicked."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.links import Ref
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.errors import NotFound
from newsletter.domain.lead import Evidence


def record_click(
    ref: Ref,
    link: str,
    evidence: Evidence,
    *,
    now: datetime,
    content: Content,
    subscribers: Subscribers,
    deliveries: Deliveries,
) -> str:
    """The stored target of the link; only targets we mailed exist, so this redirects nowhere else. Raises NotFound."""
    target = content.link(ref.mailing, link)
    if target is None:
        raise NotFound("link")
    subscribers.add_click(ref.subscriber, ref.mailing, link, evidence, now)
    if evidence.method == "GET":
        deliveries.add(ref.mailing, ref.batch, "clicked", ref.position)
    return target
