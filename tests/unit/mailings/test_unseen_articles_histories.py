"""Whole histories of a newsletter: however feeds, digests and readers meet, each gets each article exactly once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from newsletter.mailings.digests.digest import (
    Digest,
    Window,
    matches_topics,
)
from newsletter.mailings.digests.unseen_articles import UnseenArticles
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.frequency_history import (
    FrequencyPeriod,
    as_text,
)
from newsletter.readers.subscriber import Recipient
from tests.support.articles.digest_histories import HELSINKI, START, TICK, TOPICS, WEEK, World, frequencies

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


# --- what is kept of a reader's choices ------------------------------------------------------------------------------


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
