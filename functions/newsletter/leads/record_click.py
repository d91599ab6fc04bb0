"""Records clicks on links of mails, and finds where they lead."""

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
    """Record the click and return the link's URL. Raises NotFound: only URLs that were mailed can be redirected to."""
    target = app.mailings.link(ref.mailing, link)
    if target is None:
        raise NotFound("link")
    record_visit(ref, link, evidence, now, app)
    return target


def record_visit(ref: LinkClaims, link: str, evidence: Evidence, now: datetime, app: Container) -> None:
    """Record that the link was opened, if its subscriber allows that today. Raises nothing.

    An error is logged and does not keep the page from being shown. A HEAD request shows the page to nobody, so it does
    not count in the ledger; of a link that is opened many times in an hour, only the first few are added there.
    """
    try:
        reader = current_subscriber(ref.subscriber, app)
        kept = app.clicks.add(reader, ref.mailing, link, evidence, now)
        if kept and evidence.method == "GET":
            app.deliveries.add_event(ref.mailing, ref.batch, "clicked", ref.position)
    except Exception:  # noqa: BLE001 (whatever it is, the reader came for the page)
        logger().exception("a visit was not kept", extra={"subscriber": ref.subscriber, "mailing": ref.mailing})
        count("VisitsNotKept")
