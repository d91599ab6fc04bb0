"""What a busy container keeps of visits for a moment, and what never waits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.visits.evidence import Evidence, VisitKind
from newsletter.leads.visits.held_visits import BUSY, LONGEST, MOST, HeldVisits
from newsletter.leads.visits.rules import Rules
from newsletter.platform.messages import MalformedMessage, Visited, VisitsTogether, from_json

PERSON = Evidence(
    "GET",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
    "192.0.2.0/24",
    {"accept": "text/html", "accept-language": "fi", "sec-fetch-mode": "navigate", "sec-fetch-user": "?1"},
)
HEAD = Evidence("HEAD", PERSON.user_agent, PERSON.network, PERSON.headers)
ODD = Evidence("GET", "Mozilla/5.0 (compatible; MailScanner)", "198.51.100.0/24", {})


def visit(at: int, kind: VisitKind = VisitKind.LINK) -> Visited:
    return Visited("reader", "m", "b", 1, kind, f"link{at}", at, {})


def busy(**given: Any) -> HeldVisits:
    """Just before the time 0 people came in great number, none of whom waits."""
    held = HeldVisits(Rules(), **given)
    for at in range(-BUSY, 0):
        assert held.take(visit(at), PERSON) == [visit(at)]
    return held


@pytest.mark.parametrize("shown", [HEAD, ODD])
def test_a_programs_visit_goes_with_the_next_one_that_may_be_a_persons(shown: Evidence) -> None:
    held = busy()
    assert held.take(visit(0), shown) == []
    assert held.take(visit(1), PERSON) == [visit(0), visit(1)]


@pytest.mark.parametrize("kind", [VisitKind.CANARY, VisitKind.OFFER])
def test_the_canary_and_the_page_of_an_offer_do_not_wait(kind: VisitKind) -> None:
    assert busy().take(visit(0, kind), ODD) == [visit(0, kind)]


def test_nothing_waits_where_the_next_visit_may_be_long_in_coming() -> None:
    held = HeldVisits(Rules())
    for at in range(0, 20_000, 1000 // (BUSY - 1) + 1):
        assert held.take(visit(at), ODD) == [visit(at)]


def test_nothing_waits_for_longer_than_half_a_second_or_beside_too_many() -> None:
    held = busy()
    assert held.take(visit(0), ODD) == []
    assert held.take(visit(LONGEST), ODD) == [visit(0), visit(LONGEST)]
    held = busy()
    taken = [held.take(visit(at), ODD) for at in range(MOST)]
    assert [len(each) for each in taken] == [0] * (MOST - 1) + [MOST]


def test_a_container_that_slept_hands_over_what_it_kept_with_the_first_visit() -> None:
    held = busy()
    assert held.take(visit(0), ODD) == []
    assert held.take(visit(3_600_000), ODD) == [visit(0), visit(3_600_000)]


def test_with_room_for_one_nothing_waits() -> None:
    assert busy(most=1).take(visit(0), ODD) == [visit(0)]


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from([PERSON, HEAD, ODD])), max_size=80))
def test_every_visit_is_handed_over_once_and_in_order(steps: list[tuple[int, Evidence]]) -> None:
    held, now, came, went = busy(), 0, [], []
    for pause, shown in [*steps, (0, PERSON)]:
        now += pause
        came.append(visit(now))
        went += held.take(visit(now), shown)
    assert went == came


def test_several_visits_are_one_message() -> None:
    together = VisitsTogether(tuple(vars(visit(at)) for at in range(3)))
    read = from_json(together.to_json())
    assert isinstance(read, VisitsTogether)
    assert read.each() == [visit(at) for at in range(3)]
    with pytest.raises(MalformedMessage):
        VisitsTogether(({"strange": 1},)).each()
