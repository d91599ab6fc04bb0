"""A click on an article: where it leads, and what it showed of who clicked."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.links import Ref
from newsletter.domain.errors import NotFound
from newsletter.domain.lead import Evidence
from newsletter.usecases.front_desk import FrontDesk


def record_click(ref: Ref, link: str, evidence: Evidence, now: datetime, desk: FrontDesk) -> str:
    """The stored target of the link; only targets we mailed exist, so this redirects nowhere else. Raises NotFound."""
    target = desk.content.link(ref.mailing, link)
    if target is None:
        raise NotFound("link")
    desk.clicks.add(ref.subscriber, ref.mailing, link, evidence, now)
    if evidence.method == "GET":
        desk.deliveries.add(ref.mailing, ref.batch, "clicked", ref.position)
    return target
