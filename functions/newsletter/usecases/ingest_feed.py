"""Read the publication's feeds and keep what is new or edited; running it again changes nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from newsletter.adapters.content import Content
from newsletter.adapters.feeds import Feeds
from newsletter.domain.article import Article, Entry, article_id, classify
from newsletter.domain.digest import digest_id, first_seen
from newsletter.domain.errors import FeedUnreadable
from newsletter.domain.publication import Feed, Publication
from newsletter.domain.times import iso, parse_iso
from newsletter.observability import count

LONG_AGO = timedelta(days=365)
"""How old an undated article of the first fetch is taken to be: it belongs to the archive, not to the next digest."""
MAX_PROBLEMS = 20
IN_FLIGHT = timedelta(minutes=15)
"""Longer than any run of a function (two minutes) with what may delay its start."""
OVERLOOKED_IN = 2
"""The latest windows that are looked through: a week's and a month's."""


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
    _pick_up_overlooked(now, content)
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
    known = {article.id: article for article in content.found_articles()}
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


def _pick_up_overlooked(now: datetime, content: Content) -> None:
    """Move to the next digest what was kept in the very moment in which a digest settled its window, and so is in none.

    Only windows that are older than any run that might still be writing; articles of a first fetch stand where they
    were published and are in no digest on purpose.
    """
    settled = {period: window for period, window in content.windows().items() if window.end < now - IN_FLIGHT}
    newest = sorted(settled, key=lambda period: settled[period].end)[-OVERLOOKED_IN:]
    mailings = [mailing for period in newest if (mailing := content.mailing(digest_id(period))) is not None]
    if not mailings:
        return
    mailed = {article for mailing in mailings for article in mailing.articles}
    listed_in = [settled[period] for period in newest]
    for article in content.found_articles():
        seen_later = article.published is None or article.listed_at != article.published
        if article.id not in mailed and seen_later and any(window.holds(article) for window in listed_in):
            content.put_article(replace(article, listed_at=first_seen(article.listed_at, content.windows().values())))
            count("ArticlesPickedUp")


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
