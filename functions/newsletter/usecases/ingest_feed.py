"""Read the publication's feeds and keep what is new or edited; running it again changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.adapters.feeds import Feeds, Fetched
from newsletter.domain.article import Entry
from newsletter.domain.digest import first_seen
from newsletter.domain.errors import FeedUnreadable
from newsletter.domain.feed_health import Copy, suspicion
from newsletter.domain.publication import Feed
from newsletter.domain.times import iso, parse_iso
from newsletter.observability import count
from newsletter.usecases.isolation import Isolated
from newsletter.usecases.keep_articles import Shelf, listing

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_PROBLEMS = 20
A_DAY = timedelta(days=1)

FAULTY = ("failing_since", "problem", "reported_at")
"""What the state of a feed has while it cannot be read."""
HELD = ("held_since", "held_because", "held_entries", "held_news")
"""What it has while it waits for a person."""
ASKED_FOR = ("accepted_at", "archive_pages")
"""What a person asked of the next reading (usecases/accept_feed.py)."""


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


def ingest_feeds(now: datetime, isolated: Isolated, app: Container, *, feeds: tuple[Feed, ...]) -> list[dict[str, Any]]:
    """Read every feed. One that cannot be read is recorded, with the reason and since when; the others go on.

    So they do beside one whose reading fails for a reason of ours, which is told through `isolated`.
    """
    shelf = Shelf(app.articles, app.publication, feeds)
    readings = [_Reading(feed, now, shelf, app) for feed in feeds]
    reports = []
    # Fetched at once, so that none waits behind one whose server takes all the time it is given.
    with ThreadPoolExecutor(max_workers=len(readings) or 1) as side_by_side:
        fetched = side_by_side.map(lambda reading: reading.fetch(app.feeds), readings)
        for feed, reading, found in zip(feeds, readings, fetched, strict=True):
            with isolated.piece(f"feed {feed.url}"):
                reports.append(reading.report(found))
    count("ArticlesFound", sum(report.new for report in reports))
    count("ArticlesClassifiedAgain", shelf.classify_again())
    return [asdict(report) for report in reports]


class _Reading:
    """One feed in one run.

    Its state holds `etag` and `modified` for the next request, `entries` (ids of the articles of the last good copy),
    `first_fetched_at`, `read_at` (the last good reading), `problems`, and what FAULTY, HELD and ASKED_FOR name.
    """

    def __init__(self, feed: Feed, now: datetime, shelf: Shelf, app: Container) -> None:
        self._feed = feed
        self._now = now
        self._app = app
        self._shelf = shelf
        self._state = app.feed_states.get(feed.url)
        self._first = "first_fetched_at" not in self._state

    def fetch(self, source: Feeds) -> Fetched | Exception:
        """What the feed has, or why it cannot be told; touches nothing of ours."""
        pages = self._feed.archive_pages if self._first else self._state.get("archive_pages", 0)
        # Who asks for the archive wants it even if the feed has not changed.
        etag, modified = ("", "") if pages else (self._state.get("etag", ""), self._state.get("modified", ""))
        try:
            return source.fetch(self._feed.url, etag, modified, archive_pages=pages)
        except Exception as fault:  # noqa: BLE001 (the others go on; `report` raises it)
            return fault

    def report(self, fetched: Fetched | Exception) -> FeedReport:
        """Keep what was fetched; raises what came in its place, unless it is for the feed's owner to mend."""
        if isinstance(fetched, FeedUnreadable):
            return self._unreadable(str(fetched))
        if isinstance(fetched, Exception):
            raise fetched
        if fetched.unchanged:
            self._settle(self._healthy())
            return FeedReport(self._feed.url, unchanged=True)
        known, elsewhere = self._shelf.known(self._feed, [*fetched.entries, *fetched.archive])
        mine = [entry for entry in fetched.entries if entry.identity not in elsewhere]
        ids = {
            entry.identity: known[entry.identity].id
            if entry.identity in known
            else self._shelf.id_of(self._feed, entry)
            for entry in mine
        }
        before = frozenset(self._state.get("entries", ()))
        strangers = [e.published for e in mine if e.identity not in known and ids[e.identity] not in before]
        if not self._first:
            last = Copy(before, parse_iso(self._state["read_at"]))
            if reason := suspicion(last, Copy(frozenset(ids.values()), self._now), strangers):
                news = sum(1 for published in strangers if published and published > last.read_at)
                return self._held(reason, sorted(ids.values()), news)
        older = [entry for entry in fetched.archive if entry.identity not in elsewhere]
        return self._kept(fetched, mine, older, known)

    def _kept(self, fetched: Fetched, entries: list[Entry], older: list[Entry], known: dict[str, Any]) -> FeedReport:
        seen_at = first_seen(self._now, self._app.digests.windows().values())
        last_read = None if self._first else parse_iso(self._state["read_at"])
        archive = self._first or any(name in self._state for name in ASKED_FOR)
        new = edited = 0
        kept = []
        for entry in [*entries, *older]:
            before = known.get(entry.identity)
            listed_at, archived = listing(entry, seen_at, last_read) if archive else (seen_at, False)
            article = self._shelf.keep(self._feed, entry, before, listed_at, archived=archived)
            new, edited = new + (before is None), edited + (before is not None and article != before)
            kept.append(article.id)
        # The state goes last: a crash before this line reads the same feed again and keeps the same articles.
        state = {**self._healthy(), "etag": fetched.etag, "modified": fetched.modified}
        state["entries"] = sorted(set(kept[: len(entries)]))
        state["problems"] = list(fetched.problems[:MAX_PROBLEMS])
        self._settle({name: value for name, value in state.items() if name not in ASKED_FOR})
        return FeedReport(self._feed.url, len(fetched.entries), new, edited, problems=fetched.problems[:MAX_PROBLEMS])

    def _healthy(self) -> dict[str, Any]:
        kept = {name: value for name, value in self._state.items() if name not in (*FAULTY, *HELD)}
        return {"first_fetched_at": iso(self._now), **kept, "read_at": iso(self._now)}

    def _settle(self, state: dict[str, Any]) -> None:
        if "failing_since" in self._state:
            self._decide("readable", f"after {self._state['problem']}")
        if "held_since" in self._state:
            self._decide("released", f"the feed is as it was before: {self._state['held_because']}")
        self._app.feed_states.put(self._feed.url, state)

    def _unreadable(self, problem: str) -> FeedReport:
        """Recorded when it begins, when the reason changes and when it has lasted a day; counted every time."""
        since = self._state.get("failing_since", iso(self._now))
        state = {**self._state, "failing_since": since, "problem": problem}
        why = f"{problem}; since {parse_iso(since):%Y-%m-%d %H:%M} UTC"
        count("FeedsUnreadable")
        if self._now - parse_iso(since) >= A_DAY:
            # What the alarm rings for, in every run, so that it rings once and goes silent when the feed is back.
            count("FeedsUnreadableForADay")
            if "reported_at" not in state:
                state["reported_at"] = iso(self._now)
                self._decide("unreadable for a day", why)
        elif self._state.get("problem") != problem:
            self._decide("unreadable", why)
        self._app.feed_states.put(self._feed.url, state)
        return FeedReport(self._feed.url, problems=(problem,))

    def _held(self, reason: str, ids: list[str], news: int) -> FeedReport:
        """Nothing of it is kept: the articles stay as they were, and so does what the next reading is compared with."""
        count("FeedsHeld")
        if self._state.get("held_because") != reason:
            self._decide("held", reason)
        state = {name: value for name, value in self._state.items() if name not in FAULTY}
        since = self._state.get("held_since", iso(self._now))
        self._app.feed_states.put(
            self._feed.url,
            {**state, "held_since": since, "held_because": reason, "held_entries": ids, "held_news": news},
        )
        return FeedReport(self._feed.url, len(ids), held=reason)

    def _decide(self, decision: str, why: str) -> None:
        self._app.decisions.put(self._now, f"feed {self._feed.url}", decision, why)
