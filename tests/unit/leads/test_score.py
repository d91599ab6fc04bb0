"""The score of a lead: it halves as time goes by, and says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.facts.score import Acts, score
from newsletter.publication.offers import LeadPolicy, Points

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
POLICY = LeadPolicy()
ages = st.lists(st.integers(0, 200).map(lambda hours: NOW - timedelta(hours=hours)), max_size=4)
acts = st.builds(Acts, ages, ages, ages, ages, ages, ages)


def test_an_act_is_worth_half_after_each_half_life() -> None:
    policy = LeadPolicy(half_life=timedelta(days=10), points=Points(press=40))
    values = [score(Acts(press=[NOW - timedelta(days=days)]), NOW, policy).value for days in (0, 10, 20, 30, 100)]
    assert values == [40, 20, 10, 5, 0]


def test_the_reasons_say_how_often_when_last_and_how_many_points() -> None:
    found = score(Acts(read=[NOW - timedelta(days=14), NOW], press=[NOW], lost=[NOW - timedelta(days=14)]), NOW, POLICY)
    told = [(reason.code, reason.values["count"], reason.values["points"]) for reason in found.reasons]
    assert told == [("press", 1, 30), ("lost", 1, -8), ("read", 2, 3)]
    assert found.reasons[2].values["last"] == "2026-11-24T12:00:00Z"
    assert found.value in {25, 26}


def test_presses_of_one_day_count_once_and_what_is_long_ago_is_no_reason() -> None:
    once = score(Acts(press=[NOW]), NOW, POLICY)
    assert score(Acts(press=[NOW, NOW - timedelta(hours=2)]), NOW, POLICY).value == once.value
    assert score(Acts(read=[NOW - timedelta(days=300)]), NOW, POLICY).reasons == ()


@given(acts)
def test_the_score_stays_in_its_bounds_and_falls_while_nothing_happens(done: Acts) -> None:
    first = score(done, NOW, POLICY)
    assert 0 <= first.value <= 100
    assert first.half_life_days == 14
    if not done.lost:
        later = score(done, NOW + timedelta(days=30), POLICY)
        assert later.value <= first.value
    weights = [abs(int(reason.values["points"])) for reason in first.reasons]
    assert weights == sorted(weights, reverse=True)
