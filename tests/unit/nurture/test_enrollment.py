"""Enrollments: every step once, in its order, each at its own distance from the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.nurture.enrollment import advance, enroll
from newsletter.publication.publication import Sequence, Step

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
days = st.integers(0, 365).map(lambda number: timedelta(days=number))
sequences = st.lists(days, min_size=1, max_size=6).map(
    lambda waits: Sequence("polku", tuple(Step(wait, {"fi": "x"}, "x") for wait in waits))
)
delays = st.lists(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=90)), min_size=6, max_size=6)


@given(sequences, delays)
def test_a_reader_gets_each_step_once_and_never_sooner_than_its_distance(
    sequence: Sequence, late: list[timedelta]
) -> None:
    enrollment = enroll("reader", sequence, NOW)
    now, sent = NOW, []
    for delay in late:
        if enrollment.due_at is None:
            break
        before, now = now, enrollment.due_at + delay
        assert now - before >= sequence.steps[enrollment.step - 1].after
        sent.append(enrollment.step)
        enrollment = advance(enrollment, sequence, now)
    assert sent == list(range(1, len(sequence.steps) + 1))
    assert enrollment.due_at is None
    assert enrollment.enrolled_at == NOW


@given(sequences, delays)
def test_a_late_tick_never_makes_two_steps_due_at_once(sequence: Sequence, late: list[timedelta]) -> None:
    enrollment = enroll("reader", sequence, NOW)
    for delay in late:
        if enrollment.due_at is None:
            return
        now = enrollment.due_at + delay
        following = advance(enrollment, sequence, now)
        assert following.due_at is None or following.due_at >= now + sequence.steps[enrollment.step].after
        enrollment = following


def test_an_enrollment_whose_sequence_was_shortened_is_over() -> None:
    long = Sequence("polku", tuple(Step(timedelta(days=1), {"fi": "x"}, "x") for _ in range(3)))
    short = Sequence("polku", long.steps[:1])
    second = advance(enroll("reader", long, NOW), long, NOW + timedelta(days=1))
    assert second.due_at is not None
    assert advance(second, short, NOW + timedelta(days=2)).due_at is None
