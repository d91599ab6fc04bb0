"""Enrollments, and all that comes due, in DynamoDB: found by time, moved on by one run alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.nurture.due_store import Erasure, Reminder
from newsletter.nurture.enrollment import Enrollment
from newsletter.platform.shards import shard_of
from newsletter.publication.publication import Sequence, Step
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import REMINDER_AFTER, SignUp, Status
from tests.support.dynamodb import Adapters

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def enrollment(adapters: Adapters, shard: str = "q", due_in: timedelta = timedelta()) -> Enrollment:
    return Enrollment(adapters.new(shard), "sparraus", 1, NOW + due_in, NOW - timedelta(days=2))


def due(adapters: Adapters, shard: str, now: datetime = NOW) -> list[Enrollment]:
    return [piece for piece in adapters.due_index.due(shard, now) if isinstance(piece, Enrollment)]


def test_a_reader_goes_through_a_sequence_once(adapters: Adapters) -> None:
    first = enrollment(adapters, "a")
    assert adapters.enrollments.begin(first)
    assert not adapters.enrollments.begin(replace(first, enrolled_at=NOW, due_at=NOW))
    other = replace(first, sequence="toinen")
    assert adapters.enrollments.begin(other)
    assert sorted(found.sequence for found in due(adapters, "a")) == ["sparraus", "toinen"]


def test_a_sequence_starts_at_its_first_step_once(adapters: Adapters) -> None:
    reader = adapters.new("b")
    step = Step(timedelta(days=2), {"fi": "Ensin"}, "x")
    assert adapters.enrollments.start(reader, Sequence("polku", (step, step)), NOW)
    assert not adapters.enrollments.start(reader, Sequence("polku", (step,)), NOW + timedelta(days=1))
    assert adapters.enrollments.of(reader) == [Enrollment(reader, "polku", 1, NOW + timedelta(days=2), NOW)]


@settings(max_examples=10)
@given(st.lists(st.integers(-5, 5), max_size=5), st.sampled_from("bcde"))
def test_exactly_the_shards_due_enrollments_are_found_the_most_overdue_first(
    adapters: Adapters, hours: list[int], shard: str
) -> None:
    before = {found.subscriber for found in due(adapters, shard)}
    begun = [enrollment(adapters, shard, timedelta(hours=hour)) for hour in hours]
    for each in begun:
        adapters.enrollments.begin(each)
    found = due(adapters, shard)
    assert {shard_of(each.subscriber) for each in found} <= {shard}
    moments = [each.due_at for each in found if each.due_at]
    assert moments == sorted(moments)
    expected = [each for each in begun if each.due_at and each.due_at <= NOW]
    assert {each for each in found if each.subscriber not in before} == set(expected)


def test_only_the_run_that_saw_the_present_step_moves_it_on(adapters: Adapters) -> None:
    first = enrollment(adapters, "f")
    adapters.enrollments.begin(first)
    second = replace(first, step=2, due_at=NOW + timedelta(days=7))
    assert adapters.enrollments.replace(first, second)
    assert not adapters.enrollments.replace(first, replace(second, due_at=NOW))
    assert due(adapters, "f") == []
    assert due(adapters, "f", NOW + timedelta(days=7)) == [second]


def test_an_enrollment_that_is_over_is_never_due_and_never_begins_again(adapters: Adapters) -> None:
    first = enrollment(adapters, "g")
    adapters.enrollments.begin(first)
    assert adapters.enrollments.replace(first, replace(first, step=2, due_at=None))
    assert due(adapters, "g", NOW + timedelta(days=4000)) == []
    assert not adapters.enrollments.begin(first)


def test_an_enrollment_that_was_forgotten_is_not_brought_back_by_moving_it_on(adapters: Adapters) -> None:
    gone = enrollment(adapters, "h")
    assert not adapters.enrollments.replace(gone, replace(gone, step=2))
    assert due(adapters, "h", NOW + timedelta(days=4000)) == []


def test_sign_ups_are_recalled_once_and_readers_who_left_come_up_for_erasure(adapters: Adapters) -> None:
    late, left = NOW + timedelta(days=9), adapters.new("i")
    sign_up = SignUp(left, "i@example.com", Choices(language="fi"), "1", "", "", NOW, "nonce")
    adapters.sign_ups.put(sign_up)
    assert list(adapters.due_index.due("i", NOW)) == []
    assert list(adapters.due_index.due("i", NOW + REMINDER_AFTER)) == [Reminder(left, "nonce")]
    adapters.sign_ups.reminded(left, "another form")
    assert list(adapters.due_index.due("i", late)) == [Reminder(left, "nonce")]
    adapters.sign_ups.reminded(left, "nonce")
    assert list(adapters.due_index.due("i", late)) == []

    adapters.subscribers.activate(sign_up, NOW)
    adapters.subscribers.deactivate(left, Status.UNSUBSCRIBED, "page", NOW, timedelta(days=9))
    assert list(adapters.due_index.due("i", late - timedelta(seconds=1))) == []
    assert list(adapters.due_index.due("i", late)) == [Erasure(left)]
    adapters.subscribers.activate(replace(sign_up, nonce="fresh"), NOW)
    assert list(adapters.due_index.due("i", late)) == []
