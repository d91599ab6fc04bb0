"""When bounces that pass are too many: any so many within so many days, in whatever order they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.feedback.feedback_policy import FeedbackPolicy, OnDoubt, parse_feedback
from newsletter.publication.toml_table import TomlTable

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = FeedbackPolicy(transient_bounces=3, within=timedelta(days=30))
GOOD = {"transient_bounces": 3, "within_days": 30, "doubt": "resend", "doubt_wait_minutes": 60}


def gives_up(*days: float, confirmed: float = -100) -> bool:
    return POLICY.gives_up([FIRST + day * DAY for day in days], FIRST + confirmed * DAY)


def test_three_within_thirty_days_are_too_many() -> None:
    assert gives_up(0, 15, 30)
    assert not gives_up(0, 15, 30.5)
    assert not gives_up(0, 15)
    assert gives_up(0, 40, 50, 60)


def test_bounces_from_before_the_reader_confirmed_anew_do_not_count() -> None:
    assert not gives_up(0, 1, 2, confirmed=0.5)
    assert gives_up(0, 1, 2, 3, confirmed=0.5)


@given(st.lists(st.floats(0, 100), max_size=8), st.randoms())
def test_the_order_in_which_they_are_told_does_not_matter(days: list[float], random: object) -> None:
    shuffled = sorted(days, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert gives_up(*days) == gives_up(*shuffled)


@given(st.lists(st.floats(0, 100), max_size=8), st.floats(0, 100))
def test_one_more_bounce_never_makes_a_reader_reachable_again(days: list[float], more: float) -> None:
    assert gives_up(*days, more) or not gives_up(*days)


def test_a_publication_says_what_holds() -> None:
    assert parse_feedback(TomlTable(GOOD)) == FeedbackPolicy(3, 30 * DAY, OnDoubt.RESEND, timedelta(hours=1))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("transient_bounces", 0), ("within_days", 400), ("doubt", "maybe"), ("doubt_wait_minutes", 5)],
)
def test_a_wrong_value_is_named(field: str, wrong: object) -> None:
    with pytest.raises(InvalidPublication, match=f"feedback.{field}"):
        parse_feedback(TomlTable({**GOOD, field: wrong}, "feedback"))
