"""Read the publication's feeds and keep what is new or edited; running it again changes nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from newsletter.adapters.content import Content
from newsletter.adapters.feeds import Feeds
from newsletter.domain.article import Article, Entry, article_id, classify
from newsletter.domain.digest import first_seen
from newsletter.domain.errors import FeedUnreadable
from newsletter.domain.publication import Feed, Publication
from newsletter.domain.times import iso, parse_iso
from newsletter.observability import count

LONG_AGO = timedelta(days=365)
"""How old an undated article of the first fetch is taken to be: it belongs to the archive, not to the next digest."""
MAX_PROBLEMS = 20


@dataclass(frozen=True)
class FeedReport:
    """What one run found in one feed."""

    feed: str
    entries: int = 0
    new: int = 0
    edited: int = 0
    unchanged: bool = False
    problems: tuple[str, ...] = ()


def ingest_feeds(
    now: datetime, *, feeds: tuple[Feed, ...], publication: Publication, content: Content, source: Feeds
) -> list[dict[str, Any]]:
    """Read every feed. One that cannot be read is recorded, with the reason and since when; the others go on."""
    reports = [_ingest(feed, now, publication, content, source) for feed in feeds]
    count("ArticlesFound", sum(report.new for report in reports))
    return [asdict(report) for report in reports]


def _ingest(feed: Feed, now: datetime, publication: Publication, content: Content, source: Feeds) -> FeedReport:
    state = content.feed_state(feed.url)
    try:
        fetched = source.fetch(feed.url, state.get("etag", ""), state.get("modified", ""))
    except FeedUnreadable as fault:
        return _unreadable(feed, now, state, str(fault), content)
    if fetched.unchanged:
        content.put_feed_state(feed.url, _healthy(state, now))
        return FeedReport(feed.url, unchanged=True)
    first = "first_fetched_at" not in state
    seen_at = first_seen(now, content.windows().values())
    known = {article.id: article for article in content.articles()}
    new = edited = 0
    for entry in fetched.entries:
        article = _article(entry, feed, publication, seen_at, first=first)
        before = known.get(article.id)
        if before is not None:
            article = replace(article, listed_at=before.listed_at)
        if article != before:
            content.put_article(article)
            known[article.id] = article
            new, edited = (new + 1, edited) if before is None else (new, edited + 1)
    # The state goes last: a crash before this line reads the same feed again and keeps the same articles.
    state = {**_healthy(state, now), "etag": fetched.etag, "modified": fetched.modified}
    state["problems"] = list(fetched.problems[:MAX_PROBLEMS])
    content.put_feed_state(feed.url, state)
    return FeedReport(feed.url, len(fetched.entries), new, edited, problems=fetched.problems[:MAX_PROBLEMS])


def _article(entry: Entry, feed: Feed, publication: Publication, seen_at: datetime, *, first: bool) -> Article:
    """The article; of the first fetch everything counts as listed when it was published, so no archive is mailed."""
    listed_at = seen_at
    if first:
        listed_at = min(entry.published, seen_at) if entry.published else seen_at - LONG_AGO
    return Article(
        id=article_id(feed.url, entry.identity),
        url=entry.url,
        title=entry.title,
        summary=entry.summary,
        topics=classify(entry.title, entry.categories, publication.topics),
        categories=entry.categories,
        language=feed.language,
        author=entry.author,
        image=entry.image,
        published=entry.published,
        listed_at=listed_at,
    )


def _healthy(state: dict[str, Any], now: datetime) -> dict[str, Any]:
    kept = {name: value for name, value in state.items() if name not in ("failing_since", "problem")}
    return {"first_fetched_at": iso(now), **kept, "read_at": iso(now)}


def _unreadable(feed: Feed, now: datetime, state: dict[str, Any], problem: str, content: Content) -> FeedReport:
    since = state.get("failing_since", iso(now))
    content.put_feed_state(feed.url, {**state, "failing_since": since, "problem": problem})
    content.put_decision(now, "feed", "unreadable", f"{problem}; since {parse_iso(since):%Y-%m-%d %H:%M} UTC")
    count("FeedsUnreadable")
    return FeedReport(feed.url, problems=(problem,))
