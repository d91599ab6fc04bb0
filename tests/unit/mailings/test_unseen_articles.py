"""Whole histories of a newsletter: however feeds, digests and readers meet, each gets each article exactly once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import event, example, given, settings
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
    MAX_PERIODS,
    FrequencyPeriod,
    after_choice,
    after_confirming,
    as_text,
    parse,
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
subjects = st.lists(st.sampled_from(TOPICS), unique=True, max_size=2).map(tuple)
waits = st.just(TICK) | st.timedeltas(timedelta(), timedelta(days=9))
readers = st.integers(0, 9)
steps = st.one_of(
    st.tuples(
        st.just("publish"), subjects, st.timedeltas(timedelta(), timedelta(days=6)), st.booleans(), st.booleans()
    ),
    st.tuples(st.just("publish"), subjects, st.just(timedelta()), st.booleans(), st.just(False)),  # noqa: FBT003
    st.tuples(st.just("run"), st.sampled_from([tuple(Frequency), tuple(Frequency), (Frequency.WEEKLY,)])),
    st.tuples(st.just("decide"), st.booleans()),
    st.tuples(st.just("plan")),
    st.tuples(st.just("join"), subjects, frequencies),
    st.tuples(st.just("choose"), readers, frequencies, st.sampled_from([0, 0, 0, 3, 20, 60])),
    st.tuples(st.just("choose"), readers, frequencies, st.just(0)),
    st.tuples(st.just("leave"), readers),
    st.tuples(st.just("confirm_again"), readers, frequencies),
)
histories = st.lists(st.tuples(waits, steps), max_size=40)


def live(history: list[tuple[timedelta, tuple[object, ...]]], *, approval: bool, at_once: bool = False) -> World:
    world = World(approval=approval, at_once=at_once)
    world.join((), Frequency.WEEKLY)
    world.join(("a",), Frequency.MONTHLY)
    world.publish((), late=timedelta(), dated=False, slowly=False)
    world.now += TICK
    world.run()
    for wait, (what, *how) in history:
        world.wait(wait)
        match what, how:
            case "publish", [topics, late, dated, slowly]:
                world.publish(topics, late=late, dated=dated, slowly=slowly)  # type: ignore[arg-type]
            case "decide", [send]:
                world.decide(send=bool(send))
            case _:
                getattr(world, str(what))(*how)
    world.end()
    return world


WEEK = timedelta(days=7)
NEW = ("publish", (), timedelta(), False, False)


@settings(max_examples=300)
@given(history=histories, approval=st.booleans(), at_once=st.booleans())
@example(
    history=[(WEEK, NEW), (WEEK, ("run", tuple(Frequency))), (TICK, ("choose", 0, Frequency.MONTHLY, 0))],
    approval=False,
    at_once=False,
)
@example(
    history=[(WEEK, NEW), (WEEK, ("choose", 0, Frequency.WEEKLY, 20)), (TICK, ("run", tuple(Frequency)))],
    approval=True,
    at_once=False,
)
@example(
    history=[(WEEK, NEW), (WEEK, ("run", tuple(Frequency))), (timedelta(), ("choose", 0, Frequency.MONTHLY, 0))],
    approval=False,
    at_once=True,
)
def test_each_reader_gets_each_article_of_their_topics_exactly_once(
    *, history: list[tuple[timedelta, tuple[object, ...]]], approval: bool, at_once: bool
) -> None:
    """In digests and welcome mails together; also where weekly and monthly digests come in the same moment."""
    world = live(history, approval=approval, at_once=at_once)
    for reader in world.readers:
        twice = [article for article, times in Counter([*reader.got, *reader.welcomed]).items() if times > 1]
        assert twice == [], f"{reader.profile.id} got {twice} twice"
        mine = [article for article in world.articles if matches_topics(article, reader.profile.choices.topics)]
        assert set(reader.got) <= {article.id for article in mine}
        if reader.always_there:
            event("a reader who stayed")
            since = [article for article in mine if reader.joined_at <= article.listed_at]
            lost = {article.id for article in since} - {*reader.got, *reader.welcomed}
            assert lost == set(), f"{reader.profile.id} never got {lost}"


@given(histories)
def test_nobody_gets_the_archive_for_joining(history: list[tuple[timedelta, tuple[object, ...]]]) -> None:
    """The coming digest is whole; what went out before it stays where it is."""
    for what in ("leave", "confirm_again"):
        history = [(wait, step) for wait, step in history if step[0] != what]
    world = live(history, approval=False)
    first_monthly = min(
        (digest.window.end for digest in world.digests.values() if digest.frequency is Frequency.MONTHLY), default=START
    )
    for reader in world.readers:
        if reader.joined_at > first_monthly:
            old = {
                article.id
                for article in world.articles
                if article.listed_at < reader.archive_before - timedelta(days=60)
            }
            assert not old & set(reader.got)


# --- one by one ------------------------------------------------------------------------------------------------------


def digest(period: str, end: datetime, *articles: str, hour: int = 0) -> Digest:
    released = end + timedelta(hours=hour)
    return Digest(period, Window(end - WEEK, end), articles, released_at=released)


FIRST = digest("2026-W12", START, "1")
SECOND = digest("2026-W13", START + WEEK, "2")
THIRD = digest("2026-W14", START + 2 * WEEK, "3")
MONTH = digest("2026-M04", START + 3 * WEEK, "1", "2", "3", "4")
ALL = (FIRST, SECOND, THIRD, MONTH)
DAY = timedelta(days=1)
JOINED = FrequencyPeriod(START - 30 * DAY, Frequency.WEEKLY, joined=True)


def new_to(*stretches: FrequencyPeriod, digest: Digest = MONTH) -> tuple[str, ...] | None:
    last = stretches[-1]
    recipient = Recipient(
        Choices(language="fi", frequency=last.frequency or Frequency.WEEKLY), frequency_history=as_text(stretches)
    )
    return UnseenArticles(digest, ALL, HELSINKI).articles_for(recipient)


def test_who_switches_to_monthly_gets_what_the_weekly_digests_have_not_brought() -> None:
    monthly = FrequencyPeriod(START + WEEK + DAY, Frequency.MONTHLY)
    assert new_to(JOINED, monthly) == ("3", "4")
    assert new_to(JOINED, monthly, digest=THIRD) is None


def test_who_switches_to_weekly_gets_what_no_digest_has_brought_yet() -> None:
    joined = FrequencyPeriod(START - DAY, Frequency.MONTHLY, joined=True)
    assert new_to(joined, FrequencyPeriod(START + WEEK + DAY, Frequency.WEEKLY), digest=THIRD) == ("3", "2", "1")


def test_what_appears_during_a_pause_comes_in_the_first_digest_after_it() -> None:
    pause = FrequencyPeriod(START + DAY, Frequency.WEEKLY, paused_until=(START + 10 * DAY).date())
    assert new_to(JOINED, pause, digest=SECOND) is None
    assert new_to(JOINED, pause, digest=THIRD) == ("3", "2")


def test_who_left_and_comes_back_gets_the_coming_digest_and_nothing_of_the_time_between() -> None:
    left, back = FrequencyPeriod(START + DAY, None), FrequencyPeriod(START + 8 * DAY, Frequency.WEEKLY, joined=True)
    assert new_to(JOINED, left, digest=SECOND) is None
    assert new_to(JOINED, left, back, digest=THIRD) == ("3",)


def test_who_comes_back_to_another_frequency_gets_nothing_again() -> None:
    left, back = FrequencyPeriod(START + DAY, None), FrequencyPeriod(START + 2 * DAY, Frequency.MONTHLY, joined=True)
    assert new_to(JOINED, left, back) == ("2", "3", "4")


def test_a_choice_made_while_a_digest_is_planned_holds_from_the_next_one_on() -> None:
    assert new_to(JOINED, FrequencyPeriod(THIRD.window.end + TICK, Frequency.MONTHLY), digest=THIRD) == ("3",)
    assert new_to(JOINED, FrequencyPeriod(THIRD.window.end - TICK, Frequency.MONTHLY), digest=THIRD) is None


def test_a_reader_who_changes_more_often_than_is_kept_may_miss_something_and_gets_nothing_twice() -> None:
    flickers = [
        FrequencyPeriod(START + DAY + number * TICK, list(Frequency)[number % 2]) for number in range(MAX_PERIODS + 3)
    ]
    text = as_text((JOINED, *flickers))
    assert len(parse(text)) == MAX_PERIODS
    readings = UnseenArticles(MONTH, ALL, HELSINKI)
    got = readings.articles_for(Recipient(Choices(language="fi", frequency=Frequency.MONTHLY), frequency_history=text))
    assert got is None or "1" not in got


def test_a_digest_that_is_not_released_brings_nothing_to_nobody() -> None:
    with pytest.raises(ValueError, match="2026-W12"):
        UnseenArticles(replace(FIRST, released_at=None), ALL, HELSINKI)


# --- what is kept of a reader's choices ------------------------------------------------------------------------------

stretches = st.builds(
    FrequencyPeriod,
    st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.none() | frequencies,
    st.none() | st.dates(date(2020, 1, 1)),
    st.booleans(),
)


@given(st.lists(stretches, max_size=MAX_PERIODS).map(tuple))
def test_choices_come_back_from_their_text(chosen: tuple[FrequencyPeriod, ...]) -> None:
    assert parse(as_text(chosen)) == chosen


def test_nothing_is_kept_of_a_reader_who_changes_nothing() -> None:
    reader = Subscriber("r", "", Status.ACTIVE, Choices(language="fi"), START, "1")
    weekly, monthly = (Choices(language="fi", frequency=frequency) for frequency in Frequency)
    assert after_choice(reader, weekly, START + DAY) == ""
    assert after_confirming(reader, weekly, START + DAY) == ""
    assert [stretch.frequency for stretch in parse(after_choice(reader, monthly, START + DAY))] == [
        Frequency.WEEKLY,
        Frequency.MONTHLY,
    ]


def test_what_is_mailed_again_on_purpose_reaches_everybody_once_more_and_once_only() -> None:
    """Also a reader who changed between weekly and monthly meanwhile, whose digests are reckoned from their history."""
    days = timedelta(days=1)
    asked = ("a", START + 8 * days)

    def digest(
        period: str, day: int, articles: tuple[str, ...], again: tuple[tuple[str, datetime], ...] = ()
    ) -> Digest:
        end = START + day * days
        return Digest(period, Window(end - 7 * days, end), articles, released_at=end, again=again)

    first, once_more = digest("2026-W12", 0, ("a",)), digest("2026-W14", 14, ("a", "b"), (asked,))
    monthly, later = digest("2026-M04", 15, ("a", "b"), (asked,)), digest("2026-W15", 21, ("c",))
    digests = [first, once_more, monthly, later]
    periods = (
        FrequencyPeriod(START - 9 * days, Frequency.WEEKLY, joined=True),
        FrequencyPeriod(START + 14 * days + timedelta(hours=1), Frequency.MONTHLY),
        FrequencyPeriod(START + 16 * days, Frequency.WEEKLY),
    )
    changing = Recipient(Choices(frequency=Frequency.WEEKLY), frequency_history=as_text(periods))
    got = [UnseenArticles(each, digests, HELSINKI).articles_for(changing) for each in digests]
    assert got == [("a",), ("a", "b"), (), ("c",)]
    steady = Recipient(Choices(frequency=Frequency.WEEKLY))
    assert [UnseenArticles(each, digests, HELSINKI).articles_for(steady) for each in digests] == [
        ("a",),
        ("a", "b"),
        None,
        ("c",),
    ]


def test_what_is_mailed_again_and_reached_nobody_reaches_who_came_back_with_the_digest_after_it() -> None:
    days = timedelta(days=1)
    asked = ("a", START + 5 * days)
    first = Digest("2026-W12", Window(START - 7 * days, START), ("a",), released_at=START)
    end = START + 7 * days
    nobodys = Digest("2026-W13", Window(START, end), ("a",), released_at=end, again=(asked,), nobody=True)
    later = Digest("2026-W14", Window(end, end + 7 * days), ("a", "b"), released_at=end + 7 * days, again=(asked,))
    periods = (
        FrequencyPeriod(START - 9 * days, Frequency.WEEKLY, joined=True),
        FrequencyPeriod(START + 6 * days, None),
        FrequencyPeriod(START + 9 * days, Frequency.WEEKLY, joined=True),
    )
    back = Recipient(Choices(frequency=Frequency.WEEKLY), frequency_history=as_text(periods))
    assert UnseenArticles(later, [first, nobodys, later], HELSINKI).articles_for(back) == ("a", "b")
