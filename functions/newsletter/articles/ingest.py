"""Read the publication's feeds and keep new and edited articles; a second run on the same feeds changes nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from newsletter.articles.catalog import ArticleCatalog
from newsletter.articles.feeds.feed_client import fetch_side_by_side
from newsletter.articles.feeds.feed_run import FeedRun
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.publication.publication import Feed

if TYPE_CHECKING:
    from newsletter.container import Container


def ingest_feeds(now: datetime, isolated: Isolated, app: Container, *, feeds: tuple[Feed, ...]) -> list[dict[str, Any]]:
    """Read every feed; a report for each.

    A feed that cannot be read is recorded with the reason and since when, and the others are read all the same. A fault
    of our own in one feed stops no other feed either; `isolated` collects it.
    """
    catalog = ArticleCatalog(app.articles, app.publication, feeds)
    runs = [FeedRun(feed, now, catalog, app) for feed in feeds]
    fetches = [partial(run.fetch, app.feeds) for run in runs]
    reports = []
    for feed, run, found in zip(feeds, runs, fetch_side_by_side(fetches), strict=True):
        with isolated.piece(f"feed {feed.url}"):
            reports.append(run.report(found))
    count("ArticlesFound", sum(report.new for report in reports))
    count("ArticlesClassifiedAgain", catalog.reclassify())
    return [asdict(report) for report in reports]
