"""The rate limiter: no second holds more than the account's rate, and under load hardly any of the rate is lost."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count
from math import ceil
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.container import Container
from newsletter.platform.aws.queues_client import Queues
from newsletter.platform.messages import SendBatch, SendNotice, from_json
from newsletter.platform.rate_limit import HORIZON, Pace, bulk_pace, pace, transactional_pace
from newsletter.platform.rate_limiter_store import RateLimiter
from newsletter.sending.reserve_slots import RateLimited, reserve_slots
from rehearsal.aws.dynamodb import AwsError, Database

START = 1_795_500_000.0
EXACT = 1e-6
"""Seconds: what a double can tell apart at Unix time is some four times finer."""
AT_ONCE = {"batch": 10, "transactional": 5}
"""Messages that Lambda hands the sender together, by queue."""
USUAL_RATES = st.integers(14, 3000)
"""What SES gives accounts outside the sandbox: whole numbers from 14 on."""


GUARDS = {
    "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
}


class Aws:
    """What the lane asks of AWS: a table, and queues that keep messages until their time has come."""

    exceptions = type("Exceptions", (), {"ConditionalCheckFailedException": AwsError})

    def __init__(self) -> None:
        self._dynamodb = Database()
        self._dynamodb.add_table("guards", GUARDS)
        self._waiting: list[tuple[float, int, str, RateLimited]] = []
        self._numbers = count()
        self.now = START

    def update_item(self, **request: Any) -> dict[str, Any]:
        return self._dynamodb.call("UpdateItem", request)

    def get_item(self, **request: Any) -> dict[str, Any]:
        return self._dynamodb.call("GetItem", request)

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        for entry in request["Entries"]:
            message = from_json(entry["MessageBody"])
            assert isinstance(message, SendBatch | SendNotice)
            self.put(request["QueueUrl"], message, self.now + entry["DelaySeconds"])
        return {}

    def put(self, queue: str, message: RateLimited, at: float) -> None:
        heapq.heappush(self._waiting, (at, next(self._numbers), queue, message))

    def receive(self) -> tuple[str, list[RateLimited]]:
        """The queue of the message that has waited longest, and what comes along with it; time passes until then."""
        at, _, queue, message = heapq.heappop(self._waiting)
        self.now = max(self.now, at)
        together = [message]
        while self._waiting and self._waiting[0][0] <= self.now and len(together) < AT_ONCE[queue]:
            if self._waiting[0][2] != queue:
                break
            together.append(heapq.heappop(self._waiting)[3])
        return queue, together

    @property
    def waits(self) -> bool:
        return bool(self._waiting)


def sent(rate: float, messages: Iterable[tuple[float, RateLimited]]) -> list[tuple[float, int]]:
    """When SES is called, and for how many, once any number of senders has taken these messages at those seconds."""
    aws: Any = Aws()
    calls = []
    queues = Queues(aws, plan="plan", batch="batch", transactional="transactional", lead="", visits="", transfers="")
    app = Container().but(rate_limiter=RateLimiter(aws, "guards"), queues=queues)
    for at, message in messages:
        aws.put("batch" if isinstance(message, SendBatch) else "transactional", message, START + at)
    while aws.waits:
        queue, together = aws.receive()
        awaited = queue == "transactional"
        slots = reserve_slots(together, app, transactional=awaited, rate=rate, now=aws.now)
        for message, slot in zip(together, slots, strict=True):
            if slot is not None:
                calls.append((max(slot, aws.now), len(getattr(message, "recipients", "1"))))
    return sorted(calls)


def busiest(calls: list[tuple[float, int]], seconds: float = 1.0) -> int:
    """The most recipients within any time of that length."""
    most = within = first = 0
    for at, number in calls:
        within += number
        while calls[first][0] <= at - seconds + EXACT:
            within -= calls[first][1]
            first += 1
        most = max(most, within)
    return most


def batch(number: int, size: int) -> SendBatch:
    return SendBatch("campaign-x", f"a0-{number}", "fi-x", ("r",) * size)


def at_full_pace(which: Pace, calls: int) -> list[tuple[float, int]]:
    return [(number * which.seconds, which.size) for number in range(calls)]


@given(st.floats(0.1, 12_000))
@example(0.9)
@example(12.6)
@example(450)
def test_at_any_rate_no_second_holds_more_than_it(rate: float) -> None:
    which = pace(rate)
    if rate < 1:
        assert busiest(at_full_pace(which, 3), 1 / rate) == 1
    else:
        assert busiest(at_full_pace(which, 3 * ceil(1 / which.seconds))) == which.most <= rate


@given(USUAL_RATES)
def test_mailings_and_awaited_mail_together_use_95_per_cent_of_the_rate_and_never_more(rate: int) -> None:
    lanes = (bulk_pace(rate), transactional_pace(rate))
    assert 0.95 * rate <= sum(lane.size / lane.seconds for lane in lanes)
    assert sum(lane.most for lane in lanes) <= rate


@settings(max_examples=50)
@given(st.sampled_from((2, 3, 9, 14, 50, 200, 500, 1000)), st.data())
def test_whatever_comes_together_no_second_holds_more_than_the_rate(rate: int, data: st.DataObject) -> None:
    """Small and full batches, and among them mail that somebody waits for."""
    moments = st.sampled_from((0.0, 0.0, 0.01, 0.5, 3.0, 7.0))
    sizes = data.draw(st.lists(st.tuples(moments, st.integers(1, bulk_pace(rate).size)), max_size=60))
    awaited = data.draw(st.lists(moments, max_size=20))
    batches = [(at, batch(number, size)) for number, (at, size) in enumerate(sizes)]
    others = [(at, SendNotice("welcome", f"reader{number}", "n")) for number, at in enumerate(awaited)]

    calls = sent(rate, [*batches, *others])

    assert sum(number for _, number in calls) == sum(size for _, size in sizes) + len(awaited)
    assert not calls or busiest(calls) <= rate


@settings(max_examples=20)
@given(USUAL_RATES, st.integers(2, 400))
@example(14, 700)
def test_under_load_the_lane_has_no_gap(rate: int, number: int) -> None:
    """Neither where messages return for their slots nor where they come back to a lane that was full to its horizon."""
    lane = bulk_pace(rate)

    calls = sent(rate, [(0.0, batch(each, lane.size)) for each in range(number)])

    assert len(calls) == number
    assert calls[-1][0] - calls[0][0] <= (number - 1) * lane.seconds + EXACT * number


@settings(max_examples=20)
@given(st.integers(2, 500), st.integers(1, 50))
def test_awaited_mail_does_not_wait_behind_mailings(rate: int, batches: int) -> None:
    mailing = [(0.0, batch(number, bulk_pace(rate).size)) for number in range(batches)]
    calls = sent(rate, [*mailing, (0.5, SendNotice("welcome", "reader", "n"))])
    assert (START + 0.5, 1) in calls


def test_a_lane_is_given_away_no_further_than_its_horizon() -> None:
    aws: Any = Aws()
    guards = RateLimiter(aws, "guards")
    begins = [guards.reserve("bulk", 100.0, START) for _ in range(5)]
    assert begins == [START, START + 100, START + 200, None, None]
    assert guards.free_at("bulk") == START + HORIZON


@given(st.integers(14, 5_000), st.lists(st.integers(1, 20), min_size=2, max_size=5))
def test_stacks_that_share_the_rate_stay_within_it_together(rate: int, weights: list[int]) -> None:
    """Whatever is in their busiest seconds, confirmations included: those of one take no slot of another."""
    shares = [rate * weight / sum(weights) for weight in weights]
    for_mailings = sum(bulk_pace(share).most for share in shares if share >= 1)
    for_confirmations = sum(transactional_pace(share).most for share in shares if share >= 10)
    assert for_mailings + for_confirmations <= rate
