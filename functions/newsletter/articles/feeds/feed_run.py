"""One feed in one run: compare it with what is known, keep what is new or edited, or say why nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.articles.article import REPLACED, Article
from newsletter.articles.catalog import ArticleCatalog
from newsletter.articles.feeds.feed_client import Feeds, Fetched, Refused
from newsletter.articles.feeds.feed_health import Snapshot, reason_to_hold, reason_to_hold_burst
from newsletter.articles.feeds.feed_state import Copy, Failure, FeedState
from newsletter.articles.feeds.reading import Reading, rules_of
from newsletter.articles.feeds.withdrawn_articles import withdraw_dropped
from newsletter.articles.listing import listed_again
from newsletter.platform.errors import FeedUnreadable
from newsletter.platform.observability import count
from newsletter.platform.words.said import say
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
    withdrawn: int = 0
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
        self._rules = rules_of(feed)

    def fetch(self, source: Feeds) -> Fetched | Exception:
        """The feed, or the exception that came instead; writes nothing."""
        state = self._state
        if state.failure and state.rests(self._now):
            return FeedUnreadable(state.failure.problem)
        pages = self._feed.archive_pages if state.never_read else state.archive_pages
        etag, modified = state.etag, state.modified
        if (pages and not state.never_read) or state.rules != self._rules:
            # The archive is wanted even if the feed has not changed, and other rules may let other entries through, so
            # the request must not be conditional. A feed without entries has no archive while it stays so.
            etag = modified = ""
        try:
            return source.fetch(self._feed.url, etag, modified, archive_pages=pages)
        except Exception as fault:  # noqa: BLE001 (`report` raises it, once the other feeds are fetched)
            return fault

    def report(self, fetched: Fetched | Exception) -> FeedReport:
        """Keep what was fetched, or record that the feed cannot be read. Raises exceptions that are our own fault."""
        if isinstance(fetched, FeedUnreadable):
            return self._unreadable(fetched)
        if isinstance(fetched, Exception):
            raise fetched
        if fetched.unchanged:
            state = self._state.unchanged(self._now)
            state, withdrawn = self._without_dropped(state, self._state.entries)
            self._recovered(state)
            return FeedReport(self._feed.url, withdrawn=withdrawn, unchanged=True)
        reading = Reading(self._feed, fetched, self._state, self._now, self._catalog)
        if reason := self._reason_to_hold(reading):
            return self._held(reason, reading.ids, reading.news_if_accepted())
        return self._kept(fetched, reading)

    def _reason_to_hold(self, reading: Reading) -> str:
        if self._state.read_at is None:
            return ""
        last = Snapshot(frozenset(self._state.entries), self._state.read_at)
        # While it is held, time goes on, but what came at once stays what it was.
        since = self._state.hold.since if self._state.hold else self._now
        today = Snapshot(reading.pages(), since)
        return reason_to_hold(last, today, reading.unknown_dates(), grown=reading.is_grown()) or reason_to_hold_burst(
            last,
            today,
            len(reading.news(since)),
            [article.published for article in self._catalog.of_feed(self._feed) if article.published],
            first=self._state.never_read,
        )

    def _kept(self, fetched: Fetched, reading: Reading) -> FeedReport:
        seen_at = self._app.digests.listing_time(self._now)
        new = edited = withdrawn = 0
        kept = []
        for entry in reading.kept:
            before = reading.known.get(entry.identity)
            if before is None:
                kept.append(self._catalog.add(self._feed, entry, reading.listing(entry, seen_at)))
                new += 1
            else:
                listed_at = listed_again(before, entry, seen_at, self._now)
                kept.append(self._catalog.update(self._feed, entry, before, listed_at))
                edited += kept[-1] != before
        for article, because in reading.withdrawn():
            withdrawn += self._catalog.withdraw(article, because)
        if self._feed.edits_are_news:
            withdrawn += self._replaced(kept)
        problems = (*fetched.problems, *reading.notes())[:MAX_PROBLEMS]
        copy = Copy(
            reading.ids, problems, fetched.etag, fetched.modified, reading.shared, doubtful=fetched.mostly_left_out
        )
        state = self._state.read(self._now, copy, self._rules)
        # The state goes last: a crash before it is kept reads the same feed again and keeps the same articles.
        if fetched.mostly_left_out:
            self._released()
            self._put(state.failed(self._failing(f"most of its entries cannot be used: {fetched.problems[0]}")))
        else:
            state, dropped = self._without_dropped(state, reading.ids)
            withdrawn += dropped
            self._recovered(state)
        return FeedReport(self._feed.url, len(fetched.entries), new, edited, withdrawn, problems=problems)

    def _without_dropped(self, state: FeedState, present: tuple[str, ...]) -> tuple[FeedState, int]:
        return withdraw_dropped(self._feed, self._state, state, present, self._now, self._catalog, self._app)

    def _replaced(self, kept: Iterable[Article]) -> int:
        """Withdraw the earlier editions of what the feed has now; the number of those that were not out."""
        now_there = list(kept)
        present = {article.id for article in now_there}
        earlier = {each for article in now_there for each in self._catalog.replaced_by(article)} - present
        return sum(self._catalog.withdraw(article, REPLACED) for article in sorted(earlier))

    def _recovered(self, state: FeedState) -> None:
        """Keep the state after a good reading, and record the end of a failure or a hold."""
        if self._state.failure:
            self._decide("readable", say("after {problem}", problem=self._state.failure.problem))
        self._released()
        self._put(state)

    def _released(self) -> None:
        if self._state.hold:
            self._decide("released", say("the feed is as it was before: {why}", why=self._state.hold.reason))

    def _unreadable(self, fault: FeedUnreadable) -> FeedReport:
        problem = str(fault)
        rests_until = self._state.rests_until if self._state.rests(self._now) else None
        if isinstance(fault, Refused) and fault.wait:
            rests_until = self._now + fault.wait
        self._put(self._state.failed(self._failing(problem), rests_until))
        rest = (
            (say("its server asks not to be asked before {when} UTC", when=f"{rests_until:%Y-%m-%d %H:%M}"),)
            if rests_until
            else ()
        )
        return FeedReport(self._feed.url, problems=(problem, *rest))

    def _failing(self, problem: str) -> Failure:
        """Recorded when it begins, when the reason changes and when it has lasted a day; counted every time."""
        before = self._state.failure
        failure = self._state.failure_after(self._now, problem)
        why = say("{problem}; since {when} UTC", problem=problem, when=f"{failure.since:%Y-%m-%d %H:%M}")
        count("FeedsUnreadable")
        if failure.lasts_a_day(self._now):
            # The metric of the alarm, in every run: it goes off once, and ends when the feed can be read again.
            count("FeedsUnreadableForADay")
            if before is None or before.reported_at is None:
                self._decide("unreadable for a day", why)
        elif before is None or before.problem != problem:
            self._decide("unreadable", why)
        return failure

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
