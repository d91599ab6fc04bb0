"""Hourly: feeds become articles."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.events import scheduled_time
from newsletter.observability import observed
from newsletter.usecases.ingest_feed import ingest_feeds
from newsletter.usecases.isolation import Isolated


@observed("feed_ingest")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Read the publication's feeds, or the one that NEWSLETTER_FEED_URL puts in their place.

    Raises PartlyFailed for a feed whose reading failed for a reason of ours, once the others are read.
    """
    isolated = Isolated()
    reports = ingest_feeds(scheduled_time(event), isolated, app, feeds=app.feeds_read)
    isolated.raise_if_any()
    return {"feeds": reports}
