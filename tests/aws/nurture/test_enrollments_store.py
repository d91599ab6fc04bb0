"""Enrollments, and all that comes due, in DynamoDB: found by time, moved on by one run alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.nurture.due_store import Erasure, Reminder
from newsletter.nurture.enrollments.enrollment import DoneStep, Enrollment, ended, with_step
from newsletter.platform.shards import shard_of
from newsletter.publication.sequences import Exit, Trigger
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import REMINDER_AFTER, SignUp, Status
from tests.support.aws.dynamodb import Adapters

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def enrollment(adapters: Adapters, shard: str = "q", due_in: timedelta = timedelta()) -> Enrollment:
    return Enrollment(adapters.new(shard), "sparraus", 1, Trigger.LEAD, NOW - timedelta(days=2), NOW + due_in)


def due(adapters: Adapters, shard: str, now: datetime = NOW) -> list[Enrollment]:
    return [piece for piece in adapters.due_index.enrollments(shard, now) if isinstance(piece, Enrollment)]


def test_a_reader_goes_through_a_round_once(adapters: Adapters) -> None:
    first = enrollment(adapters, "a")
    assert adapters.enrollments.begin(first)
    assert not adapters.enrollments.begin(replace(first, enrolled_at=NOW, due_at=NOW))
    other, second = replace(first, sequence="sparraus-2"), replace(first, round=2)
    assert adapters.enrollments.begin(other)
    assert adapters.enrollments.begin(second)
    assert adapters.enrollments.of(first.subscriber, "sparraus") == [first, second]
    assert adapters.enrollments.of(first.subscriber) == [first, second, other]
    assert sorted(found.sequence for found in due(adapters, "a")) == ["sparraus", "sparraus", "sparraus-2"]


def test_everything_of_an_enrollment_is_kept(adapters: Adapters) -> None:
    whole = Enrollment(
        adapters.new("b"),
        "polku",
        3,
        Trigger.CLICK,
        NOW,
        None,
        {"eka": DoneStep(NOW, "abc"), "toka": DoneStep(NOW + timedelta(days=1), "def")},
        Exit.STOPPED,
        NOW + timedelta(days=2),
        NOW + timedelta(hours=1),
        won=True,
        no_more=True,
    )
    assert adapters.enrollments.begin(whole)
    assert adapters.enrollments.get(whole.subscriber, "polku", 3) == whole
    assert adapters.enrollments.get(whole.subscriber, "polku", 2) is None
    assert adapters.enrollments.standings("polku") == {"stopped#toka#LW": 1}


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
    assert {each.subscriber for each in found if each.subscriber not in before} == {
        each.subscriber for each in expected
    }
    assert list(adapters.due_index.due(shard, NOW)) == [], "other due work is not looked for among them"


def test_only_the_run_that_saw_the_present_version_changes_it(adapters: Adapters) -> None:
    first = enrollment(adapters, "f")
    adapters.enrollments.begin(first)
    second = replace(with_step(first, "eka", "batch", NOW), due_at=NOW + timedelta(days=7))
    stored = adapters.enrollments.replace(first, second)
    assert stored == replace(second, version=2)
    assert adapters.enrollments.replace(first, replace(second, due_at=NOW)) is None
    assert due(adapters, "f") == []
    assert due(adapters, "f", NOW + timedelta(days=7)) == [stored]


def test_an_enrollment_that_is_over_is_never_due_and_never_begins_again(adapters: Adapters) -> None:
    first = enrollment(adapters, "g")
    adapters.enrollments.begin(first)
    assert adapters.enrollments.replace(first, ended(first, Exit.FINISHED, NOW))
    assert due(adapters, "g", NOW + timedelta(days=4000)) == []
    assert not adapters.enrollments.begin(first)


def test_an_enrollment_that_was_forgotten_is_not_brought_back_by_changing_it(adapters: Adapters) -> None:
    gone = enrollment(adapters, "h")
    assert adapters.enrollments.replace(gone, with_step(gone, "eka", "batch", NOW)) is None
    adapters.enrollments.moved(gone)
    assert due(adapters, "h", NOW + timedelta(days=4000)) == []


def test_the_rounds_of_a_sequence_are_counted_by_where_they_stand_and_found_shard_by_shard(adapters: Adapters) -> None:
    begun = [replace(enrollment(adapters, shard), sequence="jono") for shard in "aab"]
    for each in begun:
        adapters.enrollments.begin(each)
    ahead = adapters.enrollments.replace(begun[0], with_step(begun[0], "eka", "batch", NOW))
    over = adapters.enrollments.replace(begun[1], ended(begun[1], Exit.LEFT, NOW))
    assert adapters.enrollments.standings("jono") == {"active#eka#": 1, "left##": 1, "active##": 1}
    assert list(adapters.enrollments.enrolled("jono", "a")) == [ahead]
    assert over in list(adapters.enrollments.enrolled("jono", "a", active=False))
    adapters.enrollments.moved(begun[2])
    assert adapters.enrollments.standings("jono") == {"active#eka#": 1, "left##": 1}


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
