"""The states of feeds in DynamoDB: what goes in comes out, and of two who change one at once one is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.articles.feeds.feed_state import Copy, Failure, FeedState, Hold
from newsletter.platform.aws.items import from_item, to_item
from tests.support.aws.dynamodb import Adapters
from tests.support.strategies import WHOLE

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
texts = st.text(WHOLE, max_size=20)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
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
    lambda read, failure, hold, accepted_at, pages, shared, missing, rules: replace(
        read,
        failure=failure,
        hold=hold,
        accepted_at=accepted_at,
        archive_pages=pages,
        shared=shared,
        missing=missing,
        rules=rules,
    ),
    st.just(FeedState()) | states_of_reading,
    st.none() | st.builds(Failure, moments, texts, moments_or_none),
    st.none() | st.builds(Hold, moments, texts, st.lists(texts, max_size=3).map(tuple), st.integers(0, 9)),
    moments_or_none,
    st.integers(0, 1_000),
    st.lists(texts, max_size=2).map(tuple),
    st.dictionaries(texts, moments, max_size=2),
    texts,
)


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
    assert adapters.feed_states.put(feed, found.read(NOW, Copy(("a",))))
    assert not adapters.feed_states.put(feed, before)
    assert not adapters.feed_states.put(feed, found)
    assert adapters.feed_states.get(feed) == FeedState(first_fetched_at=NOW, read_at=NOW, entries=("a",), revision=2)


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
