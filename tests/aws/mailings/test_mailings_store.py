"""Mailings, variants, digests and decisions in DynamoDB: what goes in comes out, and what is settled stays settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mailings.digests.digest import Digest, Window
from newsletter.mailings.mailing import Audience, Kind, Mailing, Variant
from tests.support.aws.dynamodb import Adapters
from tests.support.strategies import WHOLE

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
texts = st.text(WHOLE, max_size=20)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
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
    digest = Digest(week, Window(NOW - timedelta(days=7), NOW), ("a", "b"), ("c",), deadline=NOW)
    assert adapters.digests.create(digest)
    assert not adapters.digests.create(replace(digest, articles=("x",)))
    assert adapters.digests.windows()[week] == digest.window
    assert digest in adapters.digests.all()


def test_a_digest_that_waits_is_released_or_dropped_and_then_stays_so(adapters: Adapters) -> None:
    moment = NOW.replace(microsecond=123_456)
    released, dropped = (Digest(adapters.new("2026-W"), Window(NOW, NOW), ("a",), deadline=NOW) for _ in range(2))
    for digest in (released, dropped):
        assert adapters.digests.create(digest)
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
