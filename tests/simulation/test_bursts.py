"""Steps due together and readers who leave together: nobody is lost, nobody is mailed twice. `bursts.py` plays more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.bursts import leaving_together, steps_due_together
from tests.soak.run import surroundings


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with surroundings():
        yield


def test_steps_that_are_due_in_the_same_tick_go_out_once_each_at_the_rate_of_the_account() -> None:
    burst = steps_due_together(300, 14.0)
    assert burst.mails == {1: 300, 0: 0}
    assert (burst.failures, burst.dead_letters, sum(burst.throttled.values())) == (0, 0, 0)
    assert 300 / 14 - 5 < burst.waited[-1] < 4 * 300 / 14
    assert max(burst.peaks.values()) < 500


def test_readers_who_leave_together_are_all_gone_at_their_first_press() -> None:
    burst = leaving_together(60, during=2.0)
    assert burst.answers == {200: 60}
    assert burst.still_active == 0
    assert (burst.failures, burst.dead_letters, sum(burst.throttled.values())) == (0, 0, 0)
    assert max(burst.peaks.values()) < 500
