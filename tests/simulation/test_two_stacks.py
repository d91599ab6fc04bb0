"""Two stacks of an account send at once, each with its share of SES's rate.

They have tables, queues and functions of their own and meet at SES alone, so each is played by itself on a clock
that begins with the campaign, and what arrives at SES is put together.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from newsletter.container import app
from rehearsal import environment
from tests.simulation.aws import Apart
from tests.simulation.send import Sent, Stage
from tests.simulation.witness import Witness
from tests.soak.run import surroundings

READERS, RATE = 3_200, 500.0
SHARES = (0.75, 0.25)


Played = tuple[Sent, list[tuple[float, int]]]
"""What became of a stack's mailing, and the calls that arrived at SES: when (seconds), and to how many recipients."""


class Arrivals(Witness):
    """Keeps when each call came, in seconds, and how many recipients it had."""

    def __init__(self, readers: int) -> None:
        super().__init__(readers)
        self.calls_seen: list[tuple[float, int]] = []

    def saw(self, body: bytes, at: float) -> None:
        before = self.recipients
        super().saw(body, at)
        self.calls_seen.append((at, self.recipients - before))


def played(share: float, readers: int) -> Played:
    with surroundings(), environment.applied({"NEWSLETTER_RATE_SHARE": f"{share}"}):
        app.reset()
        stage = Stage(readers, RATE * share, Apart(readers, RATE).ask)
        stage.witness = witness = Arrivals(readers)
        return stage.send(), witness.calls_seen


@pytest.fixture(scope="module")
def both() -> list[Played]:
    """To as many readers each as its share is of the rate, so that both take as long."""
    return [played(share, int(READERS * share)) for share in SHARES]


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
    for (sent, _), share in zip(both, SHARES, strict=True):
        assert set(sent.witness.mails) == {1}
        assert (sent.failures, sent.dead_letters) == ([], 0)
        assert sent.arithmetic == pytest.approx(sent.readers / (0.9 * RATE * share), rel=0.03)
        assert sent.arithmetic * 0.99 <= sent.seconds <= sent.at_the_latest


def test_stacks_that_both_take_the_whole_rate_are_seen() -> None:
    """A simulation that cannot fail proves nothing."""
    calls = 2 * played(1.0, 1_600)[1]
    assert busiest(calls) > RATE
