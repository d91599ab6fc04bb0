"""A newsletter as its rules make it: readers who choose and leave, articles that appear, and digests that run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import event
from hypothesis import strategies as st

from newsletter.articles.article import Article
from newsletter.mailings.digests.digest import (
    FIRST_SPAN,
    Digest,
    Window,
    compose_digest,
    listing_time,
    matches_topics,
    newest_first,
    next_weekly_start,
    period_of,
    select_articles,
)
from newsletter.mailings.digests.readership import for_composing
from newsletter.mailings.digests.unseen_articles import UnseenArticles, received_before
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.frequency_history import (
    after_choice,
    after_confirming,
)
from newsletter.readers.shown_before import after_welcome
from newsletter.readers.subscriber import Recipient, Status, Subscriber

HELSINKI = ZoneInfo("Europe/Helsinki")
START = datetime(2026, 3, 17, 6, tzinfo=UTC)  # a fortnight before clocks go forward in Helsinki
TICK = timedelta(seconds=1)
TOPICS = ("a", "b")
MOST_SHOWN = 3


@dataclass
class Reader:
    """A subscriber, what came in digests, and how far back their first digest reached."""

    profile: Subscriber
    joined_at: datetime
    got: list[str] = field(default_factory=list)
    welcomed: list[str] = field(default_factory=list)
    archive_before: datetime = START
    always_there: bool = True

    @property
    def recipient(self) -> Recipient:
        """As the planner sees them now."""
        who = self.profile
        return Recipient(
            who.choices,
            frequency_history=who.frequency_history,
            welcomed=who.welcomed,
        )


class World:
    """One publication with its feeds, digests and readers. Time only goes on; a run believes in its scheduled time.

    With `at_once` no time passes between what is released and what readers choose: all of it is in one microsecond.
    """

    def __init__(self, *, approval: bool, at_once: bool) -> None:
        self.now = START
        self.tick = timedelta() if at_once else TICK
        self.approval = approval
        self.articles: list[Article] = []
        self.slow: list[Article] = []
        self.digests: dict[str, Digest] = {}
        self.to_plan: list[str] = []
        self.readers: list[Reader] = []
        self.names = count()

    def wait(self, how_long: timedelta) -> None:
        """Time goes by; what a run is still keeping is kept within the hour."""
        if how_long > timedelta(hours=1):
            self.articles += self.slow
            self.slow = []
        self.now += how_long

    # --- feeds -------------------------------------------------------------------------------------------------------

    def publish(self, topics: tuple[str, ...], *, late: timedelta, dated: bool, slowly: bool) -> None:
        """The feed has a new article. A run may be late, dates may lie, and what is found may be kept slowly."""
        believed = max(self.now - late, START - timedelta(days=3))
        listed_at = listing_time(believed, [digest.window for digest in self.digests.values()])
        published = START - timedelta(days=400) if dated else None
        name = f"{next(self.names):03}"
        found = Article(name, f"https://b.example/{name}", name, "", topics, (), "fi", "", "", published, listed_at)
        (self.slow if slowly else self.articles).append(found)

    # --- digests -----------------------------------------------------------------------------------------------------

    def run(self, frequencies: tuple[Frequency, ...] = tuple(Frequency)) -> None:
        """The schedule fires; a run that crashed after the first frequency did one only."""
        for frequency in frequencies:
            period = period_of(self.now, HELSINKI, frequency)
            if period in self.digests and not self.digests[period].passed_over:
                continue
            before = for_composing(period, self.digests.values(), self.articles)
            digest = compose_digest(period, self.now, self.articles, before, 0)
            if digest is None:
                continue
            self.digests.pop(period, None)
            would_be = replace(digest, released_at=self.now)
            if not any(self.selected(would_be, reader) for reader in self.readers):
                self.digests[period] = replace(would_be, nobody=True, passed_over=True)
                event("a digest that nobody would get")
                continue
            if self.approval:
                digest = replace(digest, deadline=self.now + timedelta(days=1))
            self.digests[period] = digest
            if not self.approval:
                self.release(period)
        self.wait(timedelta(hours=2))

    def release(self, period: str) -> None:
        """Let it out; planned is it later."""
        self.now += self.tick
        self.digests[period] = replace(self.digests[period], released_at=self.now)
        self.to_plan.append(period)

    def decide(self, *, send: bool) -> None:
        """Marketing answers for whatever waits."""
        for period in [period for period, digest in self.digests.items() if digest.awaits_approval]:
            if send:
                self.release(period)
            else:
                self.digests[period] = replace(self.digests[period], dropped=True)

    def plan(self) -> None:
        """Every page that is still to be planned, in whatever order the queue brings them."""
        for period in reversed(self.to_plan):
            for reader in self.readers:
                reader.got += self.selected(self.digests[period], reader)
        self.to_plan = []

    def selected(self, digest: Digest, reader: Reader) -> list[str]:
        """What of the digest a page that is planned now gives the reader."""
        if reader.profile.status is not Status.ACTIVE:
            return []
        ids = UnseenArticles(digest, self.digests.values(), HELSINKI).articles_for(reader.recipient)
        by_id = {article.id: article for article in self.articles}
        topics = reader.profile.choices.topics
        selection = ids and select_articles([by_id[one] for one in ids], [], topics, MOST_SHOWN, 0)
        return [article.id for article in (*selection.articles, *selection.more)] if selection else []

    def welcome(self, reader: Reader, known: Subscriber | None) -> None:
        """The newest articles on the reader's topics, as Variants.newest_for chooses them."""
        digests = list(self.digests.values())
        had = received_before(known, digests, HELSINKI) if known else set()
        start = next_weekly_start(digests, self.articles)
        old = [each for each in self.articles if start and each.listed_at < start and each.id not in had]
        mine = [each for each in old if matches_topics(each, reader.profile.choices.topics)]
        shown = [each.id for each in newest_first(mine)[:2]]
        reader.welcomed += shown
        reader.profile = replace(reader.profile, welcomed=after_welcome(shown, reader.profile.welcomed))

    # --- readers -----------------------------------------------------------------------------------------------------

    def join(self, topics: tuple[str, ...], frequency: Frequency) -> None:
        self.now += TICK
        name = f"r{len(self.readers)}"
        profile = Subscriber(
            name, "", Status.ACTIVE, Choices(topics=topics, language="fi", frequency=frequency), self.now, "1"
        )
        ends = [digest.window.end for digest in self.digests.values() if digest.frequency is frequency]
        reach = max(ends) if ends else START - FIRST_SPAN[Frequency.MONTHLY]
        self.readers.append(Reader(profile, self.now, archive_before=reach))
        self.welcome(self.readers[-1], None)

    def choose(self, number: int, frequency: Frequency, pause: int) -> None:
        """On the preferences page, which readers who left can open, too."""
        if not self.readers:
            return
        self.now += self.tick
        reader = self.readers[number % len(self.readers)]
        until = self.today() + timedelta(days=pause) if pause else None
        chosen = replace(reader.profile.choices, frequency=frequency, paused_until=until)
        frequency_history = after_choice(reader.profile, chosen, self.now)
        reader.profile = replace(reader.profile, frequency_history=frequency_history, choices=chosen)

    def leave(self, number: int) -> None:
        if not self.readers:
            return
        self.now += TICK
        reader = self.readers[number % len(self.readers)]
        if reader.profile.status is Status.ACTIVE:
            reader.profile = replace(reader.profile, status=Status.UNSUBSCRIBED, left_at=self.now)
            reader.always_there = False

    def confirm_again(self, number: int, frequency: Frequency) -> None:
        if not self.readers:
            return
        self.now += TICK
        reader = self.readers[number % len(self.readers)]
        known = reader.profile
        chosen = replace(reader.profile.choices, frequency=frequency, paused_until=None)
        frequency_history = after_confirming(reader.profile, chosen, self.now)
        reader.profile = replace(
            reader.profile,
            status=Status.ACTIVE,
            frequency_history=frequency_history,
            choices=chosen,
            left_at=None,
            confirmed_at=self.now,
        )
        if known.status is not Status.ACTIVE:
            self.welcome(reader, known)

    def today(self) -> date:
        return self.now.astimezone(HELSINKI).date()

    def end(self) -> None:
        """A quarter later every pause is over, the blog has gone on, and nothing waits any more."""
        self.plan()
        for _ in range(4):
            self.wait(timedelta(days=32))
            self.publish((), late=timedelta(), dated=False, slowly=False)
            self.now += TICK
            self.run()
            self.decide(send=True)
            self.plan()


frequencies = st.sampled_from(Frequency)
WEEK = timedelta(days=7)


def digest(period: str, end: datetime, *articles: str, hour: int = 0) -> Digest:
    released = end + timedelta(hours=hour)
    return Digest(period, Window(end - WEEK, end), articles, released_at=released)


DAY = timedelta(days=1)
