"""Hands the evidence of a visit over to its queue, while the reader is on their way already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.leads.visits.evidence import Evidence, VisitKind
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import Visited, VisitsTogether
from newsletter.platform.observability import count, logger

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_CHARACTERS = 150
"""Of each header beside the user agent: as long as what browsers accept, so that thousands of visits fit into what
Lambda hands over at once."""


def hand_over_visit(
    ref: LinkClaims, kind: VisitKind, link: str, evidence: Evidence, now: datetime, app: Container
) -> None:
    """Queue what the request showed, in one call that is tried once. Raises nothing: what was not taken is counted.

    A busy container keeps what certainly is no person's for a moment, and hands it over with the next visit.
    Whether the reader lets visits be kept is asked by whoever takes it from the queue.
    """
    message = Visited(
        subscriber=ref.subscriber,
        mailing=ref.mailing,
        batch=ref.batch,
        position=ref.position,
        kind=kind,
        link=link,
        at=int(now.timestamp() * 1000),
        evidence=_cut(evidence),
    )
    due = app.held_visits.take(message, evidence)
    if not due:
        return
    together = due[0] if len(due) == 1 else VisitsTogether(tuple(vars(visit) for visit in due))
    try:
        app.quick_queues.hand_over(app.quick_queues.visits, together)
    except Exception as error:  # noqa: BLE001 (whatever it is, the reader came for the page)
        count("VisitsNotKept", len(due))
        logger().warning("a visit was not kept", extra=_ids(ref) | {"why": type(error).__name__})


def record_view(ref: LinkClaims, evidence: Evidence, now: datetime, app: Container) -> None:
    """The same for the page of an offer, which was shown. Mail scanners open it too, so this alone makes no lead."""
    hand_over_visit(ref, VisitKind.OFFER, ref.extra, evidence, now, app)


def _ids(ref: LinkClaims) -> dict[str, str]:
    """Whom a log line is about."""
    return {"subscriber": ref.subscriber, "mailing": ref.mailing, "batch": ref.batch}


def _cut(evidence: Evidence) -> Mapping[str, Any]:
    return {
        "method": evidence.method,
        "user_agent": evidence.user_agent,
        "network": evidence.network,
        "headers": {name: value[:MOST_CHARACTERS] for name, value in evidence.headers.items()},
    }
