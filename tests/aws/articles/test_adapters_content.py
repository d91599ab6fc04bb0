"""Articles, mailings, windows and decisions in DynamoDB: what goes in comes out, and what is settled stays settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.articles.article import CHOSEN, Article, Choice
from newsletter.articles.feeds.feed_state import Failure, FeedState, Hold
from newsletter.mailings.digests.digest import SettledDigest, Window
from newsletter.mailings.mailing import Audience, Kind, Mailing, Variant
from newsletter.platform.aws.items import from_item, to_item
from tests.support.dynamodb import Adapters
from tests.support.strategies import WHOLE

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
texts = st.text(WHOLE, max_size=20)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
articles = st.builds(
    Article,
    st.from_regex("[a-z2-7]{16}", fullmatch=True),
    texts,
    texts,
    texts,
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.just("fi"),
    texts,
    texts,
    st.none() | moments,
    moments,
    image_alt=texts,
    image_width=st.integers(0, 9_000),
    minutes=st.integers(0, 90),
    topic_reasons=st.lists(texts, max_size=2).map(tuple),
    feed=texts,
    fingerprints=st.lists(texts, max_size=2).map(tuple),
    body=texts,
    archived=st.booleans(),
)
moments_or_none = st.none() | moments
states_of_reading = st.builds(
    FeedState,
    moments,
    moments_or_none,
    texts,
    texts,
    st.lists(texts, max_size=3).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
)
feed_states = st.builds(
    lambda read, failure, hold, accepted_at, pages: replace(
        read, failure=failure, hold=hold, accepted_at=accepted_at, archive_pages=pages
    ),
    st.just(FeedState()) | states_of_reading,
    st.none() | st.builds(Failure, moments, texts, moments_or_none),
    st.none() | st.builds(Hold, moments, texts, st.lists(texts, max_size=3).map(tuple), st.integers(0, 9)),
    moments_or_none,
    st.integers(0, 1_000),
)
mailings = st.builds(
    Mailing,
    st.just(""),
    st.sampled_from(Kind),
    moments,
    st.builds(Audience, st.lists(texts, max_size=2).map(tuple), st.lists(texts, max_size=2).map(tuple)),
    texts,
    st.lists(texts, max_size=3).map(tuple),
    texts,
    texts,
    texts,
)


@settings(max_examples=20)
@given(articles)
def test_an_article_comes_back_as_it_was_kept(adapters: Adapters, article: Article) -> None:
    article = replace(article, id=adapters.new("article"))
    assert adapters.articles.put(article)
    assert [found for found in adapters.articles.all() if found.id == article.id] == [article]


def test_marketings_choice_stands_whatever_the_feed_says_afterwards(adapters: Adapters) -> None:
    found = Article(adapters.new("article"), "https://b.example/", "x", "", ("linkedin",), (), "fi", "", "", None, NOW)

    def article() -> Article:
        return next(each for each in adapters.articles.all() if each.id == found.id)

    adapters.articles.put(found)
    adapters.articles.put_choice(found.id, Choice(pinned=True, topics=("kriisit",)))
    adapters.articles.put(replace(found, title="y", topics=("tekoaly",)))
    assert article() == replace(found, title="y", topics=("kriisit",), topic_reasons=(CHOSEN,), pinned=True)
    adapters.articles.put_choice(found.id, Choice(skipped=True, topics=()))
    assert article() == replace(found, title="y", topics=(), skipped=True)
    adapters.articles.put_choice(found.id, Choice())
    assert article() == replace(found, title="y", topics=("tekoaly",))


def test_every_article_of_a_big_blog_is_read(adapters: Adapters) -> None:
    """A query answers with at most a megabyte (AWS: Query), so this takes several."""
    ids = {adapters.new("article") for _ in range(8)}
    for name in ids:
        adapters.articles.put(Article(name, "https://b.example/", "x", "ä" * 150_000, (), (), "fi", "", "", None, NOW))
    assert ids <= {article.id for article in adapters.articles.all()}


@settings(max_examples=20)
@given(mailings)
def test_a_mailing_comes_back_as_it_was_created_and_is_created_once(adapters: Adapters, mailing: Mailing) -> None:
    mailing = replace(mailing, id=adapters.new("campaign-"))
    assert adapters.mailings.get(mailing.id) is None
    assert adapters.mailings.create(mailing)
    assert not adapters.mailings.create(replace(mailing, subject="another", created_at=NOW))
    assert adapters.mailings.get(mailing.id) == mailing


def test_mailings_are_listed_once_each_newest_first_even_if_created_twice(adapters: Adapters) -> None:
    names = [adapters.new("campaign-") for _ in range(4)]
    future = datetime(9999, 1, 1, tzinfo=UTC)
    for number, name in enumerate(names):
        for hours in (0, 1):
            created_at = future + timedelta(days=number, hours=hours)
            adapters.mailings.create(Mailing(name, Kind.CAMPAIGN, created_at))
    assert [mailing.id for mailing in adapters.mailings.newest(3)] == names[:0:-1]


def test_a_variant_and_its_links_come_back(adapters: Adapters) -> None:
    mailing = adapters.new("campaign-")
    variant = Variant("fi", "Aihe {{lb}}", "<p>" + "x" * 60_000, "teksti", ("click", "unsubscribe"))
    assert adapters.mailings.variant(mailing, variant.key) is None
    for _ in range(2):
        adapters.mailings.put_variant(
            mailing, variant, [("1", "https://b.example/1"), ("canary", "https://b.example/")]
        )
    assert adapters.mailings.variant(mailing, variant.key) == variant
    assert adapters.mailings.link(mailing, "1") == "https://b.example/1"
    assert adapters.mailings.link(mailing, "2") is None
    assert adapters.mailings.link(adapters.new("campaign-"), "1") is None


def test_what_a_digest_carries_is_settled_once(adapters: Adapters) -> None:
    week = adapters.new("2026-W")
    digest = SettledDigest(week, Window(NOW - timedelta(days=7), NOW), ("a", "b"), ("c",), deadline=NOW)
    assert adapters.digests.settle(digest)
    assert not adapters.digests.settle(replace(digest, articles=("x",)))
    assert adapters.digests.windows()[week] == digest.window
    assert digest in adapters.digests.all()


def test_a_digest_that_waits_is_released_or_dropped_and_then_stays_so(adapters: Adapters) -> None:
    moment = NOW.replace(microsecond=123_456)
    released, dropped = (
        SettledDigest(adapters.new("2026-W"), Window(NOW, NOW), ("a",), deadline=NOW) for _ in range(2)
    )
    for digest in (released, dropped):
        assert adapters.digests.settle(digest)
    assert adapters.digests.release(released.period, moment, "approved by Maija", NOW)
    assert adapters.digests.drop(dropped.period, "rejected by Maija", NOW)
    for digest in (released, dropped):
        assert not adapters.digests.release(digest.period, NOW, "approved by Kalle", NOW)
        assert not adapters.digests.drop(digest.period, "rejected by Kalle", NOW)
    assert not adapters.digests.release(adapters.new("2026-W"), NOW, "approved by nobody", NOW)
    found = {digest.period: digest for digest in adapters.digests.all()}
    assert found[released.period] == replace(released, released_at=moment, verdict="approved by Maija", decided_at=NOW)
    assert found[dropped.period] == replace(dropped, dropped=True, verdict="rejected by Maija", decided_at=NOW)


def test_decisions_are_listed_newest_first(adapters: Adapters) -> None:
    future = datetime(9999, 1, 1, tzinfo=UTC)
    for hour in range(3):
        adapters.decisions.put(future + timedelta(hours=hour), "digest#x", "empty", f"reason {hour}")
    assert adapters.decisions.newest(2) == [
        {"at": "9999-01-01T02:00:00Z", "run": "digest#x", "decision": "empty", "why": "reason 2"},
        {"at": "9999-01-01T01:00:00Z", "run": "digest#x", "decision": "empty", "why": "reason 1"},
    ]


def test_an_article_is_listed_once_whoever_keeps_it(adapters: Adapters) -> None:
    article = Article(adapters.new("article"), "https://b.example/", "x", "", (), (), "fi", "", "", None, NOW)
    later = replace(article, title="y", listed_at=NOW + timedelta(hours=1))

    def kept() -> Article:
        return next(each for each in adapters.articles.all() if each.id == article.id)

    assert adapters.articles.put(article)
    assert not adapters.articles.put(later)
    assert kept() == article
    assert adapters.articles.put(replace(article, title="z"))
    assert kept() == replace(article, title="z")


def test_a_part_of_a_choice_is_changed_without_the_rest(adapters: Adapters) -> None:
    found = Article(adapters.new("article"), "https://b.example/", "x", "", ("linkedin",), (), "fi", "", "", None, NOW)
    adapters.articles.put(found)
    adapters.articles.change_choice(found.id, topics=["kriisit"])
    adapters.articles.change_choice(found.id, pinned=True, skipped=False)
    (article,) = [each for each in adapters.articles.all() if each.id == found.id]
    assert (article.topics, article.pinned, article.skipped) == (("kriisit",), True, False)


def test_the_text_of_an_article_is_kept_beside_it(adapters: Adapters) -> None:
    name = adapters.new("article")
    assert adapters.articles.body(name) == ""
    for text in ("<p>Yksi</p>", "<p>Kaksi</p>"):
        adapters.articles.put_body(name, text)
        assert adapters.articles.body(name) == text


@settings(max_examples=20)
@given(feed_states)
def test_the_state_of_a_feed_comes_back_as_it_was_kept(adapters: Adapters, state: FeedState) -> None:
    feed = f"https://b.example/{adapters.new('feed')}.xml"
    assert adapters.feed_states.get(feed) == FeedState()
    assert adapters.feed_states.put(feed, state)
    assert adapters.feed_states.get(feed) == replace(state, revision=1)


def test_of_two_who_change_the_state_of_a_feed_at_once_one_is_refused(adapters: Adapters) -> None:
    feed = f"https://b.example/{adapters.new('feed')}.xml"
    before = FeedState(failure=Failure(NOW, "gone"))
    assert adapters.feed_states.put(feed, before)
    found = adapters.feed_states.get(feed)
    assert adapters.feed_states.put(feed, found.unchanged(NOW))
    assert not adapters.feed_states.put(feed, before)
    assert not adapters.feed_states.put(feed, found)
    assert adapters.feed_states.get(feed) == FeedState(first_fetched_at=NOW, read_at=NOW, revision=2)


def test_a_state_is_kept_under_the_names_of_the_first_release(adapters: Adapters) -> None:
    """No release has migrated these items."""
    feed = f"https://b.example/{adapters.new('feed')}.xml"
    item = {
        "first_fetched_at": "2026-11-01T06:00:00Z",
        "read_at": "2026-11-23T06:00:00Z",
        "etag": '"x"',
        "modified": "",
        "entries": ["a", "b"],
        "problems": ["entry 2 has no title: left out"],
        "failing_since": "2026-11-20T06:00:00Z",
        "problem": "HTTP 503",
        "reported_at": "2026-11-21T06:00:00Z",
        "held_since": "2026-11-19T06:00:00Z",
        "held_because": "only 1 of 3 entries are left",
        "held_entries": ["c"],
        "held_news": 1,
        "accepted_at": "2026-11-18T06:00:00Z",
        "archive_pages": 7,
        "revision": 4,
    }
    key = {"pk": f"feed#{feed}", "sk": "state"}
    table = adapters.table("Content")
    adapters.client.put_item(TableName=table, Item=to_item(key | item))
    state = adapters.feed_states.get(feed)
    assert state.hold == Hold(datetime(2026, 11, 19, 6, tzinfo=UTC), "only 1 of 3 entries are left", ("c",), 1)
    assert adapters.feed_states.put(feed, state)
    kept = adapters.client.get_item(TableName=table, Key=to_item(key), ConsistentRead=True)["Item"]
    assert from_item(kept) == key | item | {"revision": 5}
