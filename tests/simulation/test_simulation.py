"""A send to 20,000 readers on virtual time: everybody once, evenly, for as long as arithmetic says."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from newsletter.domain.lane import pace
from newsletter.domain.planning import BATCH_SIZE
from newsletter.domain.subscriber import SHARDS
from newsletter.usecases import take_slots
from tests.bench.stack import layout
from tests.bench.stub.account import Account
from tests.simulation.send import Sent, Stage
from tests.soak.run import surroundings

READERS, RATE = 20_000, 500.0


def simulated(readers: int) -> Sent:
    return Stage(readers, RATE, Account(layout(), readers, RATE).answer).send()


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with surroundings():
        yield


@pytest.fixture(scope="module")
def sent() -> Sent:
    return simulated(READERS)


def test_everybody_gets_the_mail_once_and_the_certificate_says_so(sent: Sent) -> None:
    assert set(sent.witness.mails) == {1}
    assert sent.certificate.planned == sent.certificate.accepted == READERS
    assert (sent.failures, sent.dead_letters) == ([], 0)


def test_it_takes_as_long_as_arithmetic_says(sent: Sent) -> None:
    assert sent.arithmetic == pytest.approx(READERS / (0.9 * RATE), rel=0.001)
    assert sent.arithmetic <= sent.seconds <= sent.at_the_latest


def test_no_second_holds_more_than_the_rate_where_ses_sees_it(sent: Sent) -> None:
    assert 0.9 * RATE <= sent.witness.busiest <= sent.most_in_a_second == RATE


def test_each_batch_costs_one_call_of_ses_and_two_writes(sent: Sent) -> None:
    batches = sent.witness.calls
    assert READERS / BATCH_SIZE <= batches <= READERS / BATCH_SIZE + len(SHARDS) * len(layout().languages)
    assert sent.count("ses SendBulkEmail") == batches
    assert sent.count("dynamodb PutItem Deliveries") == batches + len(SHARDS)
    assert sent.count("dynamodb UpdateItem Deliveries") == batches
    assert sent.count("dynamodb UpdateItem Guards") < batches / 5


def test_a_lane_that_is_too_fast_is_seen() -> None:
    """A simulation that cannot fail proves nothing."""
    with patch.object(take_slots, "bulk_pace", lambda rate: pace(2 * rate)):
        assert simulated(READERS // 5).witness.busiest > RATE
