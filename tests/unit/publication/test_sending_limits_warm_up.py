"""The arithmetic of a warm-up plan, and what of it can be written wrongly."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.publication.read_publication import check_publication
from newsletter.publication.sending_limits import MOST_DAYS, WarmUp
from tests.support.mailings.templates import TEMPLATES

MONDAY = date(2027, 1, 11)
PLANS = st.builds(WarmUp, st.just(MONDAY), st.integers(100, 5_000), st.integers(1, 200), st.integers(101, 1_000_000))


def test_each_day_has_more_than_the_one_before_until_it_would_be_enough() -> None:
    plan = WarmUp(MONDAY, 500, 30, 50_000)
    assert [plan.allowed(MONDAY + timedelta(days=n)) for n in range(-1, 3)] == [None, 500, 650, 845]
    assert plan.ends == date(2027, 1, 29)
    assert plan.allowed(plan.ends - timedelta(days=1)) == 43_187
    assert plan.allowed(plan.ends) is None
    assert plan.days_for(500, MONDAY) == 1
    assert plan.days_for(501, MONDAY) == 2
    assert plan.days_for(50_000, MONDAY) == 14


@given(PLANS, st.integers(1, 2_000_000), st.integers(-5, 150))
def test_a_plan_grows_ends_and_has_room_for_everybody_on_the_days_that_it_says(
    plan: WarmUp, mails: int, after: int
) -> None:
    days = [plan.allowed(MONDAY + timedelta(days=n)) for n in range(MOST_DAYS + 1)]
    limited = [each for each in days if each is not None]
    assert days[: len(limited)] == limited, "no gap"
    assert limited == sorted(set(limited))
    assert days[-1] is None
    first = MONDAY + timedelta(days=after)
    took = plan.days_for(mails, first)
    room = [plan.allowed(first + timedelta(days=n)) for n in range(took)]
    assert None in room or sum(each or 0 for each in room) >= mails
    assert None not in room[:-1]
    assert sum(each or 0 for each in room[:-1]) < mails


def read(table: str) -> tuple[WarmUp | None, list[str]]:
    text = (TEMPLATES / "publication.toml").read_text("utf-8")
    publication, faults = check_publication(tomllib.loads(f"{text}\n[warm_up]\n{table}"))
    return publication.warm_up if publication else None, [str(fault) for fault in faults]


def test_a_plan_is_read_with_what_is_left_out() -> None:
    found, faults = read("begins = 2027-01-11\nfirst_day = 500\nuntil_a_day = 50_000\n")
    assert faults == []
    assert found == WarmUp(MONDAY, 500, 30, 50_000, 90)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('begins = "2027-01-11"', "warm_up.begins: give a day without quotes"),
        ("begins = 2027-01-11T08:00:00", "warm_up.begins: give a day without a time"),
        ("begins = 2027-01-11\nfirst_day = 50\nuntil_a_day = 200", "warm_up.first_day: 50 is not from 100 to"),
        ("begins = 2027-01-11\nfirst_day = 200", "warm_up.until_a_day: missing"),
        (
            "begins = 2027-01-11\nfirst_day = 500\nuntil_a_day = 500",
            "warm_up.until_a_day: 500 is not more than first_day, 500: no day would have a limit",
        ),
        (
            "begins = 2027-01-11\nfirst_day = 100\nuntil_a_day = 50_000\ngrowth_percent = 1",
            "warm_up.growth_percent: 1 is too little: the last of 120 days would have",
        ),
    ],
)
def test_what_is_written_wrongly_is_named_with_what_would_be_right(table: str, said: str) -> None:
    _, faults = read(table)
    assert any(said in fault for fault in faults), faults
