"""One feed in one run: compare it with what is known, keep what is new or edited, or say why nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.articles.article import Article, Entry
from newsletter.articles.catalog import ArticleCatalog, archive_listing
from newsletter.articles.feeds.feed_client import Feeds, Fetched
from newsletter.articles.feeds.feed_health import Snapshot, reason_to_hold
from newsletter.articles.feeds.feed_state import FeedState
from newsletter.platform.errors import FeedUnreadable
from newsletter.platform.observability import count
from newsletter.publication.publication import Feed

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_PROBLEMS = 20
"""Of one reading, the first; they are kept with the feed's state and shown to the operator."""


@dataclass(frozen=True)
class FeedReport:
    """What one run found in one feed; `held` says why nothing of it was kept."""

    feed: str
    entries: int = 0
    new: int = 0
    edited: int = 0
    unchanged: bool = False
    held: str = ""
    problems: tuple[str, ...] = ()


class FeedRun:
    """One feed in one run."""

    def __init__(self, feed: Feed, now: datetime, catalog: ArticleCatalog, app: Container) -> None:
        self._feed = feed
        self._now = now
        self._app = app
        self._catalog = catalog
        self._state = app.feed_states.get(feed.url)

    def fetch(self, source: Feeds) -> Fetched | Exception:
        """The feed, or the exception that came instead; writes nothing."""
        state = self._state
        pages = self._feed.archive_pages if state.never_read else state.archive_pages
        # The archive is wanted even if the feed has not changed, so the request must not be conditional.
        etag, modified = ("", "") if pages else (state.etag, state.modified)
        try:
            return source.fetch(self._feed.url, etag, modified, archive_pages=pages)
        except Exception as fault:  # noqa: BLE001 (`report` raises it, once the other feeds are fetched)
            return fault

    def report(self, fetched: Fetched | Exception) -> FeedReport:
        """Keep what was fetched, or record that the feed cannot be read. Raises exceptions that are our own fault."""
        if isinstance(fetched, FeedUnreadable):
            return self._unreadable(str(fetched))
        if isinstance(fetched, Exception):
            raise fetched
        if fetched.unchanged:
            self._recovered(self._state.unchanged(self._now))
            return FeedReport(self._feed.url, unchanged=True)
        known, elsewhere = self._catalog.match(self._feed, [*fetched.entries, *fetched.archive])
        entries = [entry for entry in fetched.entries if entry.identity not in elsewhere]
        ids = {
            entry.identity: known[entry.identity].id
            if entry.identity in known
            else self._catalog.new_id(self._feed, entry)
            for entry in entries
        }
        if self._state.read_at is not None:
            last = Snapshot(frozenset(self._state.entries), self._state.read_at)
            unknown = [
                entry.published
                for entry in entries
                if entry.identity not in known and ids[entry.identity] not in last.articles
            ]
            if reason := reason_to_hold(last, Snapshot(frozenset(ids.values()), self._now), unknown):
                news = sum(1 for published in unknown if published and published > last.read_at)
                return self._held(reason, tuple(sorted(ids.values())), news)
        older = [entry for entry in fetched.archive if entry.identity not in elsewhere]
        return self._kept(fetched, entries, older, known)

    def _kept(
        self, fetched: Fetched, entries: list[Entry], older: list[Entry], known: dict[str, Article]
    ) -> FeedReport:
        state = self._state
        seen_at = self._app.digests.listing_time(self._now)
        archive = state.never_read or state.has_request
        new = edited = 0
        kept = []
        for entry in [*entries, *older]:
            before = known.get(entry.identity)
            listed_at, archived = archive_listing(entry, seen_at, state.read_at) if archive else (seen_at, False)
            article = self._catalog.upsert(self._feed, entry, before, listed_at, archived=archived)
            new, edited = new + (before is None), edited + (before is not None and article != before)
            kept.append(article.id)
        problems = fetched.problems[:MAX_PROBLEMS]
        ids = tuple(sorted(set(kept[: len(entries)])))
        # The state goes last: a crash before this line reads the same feed again and keeps the same articles.
        self._recovered(state.read(self._now, ids, problems, fetched.etag, fetched.modified))
        return FeedReport(self._feed.url, len(fetched.entries), new, edited, problems=problems)

    def _recovered(self, state: FeedState) -> None:
        """Keep the state after a good reading, and record the end of a failure or a hold."""
        if self._state.failure:
            self._decide("readable", f"after {self._state.failure.problem}")
        if self._state.hold:
            self._decide("released", f"the feed is as it was before: {self._state.hold.reason}")
        self._put(state)

    def _unreadable(self, problem: str) -> FeedReport:
        """Recorded when it begins, when the reason changes and when it has lasted a day; counted every time."""
        before = self._state.failure
        failure = self._state.failure_after(self._now, problem)
        why = f"{problem}; since {failure.since:%Y-%m-%d %H:%M} UTC"
        count("FeedsUnreadable")
        if failure.lasts_a_day(self._now):
            # The metric of the alarm, in every run: it goes off once, and ends when the feed can be read again.
            count("FeedsUnreadableForADay")
            if before is None or before.reported_at is None:
                self._decide("unreadable for a day", why)
        elif before is None or before.problem != problem:
            self._decide("unreadable", why)
        self._put(self._state.failed(failure))
        return FeedReport(self._feed.url, problems=(problem,))

    def _held(self, reason: str, ids: tuple[str, ...], news: int) -> FeedReport:
        """Keep nothing of the feed; the next reading is compared with the same copy as this one."""
        count("FeedsHeld")
        if self._state.hold is None or self._state.hold.reason != reason:
            self._decide("held", reason)
        self._put(self._state.held(self._now, reason, ids, news))
        return FeedReport(self._feed.url, len(ids), held=reason)

    def _put(self, state: FeedState) -> None:
        # When a person changed the state meanwhile, theirs stays, and the next reading starts from it.
        self._app.feed_states.put(self._feed.url, state)

    def _decide(self, decision: str, why: str) -> None:
        self._app.decisions.put(self._now, f"feed {self._feed.url}", decision, why)
