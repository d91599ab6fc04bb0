"""Reads the feeds every hour and keeps their articles."""

from __future__ import annotations

from typing import Any

from newsletter.articles.ingest import ingest_feeds
from newsletter.container import app
from newsletter.platform.events import scheduled_time
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import observed


@observed("feed_ingest")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Read the publication's feeds, or the one of NEWSLETTER_FEED_URL instead.

    Raises PartlyFailed, once all feeds are read, when one of them failed because of a fault of our own.
    """
    isolated = Isolated()
    reports = ingest_feeds(scheduled_time(event), isolated, app, feeds=app.feeds_read)
    isolated.raise_if_any()
    return {"feeds": reports}
