"""Two stacks of an account send at once, each with its share of SES's rate.

They have tables, queues and functions of their own and meet at SES alone, so each is played by itself on a clock
that begins with the campaign, and what arrives at SES is put together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from unittest.mock import patch

import pytest

from newsletter.container import app
from newsletter.platform.rate_limit import bulk_pace
from tests.simulation.aws import Apart
from tests.simulation.send import Sent, Stage
from tests.simulation.witness import Witness
from tests.soak.lambdas import warm_up
from tests.soak.run import surroundings

READERS, RATE = 960, 2_000.0
SHARES = (0.75, 0.25)


Played = tuple[Sent, list[tuple[float, int]]]
"""What became of a stack's mailing, and the calls that arrived at SES: when (seconds), and how many recipients they had
room for. With few readers in each shard most batches are small, and a second that is full of them would look empty."""


class Arrivals(Witness):
    """Keeps when each call came."""

    def __init__(self, readers: int) -> None:
        super().__init__(readers)
        self.times: list[float] = []

    def saw(self, body: bytes, at: float) -> None:
        super().saw(body, at)
        self.times.append(at)


def played(share: float, readers: int) -> Played:
    with surroundings(), patch.dict(os.environ, {"NEWSLETTER_RATE_SHARE": f"{share}"}):
        app.reset()
        warm_up()
        stage = Stage(readers, RATE * share, Apart(readers, RATE).ask)
        stage.witness = witness = Arrivals(readers)
        sent = stage.send()
    return sent, [(at, bulk_pace(RATE * share).size) for at in witness.times]


@pytest.fixture(scope="module")
def both() -> list[Played]:
    return [played(share, READERS) for share in SHARES]


def busiest(arrivals: Iterable[tuple[float, int]]) -> int:
    """The most recipients within any one second."""
    calls = sorted(arrivals)
    most = first = together = 0
    for at, recipients in calls:
        together += recipients
        while calls[first][0] <= at - 1.0:
            together -= calls[first][1]
            first += 1
        most = max(most, together)
    return most


def test_together_they_never_send_more_than_the_account_may(both: list[Played]) -> None:
    calls = [call for _, calls in both for call in calls]
    assert 0.85 * RATE <= busiest(calls) <= RATE


def test_each_sends_at_its_share_as_if_it_were_alone(both: list[Played]) -> None:
    for (sent, calls), share in zip(both, SHARES, strict=True):
        assert set(sent.witness.mails) == {1}
        assert (sent.failures, sent.dead_letters) == ([], 0)
        assert sent.seconds == pytest.approx((len(calls) - 1) * bulk_pace(RATE * share).seconds, rel=0.1)


def test_stacks_that_both_take_the_whole_rate_are_seen() -> None:
    """A simulation that cannot fail proves nothing."""
    assert busiest(2 * played(1.0, READERS)[1]) > RATE
