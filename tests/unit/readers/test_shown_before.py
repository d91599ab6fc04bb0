"""What mails do not show a reader again: articles of a welcome mail, and offers that they took up."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.publication.offers import Offer
from newsletter.readers.shown_before import (
    MAX_TAKEN,
    MAX_WELCOMED,
    after_taking,
    after_welcome,
    days_taken,
    of_every_welcome,
    of_last_welcome,
    rests,
)

ids = st.text("abcdefghij234567", min_size=1, max_size=4)
lists = st.lists(ids, unique=True, max_size=10)
days = st.dates(date(2026, 1, 1), date(2030, 1, 1))
presses = st.lists(st.tuples(st.sampled_from(["sparraus", "audit", "kurssi"]), days), max_size=9)
DAY = date(2026, 11, 28)


def offer(rests_days: int, key: str = "sparraus") -> Offer:
    return Offer(key, {}, {}, {}, {}, {}, "", timedelta(days=rests_days))


@given(st.lists(lists, min_size=1, max_size=4))
def test_the_last_welcome_is_told_from_the_earlier_ones_and_none_is_forgotten_soon(welcomes: list[list[str]]) -> None:
    text = ""
    for shown in welcomes:
        text = after_welcome(shown, text)
    assert of_last_welcome(text) == tuple(welcomes[-1])
    known = of_every_welcome(text)
    assert {article for shown in welcomes[-2:] for article in shown} <= known
    assert len(known) <= MAX_WELCOMED


@given(presses, st.randoms(use_true_random=False))
def test_the_latest_day_of_each_offer_counts_in_whatever_order_and_however_often_presses_come(
    taken: list[tuple[str, date]], random: object
) -> None:
    text = ""
    shuffled = [*taken, *taken]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for key, day in shuffled:
        text = after_taking(text, key, day)
    assert days_taken(text) == {key: max(day for other, day in taken if other == key) for key, _ in taken}


def test_no_more_than_the_offers_taken_up_last_are_kept() -> None:
    text = ""
    for number in range(MAX_TAKEN + 3):
        text = after_taking(text, f"offer{number}", DAY + timedelta(days=number))
    assert len(days_taken(text)) == MAX_TAKEN
    assert "offer0" not in days_taken(text)


@given(st.integers(0, 400), st.integers(-3, 500))
def test_an_offer_rests_for_its_days_from_the_day_on_which_it_was_taken_up(rests_days: int, later: int) -> None:
    text = after_taking("", "sparraus", DAY)
    assert rests(offer(rests_days), text, DAY + timedelta(days=later)) is (rests_days > 0 and later < rests_days)
    assert not rests(offer(rests_days, "audit"), text, DAY)
    assert not rests(offer(rests_days), "", DAY)


def test_a_text_that_is_not_ours_costs_nobody_their_mail() -> None:
    assert not rests(offer(180), "sparraus sparraus= =2026-01-01 sparraus=eilen", DAY)
