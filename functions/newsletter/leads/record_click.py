"""A click on an article: where it leads, and what it showed of who clicked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.lead import Evidence
from newsletter.platform.errors import NotFound
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.observability import count, logger
from newsletter.readers.current_subscriber import current_subscriber

if TYPE_CHECKING:
    from newsletter.container import Container


def record_click(ref: LinkClaims, link: str, evidence: Evidence, now: datetime, app: Container) -> str:
    """The stored target of the link; only targets we mailed exist, so this redirects nowhere else. Raises NotFound."""
    target = app.mailings.link(ref.mailing, link)
    if target is None:
        raise NotFound("link")
    keep_visit(ref, link, evidence, now, app)
    return target


def keep_visit(ref: LinkClaims, link: str, evidence: Evidence, now: datetime, app: Container) -> None:
    """Keep that somebody opened the link, if its reader allows it today.

    What cannot be kept costs nobody the page. HEAD shows it to nobody; and of a link that is opened again and again
    within the hour, the ledger hears the first few times.
    """
    try:
        reader = current_subscriber(ref.subscriber, app)
        kept = app.clicks.add(reader, ref.mailing, link, evidence, now)
        if kept and evidence.method == "GET":
            app.deliveries.add_event(ref.mailing, ref.batch, "clicked", ref.position)
    except Exception:  # noqa: BLE001 (whatever it is, the reader came for the page)
        logger().exception("a visit was not kept", extra={"subscriber": ref.subscriber, "mailing": ref.mailing})
        count("VisitsNotKept")
