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
from tests.soak.run import surroundings

READERS, RATE = 6_400, 500.0
SHARES = (0.75, 0.25)


def played(share: float, readers: int) -> Sent:
    with surroundings(), environment.applied({"NEWSLETTER_RATE_SHARE": f"{share}"}):
        app.reset()
        return Stage(readers, RATE * share, Apart(readers, RATE).ask).send()


@pytest.fixture(scope="module")
def both() -> list[Sent]:
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


def test_together_they_never_send_more_than_the_account_may(both: list[Sent]) -> None:
    calls = [call for sent in both for call in sent.witness.arrivals]
    assert 0.85 * RATE <= busiest(calls) <= RATE


def test_each_sends_at_its_share_as_if_it_were_alone(both: list[Sent]) -> None:
    for sent, share in zip(both, SHARES, strict=True):
        assert set(sent.witness.mails) == {1}
        assert (sent.failures, sent.dead_letters) == ([], 0)
        assert sent.arithmetic == pytest.approx(sent.readers / (0.9 * RATE * share), rel=0.03)
        assert sent.arithmetic * 0.99 <= sent.seconds <= sent.at_the_latest


def test_stacks_that_both_take_the_whole_rate_are_seen() -> None:
    """A simulation that cannot fail proves nothing."""
    calls = [call for _ in range(2) for call in played(1.0, 3_200).witness.arrivals]
    assert busiest(calls) > RATE
