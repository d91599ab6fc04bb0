"""Which subject wins, and what is said of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.experiments.decision import (
    LEAST_CLICKS,
    Reason,
    Tried,
    decide,
    decision_in_words,
    decision_of_values,
)

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
tried = st.integers(0, 500).flatmap(lambda mails: st.builds(Tried, st.just(mails), st.integers(0, mails)))


@pytest.mark.parametrize(
    ("figures", "winner", "reason"),
    [
        ([(100, 5), (100, 7)], 2, Reason.MOST_CLICKS),
        ([(100, 7), (200, 8)], 1, Reason.MOST_CLICKS),
        ([(100, 5), (100, 5)], 1, Reason.TIE),
        ([(100, 2), (100, 5), (200, 10)], 2, Reason.TIE),
        ([(100, 0), (100, 2)], 1, Reason.TOO_FEW_CLICKS),
        ([(0, 0), (100, 3)], 2, Reason.MOST_CLICKS),
        ([(0, 0), (0, 0)], 1, Reason.TOO_FEW_CLICKS),
    ],
)
def test_the_largest_share_of_people_wins(figures: list[tuple[int, int]], winner: int, reason: Reason) -> None:
    decision = decide([Tried(*each) for each in figures], 50, AT)
    assert (decision.winner, decision.reason, decision.held_out) == (winner, reason, 50)


@given(st.lists(tried, min_size=2, max_size=4), st.integers(0, 10**6))
def test_no_subject_is_better_than_the_winner_and_every_decision_has_words(figures: list[Tried], rest: int) -> None:
    decision = decide(figures, rest, AT)
    if sum(each.people for each in figures) < LEAST_CLICKS:
        assert (decision.winner, decision.reason) == (1, Reason.TOO_FEW_CLICKS)
    else:
        won = figures[decision.winner - 1]
        assert all(each.people * won.mails <= won.people * each.mails for each in figures)
    goes = f"goes to the other {rest:,}: " if rest else "is chosen, though nobody waited for it: "
    assert decision_in_words(decision).startswith(f"Subject {decision.winner} {goes}")
    assert decision_of_values(decision.values) == decision
