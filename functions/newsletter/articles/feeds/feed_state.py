"""What is known of a feed from one reading to the next: the last good copy, and failures, holds and requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Failure:
    """The feed cannot be read: since when, the reason today, and when it was reported that this has lasted a day."""

    since: datetime
    problem: str
    reported_at: datetime | None = None

    def lasts_a_day(self, now: datetime) -> bool:
        """Whether the feed has been unreadable for at least 24 hours."""
        return now - self.since >= A_DAY


@dataclass(frozen=True)
class Hold:
    """The feed waits for a person, who accepts it or not: since when, and why.

    `entries` are the ids of the articles in the copy that is held; `news` is how many of them are later than the last
    good copy.
    """

    since: datetime
    reason: str
    entries: tuple[str, ...] = ()
    news: int = 0


@dataclass(frozen=True)
class Copy:
    """A copy of the feed as it is kept: what FeedState says of the last good one.

    It is `doubtful` when most of its entries cannot be used: what is in it is kept, and nothing follows from what is
    not.
    """

    entries: tuple[str, ...]
    problems: tuple[str, ...] = ()
    etag: str = ""
    modified: str = ""
    shared: tuple[str, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True)
class FeedState:
    """The state of one feed; the one without arguments is that of a feed that was never read.

    `first_fetched_at` is the first good reading that had an entry: one without any says nothing about what is old.
    `read_at` is the last good reading; `entries` (ids of its articles, in its order) and `problems` are those of the
    last good copy, and `shared` the ids of articles in it that belong to another feed. `missing` are articles that were
    in an earlier copy and should still be in it, with the reading that missed them first. `rules` identifies what the
    publication excluded then. `etag` and `modified` are what the next request sends. `accepted_at` and `archive_pages`
    (0 for none) are what a person asked of the next reading. Before `rests_until` the feed is not asked for, since its
    server said so. `revision` counts the changes of the stored state, so that of two who change it at once, one is
    refused.
    """

    first_fetched_at: datetime | None = None
    read_at: datetime | None = None
    etag: str = ""
    modified: str = ""
    entries: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    failure: Failure | None = None
    hold: Hold | None = None
    accepted_at: datetime | None = None
    archive_pages: int = 0
    shared: tuple[str, ...] = ()
    missing: Mapping[str, datetime] = field(default_factory=dict)
    rules: str = ""
    rests_until: datetime | None = None
    revision: int = 0

    @property
    def never_read(self) -> bool:
        """Whether the feed has never been read well with an entry in it."""
        return self.first_fetched_at is None

    @property
    def has_request(self) -> bool:
        """Whether a person asked something of the next reading: what it finds may go to the archive."""
        return self.accepted_at is not None or self.archive_pages > 0

    @property
    def is_in_trouble(self) -> bool:
        """Whether the feed cannot be read or waits for a person."""
        return self.failure is not None or self.hold is not None

    def unchanged(self, now: datetime) -> FeedState:
        """After a reading that found the feed as it was; a request of a person stays for the next one."""
        return replace(self, read_at=now, failure=None, hold=None, rests_until=None)

    def read(self, now: datetime, copy: Copy, rules: str = "") -> FeedState:
        """After a good reading, which has done what a person asked of it.

        One without entries, or in doubt, does not take the place of the last good copy.
        """
        good = bool(copy.entries or copy.shared) and not copy.doubtful
        return replace(
            self.unchanged(now),
            first_fetched_at=self.first_fetched_at or (now if good else None),
            entries=copy.entries if good else self.entries,
            shared=copy.shared if good else self.shared,
            problems=copy.problems,
            # A copy that is in doubt is fetched whole again, whatever the server says of changes.
            etag="" if copy.doubtful else copy.etag,
            modified="" if copy.doubtful else copy.modified,
            rules=rules,
            accepted_at=None,
            archive_pages=0,
        )

    def failure_after(self, now: datetime, problem: str) -> Failure:
        """The failure after one more reading that failed: it lasts since the first one in a row."""
        before = self.failure
        failure = Failure(before.since if before else now, problem, before.reported_at if before else None)
        if failure.lasts_a_day(now) and failure.reported_at is None:
            failure = replace(failure, reported_at=now)
        return failure

    def failed(self, failure: Failure, rests_until: datetime | None = None) -> FeedState:
        """After a reading that failed; the last good copy stays, and so does a hold."""
        return replace(self, failure=failure, rests_until=rests_until)

    def rests(self, now: datetime) -> bool:
        """Whether the server asked not to be asked yet."""
        return self.failure is not None and self.rests_until is not None and now < self.rests_until

    def held(self, now: datetime, reason: str, entries: tuple[str, ...], news: int) -> FeedState:
        """After a reading whose copy is held; the last good copy stays."""
        since = self.hold.since if self.hold else now
        return replace(self, failure=None, rests_until=None, hold=Hold(since, reason, entries, news))

    def accepted(self, now: datetime) -> FeedState:
        """With the held copy in the place of the last good one, so that the next reading is compared with it."""
        entries = self.hold.entries if self.hold else self.entries
        return replace(self, entries=entries, hold=None, accepted_at=now)

    def with_archive(self, pages: int) -> FeedState:
        """With the request that the next reading goes through that many older pages."""
        return replace(self, archive_pages=pages)
