"""Readers in DynamoDB: only a fresh confirmation wakes anybody up, and planning sees the active ones alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.nurture.due_store import Erasure
from newsletter.platform.shards import shard_of
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.consents.consent import Consent, imported_record
from newsletter.readers.signup.limits_store import BETWEEN_MAILS, MAIL_PERIOD, SIGN_UPS_AN_HOUR
from newsletter.readers.subscriber import SignUp, Status
from tests.support.aws.dynamodb import Adapters
from tests.support.readers.stored import stored_profile, stored_records
from tests.support.strategies import WHOLE

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LEFT = (Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED)
texts = st.text(WHOLE, max_size=20)


def form(adapters: Adapters, shard: str = "a", nonce: str = "nonce") -> SignUp:
    name = adapters.new(shard)
    return SignUp(
        name,
        f"{name}@example.com",
        Choices(topics=("linkedin",), language="fi", name="Maija"),
        "2026-11",
        "/",
        "192.0.2.0/24",
        NOW,
        nonce,
    )


def reader(adapters: Adapters, shard: str = "a") -> str:
    sign_up = form(adapters, shard)
    assert adapters.subscribers.activate(sign_up, NOW)
    return sign_up.id


def status(adapters: Adapters, subscriber: str) -> Status | None:
    found = adapters.subscribers.get(subscriber)
    return found.status if found else None


# --- sign-ups --------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(texts, texts, st.lists(texts, max_size=3), st.sampled_from(Frequency))
def test_a_form_waits_as_it_was_filled_in(
    adapters: Adapters, name: str, origin: str, topics: list[str], frequency: Frequency
) -> None:
    chosen = Choices(topics=tuple(topics), language="fi", name=name, frequency=frequency)
    sign_up = replace(form(adapters), choices=chosen, origin=origin)
    adapters.sign_ups.put(sign_up)
    assert adapters.sign_ups.get(sign_up.id, NOW) == sign_up


def test_a_form_that_expired_is_gone_even_while_its_item_is_still_there(adapters: Adapters) -> None:
    sign_up = form(adapters)
    adapters.sign_ups.put(sign_up)
    assert adapters.sign_ups.get(sign_up.id, NOW + SIGN_UP_LIFE - timedelta(seconds=1)) == sign_up
    assert adapters.sign_ups.get(sign_up.id, NOW + SIGN_UP_LIFE) is None


def test_a_newer_form_replaces_an_older_one_and_is_not_forgotten_with_it(adapters: Adapters) -> None:
    older = form(adapters)
    newer = replace(older, nonce="newer")
    adapters.sign_ups.put(older)
    adapters.sign_ups.put(newer)
    adapters.sign_ups.delete(older)
    assert adapters.sign_ups.get(older.id, NOW) == newer
    for _ in range(2):
        adapters.sign_ups.delete(newer)
    assert adapters.sign_ups.get(older.id, NOW) is None


# --- one reader ------------------------------------------------------------------------------------------------------


def test_confirming_makes_a_reader_of_what_the_form_says(adapters: Adapters) -> None:
    sign_up = form(adapters)
    assert adapters.subscribers.get(sign_up.id) is None
    assert adapters.subscribers.activate(sign_up, NOW)
    found = adapters.subscribers.get(sign_up.id)
    assert found is not None
    assert (found.email, found.choices.topics, found.language, found.choices.name) == (
        sign_up.email,
        ("linkedin",),
        "fi",
        "Maija",
    )
    assert (found.status, found.confirmed_at, found.consent_version) == (Status.ACTIVE, NOW, "2026-11")


@pytest.mark.parametrize("left", LEFT)
def test_nobody_who_left_is_woken_up_by_an_old_link_but_by_a_fresh_form(adapters: Adapters, left: Status) -> None:
    sign_up = form(adapters)
    assert adapters.subscribers.activate(sign_up, NOW)
    assert not adapters.subscribers.activate(sign_up, NOW)
    assert adapters.subscribers.deactivate(sign_up.id, left, "page", NOW)
    assert not adapters.subscribers.activate(sign_up, NOW)
    assert status(adapters, sign_up.id) is left
    assert adapters.subscribers.activate(replace(sign_up, nonce="fresh"), NOW)
    assert status(adapters, sign_up.id) is Status.ACTIVE
    profile = stored_profile(adapters.subscribers, sign_up.id)
    assert profile is not None
    assert not {"left_at", "left_how", "due_at"} & set(profile)


def test_a_reader_leaves_once_and_the_first_reason_stands(adapters: Adapters) -> None:
    name = reader(adapters)
    assert adapters.subscribers.deactivate(name, Status.COMPLAINED, "complained", NOW)
    assert not adapters.subscribers.deactivate(name, Status.UNSUBSCRIBED, "page", NOW)
    assert status(adapters, name) is Status.COMPLAINED
    assert not adapters.subscribers.deactivate(adapters.new("a"), Status.UNSUBSCRIBED, "page", NOW)


@settings(max_examples=10)
@given(
    st.lists(texts, max_size=3),
    texts,
    st.sampled_from(Frequency),
    st.none() | st.dates(date(2026, 1, 1)),
    st.booleans(),
)
def test_choices_are_kept_and_change_nothing_else(
    adapters: Adapters,
    topics: list[str],
    name: str,
    frequency: Frequency,
    paused: date | None,
    tracking: bool,  # noqa: FBT001
) -> None:
    who = reader(adapters)
    before = adapters.subscribers.get(who)
    assert before is not None
    chosen = Choices(
        topics=tuple(topics), language="sv", name=name, frequency=frequency, paused_until=paused, tracking=tracking
    )
    assert adapters.subscribers.choose(before, chosen, NOW + timedelta(days=1))
    after = adapters.subscribers.get(who)
    assert after is not None
    assert after == replace(before, frequency_history=after.frequency_history, choices=chosen)
    assert bool(after.frequency_history) is (
        (frequency, paused) != (before.choices.frequency, before.choices.paused_until)
    )


def test_who_chooses_twice_at_once_is_asked_to_look_again(adapters: Adapters) -> None:
    before = adapters.subscribers.get(reader(adapters))
    assert before is not None
    monthly = Choices(language="fi", frequency=Frequency.MONTHLY)
    assert adapters.subscribers.choose(before, monthly, NOW + timedelta(days=1))
    assert not adapters.subscribers.choose(before, Choices(language="fi", name="toinen"), NOW + timedelta(days=1))
    after = adapters.subscribers.get(before.id)
    assert after is not None
    assert adapters.subscribers.choose(after, replace(monthly, name="toinen"), NOW + timedelta(days=2))


def test_an_address_that_never_confirmed_has_no_choices(adapters: Adapters) -> None:
    somebody = adapters.subscribers.get(reader(adapters))
    assert somebody is not None
    stranger = replace(somebody, id=adapters.new("a"))
    assert not adapters.subscribers.choose(stranger, Choices(language="fi"), NOW)
    assert adapters.subscribers.get(stranger.id) is None


def test_an_erased_reader_leaves_a_mark_alone_that_no_import_overwrites(adapters: Adapters) -> None:
    sign_up = form(adapters)
    adapters.sign_ups.put(sign_up)
    adapters.subscribers.activate(sign_up, NOW)
    adapters.consents.append(sign_up.id, Consent("given", "form", NOW, "nonce"))
    found = adapters.subscribers.get(sign_up.id)
    assert found is not None
    assert not adapters.reader_data.mark_erased(sign_up.id, NOW, unless_active=True)
    assert adapters.reader_data.mark_erased(sign_up.id, NOW, unless_active=False)
    assert Erasure(sign_up.id) in list(adapters.due_index.due(shard_of(sign_up.id), NOW))
    assert adapters.reader_data.mark_erased(sign_up.id, NOW, unless_active=True)
    assert adapters.reader_data.remove(sign_up.id) == 2
    assert adapters.reader_data.remove(sign_up.id) == 0
    adapters.reader_data.finish_erasure(sign_up.id)
    assert Erasure(sign_up.id) not in list(adapters.due_index.due(shard_of(sign_up.id), NOW))
    assert adapters.subscribers.get(sign_up.id) is None
    assert adapters.subscribers.many([sign_up.id]) == {}
    proof = imported_record(Consent("given", "import", NOW, "import"), adapters.consents.seal(found.id))
    assert not adapters.subscribers.admit(found, proof)
    assert [set(item) for item in stored_records(adapters.subscribers, sign_up.id)] == [
        {"id", "record", "status", "erased_at"}
    ]


# --- many readers ----------------------------------------------------------------------------------------------------


@settings(max_examples=5)
@given(st.lists(st.sampled_from([Status.ACTIVE, *LEFT]), max_size=7), st.integers(1, 4), st.sampled_from("bcd"))
def test_the_pages_of_a_shard_hold_its_active_readers_once_each_in_order(
    adapters: Adapters, statuses: list[Status], limit: int, shard: str
) -> None:
    active = set(walk(adapters, shard, 100))
    for wanted in statuses:
        name = reader(adapters, shard)
        if wanted is Status.ACTIVE:
            active.add(name)
        else:
            adapters.subscribers.deactivate(name, wanted, "test", NOW)
    assert walk(adapters, shard, limit) == sorted(active)


def walk(adapters: Adapters, shard: str, limit: int) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        recipients, after = adapters.subscribers.page(shard, after, limit)
        assert len(recipients) <= limit
        found += [who for who, _ in recipients]
        if after is None:
            return found


def test_planning_sees_no_address(adapters: Adapters) -> None:
    reader(adapters, "e")
    answer = adapters.client.query(
        TableName=adapters.table("Subscribers"),
        IndexName="mailable-3",
        KeyConditionExpression="mailable = :shard",
        ExpressionAttributeValues={":shard": {"S": "e"}},
    )
    assert len(answer["Items"]) == 1
    assert "@example.com" not in str(answer["Items"])


def test_up_to_a_hundred_readers_are_read_at_once_each_as_they_are_now(adapters: Adapters) -> None:
    names = [reader(adapters, "f") for _ in range(3)]
    adapters.subscribers.deactivate(names[1], Status.BOUNCED, "test", NOW)
    unknown = [adapters.new("f") for _ in range(97)]
    found = adapters.subscribers.many([*names, *unknown, names[0]])
    assert {name: found[name].status for name in found} == {
        names[0]: Status.ACTIVE,
        names[1]: Status.BOUNCED,
        names[2]: Status.ACTIVE,
    }
    assert adapters.subscribers.many([]) == {}
    with pytest.raises(ValueError, match="at once; at most 100"):
        adapters.subscribers.many(str(number) for number in range(101))


# --- consents and limits ---------------------------------------------------------------------------------------------


def test_consents_make_a_chain_and_the_same_act_is_in_it_once(adapters: Adapters) -> None:
    name = adapters.new("g")
    acts = [
        Consent("given", "form", NOW, "1"),
        Consent("withdrawn", "page", NOW, "2"),
        Consent("given", "form", NOW, "3"),
    ]
    records = [adapters.consents.append(name, consent) for consent in acts for _ in range(2)]
    chain = adapters.consents.chain(name)
    assert [record.consent for record in chain] == acts
    assert records[::2] == records[1::2] == chain
    assert adapters.consents.faults(name) == []


def test_a_mailbox_gets_a_confirmation_every_ten_minutes_and_three_a_day(adapters: Adapters) -> None:
    name, day = adapters.new("h"), 24 * 60
    asked = [*range(0, 40, 5), *range(day - 10, day + 40, 5)]
    mails = ((at, adapters.limits.confirmation_mail(name, NOW + timedelta(minutes=at), f"form{at}")) for at in asked)
    granted = [at for at, form in mails if form == f"form{at}"]
    assert (timedelta(minutes=10), timedelta(minutes=day)) == (BETWEEN_MAILS, MAIL_PERIOD)
    assert granted == [0, 10, 20, day, day + 10, day + 20]


def test_a_network_has_its_sign_ups_of_the_hour_and_no_more(adapters: Adapters) -> None:
    network = adapters.new("192.0.2.")
    taken = [adapters.limits.take_sign_up(network, NOW) for _ in range(SIGN_UPS_AN_HOUR + 2)]
    assert taken == [True] * SIGN_UPS_AN_HOUR + [False] * 2
    assert adapters.limits.take_sign_up(network, NOW + timedelta(hours=1))
