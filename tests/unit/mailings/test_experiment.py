"""Who is in which arm, what a test may be, and how one is read."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.experiments.experiment import (
    REST,
    Experiment,
    as_sent,
    experiment_faults,
    experiment_of_values,
    read_experiment,
)
from newsletter.platform.errors import InvalidForm

texts = st.lists(st.text(max_size=9), min_size=2, max_size=4, unique=True).map(tuple)
experiments = st.builds(Experiment, texts, st.floats(0.01, 0.99), st.integers(1, 168))
TWO = ["Yksi", "Kaksi"]


@given(experiments, st.text(max_size=30), st.text(max_size=30))
def test_a_reader_has_one_arm_and_always_the_same(experiment: Experiment, mailing: str, reader: str) -> None:
    arm = experiment.arm_of(mailing, reader)
    assert arm in experiment.arms
    assert arm == experiment_of_values(experiment.values).arm_of(mailing, reader)


def test_two_thousand_readers_are_spread_by_the_share_and_evenly_over_the_subjects() -> None:
    experiment = Experiment(("a", "b", "c"), 0.3)
    arms = Counter(experiment.arm_of("campaign-x", f"reader{number}") for number in range(2000))
    assert sum(arms.values()) == 2000
    assert abs(arms[REST] - 1400) < 90  # more than four standard deviations of what chance does
    assert all(abs(arms[arm] - 200) < 60 for arm in ("1", "2", "3"))


@given(experiments, st.lists(st.text(max_size=30), max_size=60, unique=True))
def test_shared_out_the_parts_are_exact_for_the_readers_who_are_there(
    experiment: Experiment, readers: list[str]
) -> None:
    exact = experiment.shared_out("campaign-x", readers)
    sizes = Counter(exact.arm_of("campaign-x", reader) for reader in readers)
    assert len(readers) - sizes[REST] == round(experiment.share * len(readers))
    assert max(sizes[arm] for arm in exact.arms[:-1]) - min(sizes[arm] for arm in exact.arms[:-1]) <= 1
    kept = experiment_of_values(exact.stored)
    assert all(kept.arm_of("campaign-x", reader) == exact.arm_of("campaign-x", reader) for reader in readers)
    assert (exact, exact.values) == (experiment, experiment.values)  # the same test, and nothing more for JSON
    assert exact.arm_of("campaign-x", "somebody who joined meanwhile") in exact.arms


def test_another_mailing_has_other_readers_in_its_test() -> None:
    experiment = Experiment(("a", "b"), 0.5)
    readers = [f"reader{number}" for number in range(200)]
    one, other = ([experiment.arm_of(name, each) for each in readers] for name in ("campaign-a", "campaign-b"))
    assert 40 < sum(a == b for a, b in zip(one, other, strict=True)) < 120


@given(st.floats(0.01, 0.98))
def test_who_is_in_a_small_test_is_in_a_larger_one(share: float) -> None:
    small, large = (Experiment(("a", "b"), each) for each in (share, min(share + 0.01, 0.99)))
    for number in range(100):
        if small.arm_of("m", str(number)) != REST:
            assert large.arm_of("m", str(number)) == small.arm_of("m", str(number))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"subjects": ["Yksi"]}, "ab.subjects"),
        ({"subjects": ["a", "b", "c", "d", "e"]}, "ab.subjects"),
        ({"subjects": ["a", " a "]}, "ab.subjects"),
        ({"subjects": ["a", " "]}, "ab.subjects"),
        ({"subjects": ["a", "b\nc"]}, "ab.subjects"),
        ({"subjects": ["a", "b" * 201]}, "ab.subjects"),
        ({"subjects": TWO, "preheaders": ["Eka"]}, "ab.preheaders"),
        ({"subjects": TWO, "preheaders": ["Eka", "To\nka"]}, "ab.preheaders"),
        ({"subjects": TWO, "share": 0}, "ab.share"),
        ({"subjects": TWO, "share": 1}, "ab.share"),
        ({"subjects": TWO, "share": 20}, "ab.share"),
        ({"subjects": TWO, "share": -0.2}, "ab.share"),
        ({"subjects": TWO, "hours": 0}, "ab.hours"),
        ({"subjects": TWO, "hours": 169}, "ab.hours"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(given: dict[str, Any], field: str) -> None:
    assert list(experiment_faults(as_sent(read_experiment(given)))) == [field]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("Yksi", "ab"),
        ([], "ab"),
        ({}, "ab.subjects"),
        ({"subjects": "Yksi"}, "ab.subjects"),
        ({"subjects": ["a", 3]}, "ab.subjects"),
        ({"subjects": [str(number) for number in range(99)]}, "ab.subjects"),
        ({"subjects": TWO, "preheaders": "Eka"}, "ab.preheaders"),
        ({"subjects": TWO, "share": "0.2"}, "ab.share"),
        ({"subjects": TWO, "share": True}, "ab.share"),
        ({"subjects": TWO, "share": float("nan")}, "ab.share"),
        ({"subjects": TWO, "share": 10**400}, "ab.share"),
        ({"subjects": TWO, "hours": 4.5}, "ab.hours"),
        ({"subjects": TWO, "hours": False}, "ab.hours"),
        ({"subjects": TWO, "hours": 10**400}, "ab.hours"),
        ({"subjects": TWO, "winner": 1}, "ab.winner"),
    ],
)
def test_what_is_of_the_wrong_type_is_named_with_its_field(given: object, field: str) -> None:
    with pytest.raises(InvalidForm) as wrong:
        read_experiment(given)
    assert list(wrong.value.errors) == [field]


def test_share_and_hours_have_usual_values_and_texts_are_as_mails_have_them() -> None:
    read = as_sent(read_experiment({"subjects": [" Yksi", "Ka\u00adksi"], "hours": None}))
    assert read == Experiment(("Yksi", "Kaksi"), 0.2, 4)
    assert experiment_faults(read) == {}
