"""A send to 20,000 readers on virtual time: everybody once, evenly, for as long as arithmetic says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from newsletter.mailings.planning import enqueue, ledger_keys
from newsletter.platform.rate_limit import AHEAD, BATCH_SIZE, pace
from newsletter.platform.rate_limiter_store import RateLimiter
from newsletter.platform.shards import SHARDS
from newsletter.sending import reserve_slots
from rehearsal.aws.dynamodb.throughput import LIMITS
from tests.bench.stack import layout
from tests.simulation import lambdas as fleet
from tests.simulation.aws import Apart
from tests.simulation.run import hottest
from tests.simulation.send import Sent, Stage
from tests.soak import lambdas
from tests.soak.account import Answer, Request
from tests.soak.run import surroundings

READERS, RATE, SLOW, FAST, REPORTED = 20_000, 500.0, 14.0, 5_000.0, 6_400


def simulated(readers: int, rate: float = RATE, *, feedback: bool = False) -> Sent:
    return Stage(readers, rate, Apart(readers, rate).ask, feedback=feedback).send()


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
    # One reservation for what a sender receives together, and for each page as much of it as has room on the queue.
    assert sent.count("dynamodb UpdateItem Guards") < batches / 5 + 2 * len(SHARDS)


def test_a_lane_that_is_too_fast_is_seen() -> None:
    """A simulation that cannot fail proves nothing."""
    with (
        patch.object(reserve_slots, "bulk_pace", lambda rate: pace(2 * rate)),
        patch.object(enqueue, "bulk_pace", lambda rate: pace(2 * rate)),
    ):
        assert simulated(READERS // 5).witness.busiest > RATE


@pytest.fixture(scope="module")
def slow() -> Sent:
    """To fewer at the rate of a new account: longer than the queue has room for."""
    return simulated(9_600, SLOW)


def test_a_mailing_that_is_longer_than_the_queue_is_complete_and_in_time(slow: Sent) -> None:
    assert set(slow.witness.mails) == {1}
    assert slow.arithmetic > AHEAD
    assert slow.seconds <= slow.at_the_latest
    assert (slow.failures, slow.dead_letters, slow.looped) == ([], 0, 0)


def test_a_batch_waits_in_its_manifest_and_comes_to_the_sender_once_or_twice(slow: Sent, sent: Sent) -> None:
    for each in (slow, sent):
        assert each.passes["planner"] == 1
        assert each.passes["sender"] <= 2


def test_lambda_ends_what_circles_where_it_is_not_allowed_to() -> None:
    """A queue that takes everything at once, and a rate limiter that is full soon."""
    forbidden = [(replace(function, may_loop=False), source) for function, source in lambdas.SOURCES]
    with (
        patch.object(enqueue, "bulk_pace", lambda rate: pace(1000 * rate)),
        patch.object(reserve_slots, "RETRY_WHEN_FULL", 10.0),
        patch.object(RateLimiter.reserve, "__defaults__", (15.0,)),
        patch.object(fleet, "SOURCES", forbidden),
    ):
        assert simulated(3_200, SLOW).looped


# --- what comes back -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reported() -> Sent:
    """At the rate of a large account; every mail is reported on, and every other one opened."""
    return simulated(REPORTED, FAST, feedback=True)


def test_every_report_and_every_click_is_in_the_certificate(reported: Sent) -> None:
    certificate = reported.certificate
    assert set(reported.witness.mails) == {1}
    assert certificate.accepted == certificate.delivered == reported.witness.recipients
    assert certificate.clicked == reported.clicks > 0
    assert (reported.failures, reported.dead_letters) == ([], 0)


def test_no_partition_is_asked_for_more_than_half_of_what_it_gives(reported: Sent) -> None:
    """No index either."""
    assert {name for _, name, _ in hottest(reported)} >= {"Content", "Deliveries", "Guards", "Subscribers/mailable-3"}
    assert [name for kind, name, units in hottest(reported) if units > LIMITS[kind] / 2] == []


def test_a_ledger_with_one_key_is_asked_for_more(reported: Sent) -> None:
    with patch.object(ledger_keys, "PLACES", 1):
        sent = simulated(REPORTED, FAST, feedback=True)
    assert sent.peaks["write Deliveries"] > LIMITS["write"] / 2 > 2 * reported.peaks["write Deliveries"]


class SlowLedger(Stage):
    """Every fifth claim takes up to three seconds, as where DynamoDB throttles and boto3 tries again."""

    def _answer(self, request: Request) -> Answer:
        if request.operation == "PutItem" and b'"batch#' in request.body and self._draw.random() < 0.2:
            self.fleet.wait(self._draw.uniform(0, 3))
        return super()._answer(request)


def test_a_claim_that_takes_long_is_not_sent_in_the_second_of_others() -> None:
    readers = READERS // 5
    sent = SlowLedger(readers, RATE, Apart(readers, RATE).ask).send()
    assert set(sent.witness.mails) == {1}
    assert sent.certificate.accepted == sent.witness.recipients
    assert sent.witness.busiest <= sent.most_in_a_second
