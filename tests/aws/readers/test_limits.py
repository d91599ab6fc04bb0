"""Limits hold for any timing and any number at once: a mailbox is never flooded, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.readers.signup.bot_attack import SignUpRates
from newsletter.readers.signup.limits_store import ATTACK_TRUSTED, BETWEEN_MAILS, BETWEEN_WAITS, SignUpLimits
from tests.support.aws.dynamodb import Adapters

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MANY = 8

gaps = st.lists(
    st.sampled_from([0, 1, 599, 600, 601, 3600, 28_800, 85_799, 86_400]) | st.integers(0, 100_000),
    min_size=1,
    max_size=12,
)


def at_once(attempt: Callable[[], bool], times: int = MANY) -> int:
    """How many of that many at once succeed."""
    barrier = Barrier(times)

    def one(_: int) -> bool:
        barrier.wait()
        return attempt()

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(one, range(times)))


def allowed(sent: list[datetime], now: datetime) -> bool:
    """One in ten minutes, and three in any 24 hours."""
    recent = [moment for moment in sent if moment > now - DAY]
    return len(recent) < 3 and all(moment <= now - BETWEEN_MAILS for moment in recent)


@settings(max_examples=30)
@given(gaps)
def test_a_mailbox_gets_one_confirmation_mail_in_ten_minutes_and_three_a_day_and_not_fewer(
    adapters: Adapters, gaps: list[int]
) -> None:
    reader, now, sent = adapters.new("reader"), START, list[datetime]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        expected = allowed(sent, now)
        assert granted(adapters, reader, now) == expected
        if expected:
            sent.append(now)


def granted(adapters: Adapters, mailbox: str, now: datetime) -> bool:
    """Whether another form gets a mail."""
    form = adapters.new("form")
    return adapters.limits.confirmation_mail(mailbox, now, form) == form


@settings(max_examples=4)
@given(gaps=st.lists(st.sampled_from([0, 30, 600, 43_200]), min_size=2, max_size=5))
def test_many_at_once_get_no_more_than_one_after_another(adapters: Adapters, gaps: list[int]) -> None:
    reader, now, sent = adapters.new("reader"), START, list[datetime]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        expected = allowed(sent, now)
        assert at_once(partial(granted, adapters, reader, now)) == expected
        if expected:
            sent.append(now)


def test_a_mail_that_was_given_back_can_be_asked_for_again(adapters: Adapters) -> None:
    reader = adapters.new("reader")
    for form in ("first", "second"):
        assert adapters.limits.confirmation_mail(reader, START, form) == form
        assert adapters.limits.confirmation_mail(reader, START, "third") == form
        adapters.limits.reset_confirmation_mails(reader)


@settings(max_examples=10)
@given(most=st.integers(1, 6), asked=st.integers(1, 8))
def test_a_network_gets_its_sign_ups_and_no_more_until_the_hour_is_over(
    adapters: Adapters, most: int, asked: int
) -> None:
    network = adapters.new("network")
    taken = sum(adapters.limits.take_sign_up(network, START + timedelta(minutes=each), most) for each in range(asked))
    assert taken == min(most, asked)
    assert adapters.limits.take_sign_up(network, START + timedelta(hours=1), most)


def test_of_many_sign_ups_at_once_a_network_gets_its_share(adapters: Adapters) -> None:
    network = adapters.new("network")
    assert at_once(lambda: adapters.limits.take_sign_up(network, START, 5)) == 5


def test_of_many_who_show_one_proof_at_once_one_is_believed(adapters: Adapters) -> None:
    challenge = adapters.new("challenge")
    assert at_once(lambda: adapters.limits.accept_proof(challenge, adapters.new("form"), START + DAY)) == 1
    assert not adapters.limits.accept_proof(challenge, adapters.new("form"), START + DAY)


def test_one_of_a_network_may_wait_instead_in_ten_minutes(adapters: Adapters) -> None:
    network = adapters.new("network")
    assert at_once(lambda: adapters.limits.accept_wait(network, adapters.new("form"), START)) == 1
    assert not adapters.limits.accept_wait(network, "another", START + BETWEEN_WAITS - timedelta(seconds=1))
    assert adapters.limits.accept_wait(network, "another", START + BETWEEN_WAITS)


def test_figures_are_of_this_hour_and_the_one_before(adapters: Adapters) -> None:
    then = START + timedelta(days=int(adapters.new("")))  # the figures are everybody's: days of its own
    for number in range(3):
        assert adapters.limits.count("sign_ups", then) == SignUpRates(number + 1, 0)
    assert adapters.limits.count("confirmations", then + timedelta(hours=1)) == SignUpRates(3, 1)
    assert adapters.limits.count("sign_ups", then + timedelta(hours=1, minutes=59)) == SignUpRates(4, 1)
    assert adapters.limits.count("sign_ups", then + timedelta(hours=2)) == SignUpRates(2, 1)
    assert adapters.limits.count("confirmations", then + timedelta(hours=4)) == SignUpRates(0, 1)


def test_of_many_who_see_an_attack_at_once_one_switches_the_defence_on(adapters: Adapters) -> None:
    then = START + timedelta(days=1000 + int(adapters.new("")))  # there is one switch: days of its own
    for start in (then, then + timedelta(hours=2)):
        assert at_once(partial(adapters.limits.start_attack_mode, start + timedelta(hours=1), start)) == 1
        assert not adapters.limits.start_attack_mode(start + timedelta(hours=2), start + timedelta(minutes=30))
        assert adapters.limits.attack_until(start) == (start + timedelta(hours=2)).timestamp()


def test_a_container_learns_of_an_attack_within_seconds(adapters: Adapters) -> None:
    then = START + timedelta(days=2000 + int(adapters.new("")))
    elsewhere = SignUpLimits(adapters.client, adapters.table("Guards"))
    assert adapters.limits.attack_until(then) < then.timestamp()
    assert elsewhere.start_attack_mode(then + timedelta(hours=1), then)
    assert adapters.limits.attack_until(then + ATTACK_TRUSTED) == (then + timedelta(hours=1)).timestamp()
