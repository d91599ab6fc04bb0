"""What many do at once: one wins, and the rate limiter gives every moment to one of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mailings.digests.digest import Digest, Window
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.nurture.enrollments.enrollment import Enrollment, with_step
from newsletter.publication.sequences import Trigger
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.consents.consent import Consent
from newsletter.readers.subscriber import SignUp, Status
from newsletter.sending.ledger import BatchStatus
from tests.support.aws.dynamodb import Adapters
from tests.support.leads.presses import a_lead

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
MANY = 10
EXACT = 1e-5
"""Seconds: what is left of a Unix time with six decimals after sums of floats."""

Attempt = Callable[[], bool]


def claim(adapters: Adapters) -> Attempt:
    batch = Batch(adapters.new("digest-"), "a0-0", "fi-x", ("r",))
    return lambda: adapters.deliveries.claim(batch, ".", {}, NOW) is None


def claim_again(adapters: Adapters) -> Attempt:
    batch = Batch(adapters.new("digest-"), "a0-0", "fi-x", ("r",))
    adapters.deliveries.claim(batch, ".", {}, NOW)
    adapters.deliveries.record_result(batch, 1, BatchStatus.RETRY, "r", {}, NOW)
    record = adapters.deliveries.record(batch.mailing, batch.id)
    assert record is not None
    return lambda: adapters.deliveries.claim_again(record, ".", {}, NOW)


def settle(adapters: Adapters) -> Attempt:
    batch = Batch(adapters.new("digest-"), "a0-0", "fi-x", ("r",))
    adapters.deliveries.claim(batch, ".", {}, NOW)
    return lambda: adapters.deliveries.record_result(batch, 1, BatchStatus.DONE, "a", {}, NOW)


def put_manifest(adapters: Adapters) -> Attempt:
    mailing = adapters.new("digest-")
    return lambda: adapters.manifests.put(mailing, "a", 0, Manifest((), {}, None), NOW)


def create_mailing(adapters: Adapters) -> Attempt:
    mailing = Mailing(adapters.new("campaign-"), Kind.CAMPAIGN, NOW)
    return lambda: adapters.mailings.create(mailing)


def settle_digest(adapters: Adapters) -> Attempt:
    digest = Digest(adapters.new("2026-W"), Window(NOW, NOW), ())
    return lambda: adapters.digests.create(digest)


def release_digest(adapters: Adapters) -> Attempt:
    digest = Digest(adapters.new("2026-W"), Window(NOW, NOW), (), deadline=NOW)
    adapters.digests.create(digest)
    return lambda: adapters.digests.release(digest.period, NOW, "approved", NOW)


def create_lead(adapters: Adapters) -> Attempt:
    lead = a_lead(adapters.new("lead"), NOW)
    return lambda: adapters.leads.create(lead)


def begin(adapters: Adapters) -> Attempt:
    enrollment = Enrollment(adapters.new("a"), "sparraus", 1, Trigger.LEAD, NOW, NOW)
    return lambda: adapters.enrollments.begin(enrollment)


def activate(adapters: Adapters) -> Attempt:
    sign_up = SignUp(adapters.new("a"), "a@example.com", Choices(language="fi"), "1", "", "", NOW, "nonce")
    return lambda: adapters.subscribers.activate(sign_up, NOW)


def deactivate(adapters: Adapters) -> Attempt:
    sign_up = SignUp(adapters.new("a"), "a@example.com", Choices(language="fi"), "1", "", "", NOW, "nonce")
    adapters.subscribers.activate(sign_up, NOW)
    return lambda: adapters.subscribers.deactivate(sign_up.id, Status.UNSUBSCRIBED, "page", NOW)


def ask_for_a_mail(adapters: Adapters) -> Attempt:
    name = adapters.new("a")

    def attempt() -> bool:
        form = adapters.new("form")
        return adapters.limits.confirmation_mail(name, NOW, form) == form

    return attempt


def move(adapters: Adapters) -> Attempt:
    enrollment = Enrollment(adapters.new("a"), "sparraus", 1, Trigger.LEAD, NOW, NOW)
    adapters.enrollments.begin(enrollment)
    return lambda: adapters.enrollments.replace(enrollment, with_step(enrollment, "1", "b", NOW)) is not None


def accept_proof(adapters: Adapters) -> Attempt:
    name = adapters.new("proof")
    return lambda: adapters.limits.accept_proof(name, adapters.new("form"), NOW)


def accept_wait(adapters: Adapters) -> Attempt:
    name = adapters.new("network")
    return lambda: adapters.limits.accept_wait(name, adapters.new("form"), NOW)


def the_last_sign_up(adapters: Adapters) -> Attempt:
    name = adapters.new("network")
    assert adapters.limits.take_sign_up(name, NOW, 2)
    return lambda: adapters.limits.take_sign_up(name, NOW, 2)


def choose(adapters: Adapters) -> Attempt:
    sign_up = SignUp(adapters.new("a"), "a@example.com", Choices(language="fi"), "1", "", "", NOW, "nonce")
    adapters.subscribers.activate(sign_up, NOW)
    before = adapters.subscribers.get(sign_up.id)
    assert before is not None
    choices = Choices(topics=("x",), language="fi", frequency=Frequency.MONTHLY)
    return lambda: adapters.subscribers.choose(before, choices, NOW)


ATTEMPTS = [
    claim,
    claim_again,
    settle,
    put_manifest,
    create_mailing,
    settle_digest,
    release_digest,
    create_lead,
    begin,
    move,
    activate,
    deactivate,
    choose,
    ask_for_a_mail,
    accept_proof,
    accept_wait,
    the_last_sign_up,
]
"""Everything of which one may succeed: each gives an attempt that holds the first time and never again."""


@pytest.mark.parametrize("prepare", ATTEMPTS)
def test_exactly_one_of_many_at_once_wins(adapters: Adapters, prepare: Callable[[Adapters], Attempt]) -> None:
    attempt = prepare(adapters)
    start = Barrier(MANY)

    def one(_: int) -> bool:
        start.wait()
        return attempt()

    with ThreadPoolExecutor(MANY) as pool:
        assert sorted(pool.map(one, range(MANY))) == [False] * (MANY - 1) + [True]


def test_consents_of_one_reader_at_once_make_one_whole_chain(adapters: Adapters) -> None:
    name, start = adapters.new("a"), Barrier(5)

    def one(number: int) -> None:
        start.wait()
        adapters.consents.append(name, Consent("given", "form", NOW, str(number)))

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(one, range(5)))
    chain = adapters.consents.chain(name)
    assert sorted(record.consent.unique for record in chain) == list("01234")
    assert adapters.consents.faults(name) == []


# --- the rate limiter ------------------------------------------------------------------------------------------------

Reservation = tuple[float, float]


def none_overlap(reservations: list[Reservation]) -> bool:
    following = pairwise(sorted(reservations))
    return all(begin + seconds <= after + EXACT for (begin, seconds), (after, _) in following)


def reserve(adapters: Adapters, lane: str, seconds: float, now: float) -> float:
    """Reserve in a lane that has room; when the reservation begins."""
    begin = adapters.guards.reserve(lane, seconds, now, 10_000)
    assert begin is not None
    return begin


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.floats(0, 3), st.sampled_from([0.05, 0.1, 1 / 3, 50 / 14, 50 / 0.9])), min_size=1, max_size=10
    )
)
def test_reservations_never_overlap_and_never_begin_in_the_past(
    adapters: Adapters, asked: list[tuple[float, float]]
) -> None:
    lane, now, made = adapters.new("lane"), NOW.timestamp(), []
    for wait, seconds in asked:
        now += wait
        begin = reserve(adapters, lane, seconds, now)
        assert begin >= now - EXACT
        made.append((begin, seconds))
    assert none_overlap(made)
    assert made == sorted(made)


def test_an_idle_lane_is_free_at_once_and_a_busy_one_without_a_gap(adapters: Adapters) -> None:
    lane, now = adapters.new("lane"), NOW.timestamp()
    begins = [reserve(adapters, lane, 2.5, now) - now for _ in range(3)]
    assert begins == pytest.approx([0, 2.5, 5], abs=EXACT)
    assert reserve(adapters, lane, 2.5, now + 60) == pytest.approx(now + 60, abs=EXACT)


def test_lanes_do_not_wait_for_each_other(adapters: Adapters) -> None:
    one, other, now = adapters.new("lane"), adapters.new("lane"), NOW.timestamp()
    reserve(adapters, one, 1000, now)
    assert reserve(adapters, other, 1, now) == pytest.approx(now, abs=EXACT)


def test_many_senders_at_once_fill_a_lane_without_overlap_and_without_a_gap(adapters: Adapters) -> None:
    """All believe in slightly different clocks, as containers do."""
    lane, now, each = adapters.new("lane"), NOW.timestamp(), 5
    start = Barrier(MANY)

    def sender(number: int) -> list[Reservation]:
        start.wait()
        clock = now + number / 1000
        return [(reserve(adapters, lane, 0.7, clock), 0.7) for _ in range(each)]

    with ThreadPoolExecutor(MANY) as pool:
        made = [reservation for reservations in pool.map(sender, range(MANY)) for reservation in reservations]
    assert none_overlap(made)
    begins = [begin for begin, _ in made]
    assert max(begins) - min(begins) == pytest.approx(0.7 * (MANY * each - 1), abs=0.01)
