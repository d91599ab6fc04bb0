"""A campaign to all readers, planned, paced and sent by the real functions while a virtual clock runs."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from pathlib import Path
from random import Random
from unittest.mock import patch

from cli.costs.prices import MB_OF_ONE_VCPU, WAIT_S
from cli.doctor.capacity.classes import PARAMETER, Class, class_of
from newsletter.mailings import launch
from newsletter.platform.rate_limit import bulk_pace
from newsletter.platform.shards import SHARDS
from newsletter.publication.feedback.feedback_policy import OnDoubt
from newsletter.reports.certificate import Certificate
from rehearsal.limits import executions, front_door
from tests.bench.bill import WRITES, Work, usd
from tests.bench.stack import layout, memory_gb, stack
from tests.simulation.aws import Ask
from tests.simulation.feedback import Feedback
from tests.simulation.lambdas import Fleet, Use
from tests.simulation.queues import CountedSqs
from tests.simulation.verdicts import verdicts
from tests.simulation.visitors import Visitors
from tests.simulation.witness import Witness
from tests.soak.account import Answer, Request
from tests.soak.clock import Clock
from tests.soak.mailings import Campaign, refill
from tests.soak.virtual import virtual
from tests.soak.wire import laid
from tests.support.mailings.reports import report_of

TARGETS = {"dynamodb": "DynamoDB_20120810", "ssm": "AmazonSSM"}
ON_THE_WAY = 0.02
"""Seconds at most for which a request is on its way to AWS (assumed); the rest of the wait for it is for the answer."""
EARLY = 0.2
"""The part of the recipients after which memory is looked at the first time: everything has run once by then, also what
the first tick puts on the queue."""


@dataclass
class Sent:
    """What was seen of a send. Times are in seconds of the virtual clock from the start of the campaign.

    `passes` says how often an event came round to each function at most, as Lambda counts it; `looped` how often Lambda
    refused one for it. `peaks`: the most units within a second that one partition of a table or index was asked for, by
    "write table" and "read table/index". `clicks` counts the readers who opened a link, `throttled` the calls that
    DynamoDB refused, by "write table partition" (`*`: the table as a whole).
    """

    readers: int
    rate: float
    witness: Witness
    certificate: Certificate
    planned_after: float
    calls: Counter[str]
    use: dict[str, Use]
    usd: dict[str, float]
    failures: list[BaseException]
    dead_letters: int
    passes: dict[str, int]
    looped: int
    peaks: dict[str, float]
    clicks: int
    throttled: dict[str, int]
    rss_mb: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """From the first call of SES until the last."""
        return self.witness.last - self.witness.first

    @property
    def arithmetic(self) -> float:
        """Seconds that so many recipients need at the part of the account's rate that mailings have."""
        pace = bulk_pace(self.rate)
        return ceil(self.readers / pace.size) * pace.seconds

    @property
    def at_the_latest(self) -> float:
        """The same with what is known before: each shard ends with a small batch in each language, which takes a slot
        as any other does. And two per cent for coming back when the rate limiter had no slot.
        """
        small = len(SHARDS) * len(layout().languages)
        return 1.02 * (self.arithmetic + small * bulk_pace(self.rate).seconds)

    @property
    def most_in_a_second(self) -> int:
        """What the rate limiter allows mailings, and what may be late: one call can meet those on time, and at high
        rates, where slots are short, several, up to the account's rate.
        """
        pace = bulk_pace(self.rate)
        return max(pace.most + pace.size, int(self.rate))

    def count(self, *operations: str) -> int:
        """Calls whose name starts so."""
        return sum(number for name, number in self.calls.items() if name.startswith(operations))

    @property
    def writes(self) -> int:
        """Writes to DynamoDB."""
        return self.count(*WRITES)


@dataclass(frozen=True)
class Timed(Work):
    """Work whose time the clock has told: waiting for AWS and for slots included, the CPU not."""

    seconds: float = 0.0

    @property
    def gb_seconds(self) -> float:
        """What Lambda bills."""
        share = min(1.0, self.memory_gb * 1024 / MB_OF_ONE_VCPU)
        return (self.seconds + self.cpu_s / share) * self.memory_gb


@dataclass(frozen=True)
class Crowd:
    """The share of readers behind mail scanners, one in how many is played by real code, and what Lambda gives."""

    scanned: float
    sample: int
    concurrency: int

    def visitors(self, fleet: Fleet, laid_out: Class) -> Visitors:
        """Those who open the links, in an account whose limit AWS has raised to what the stack's routes take."""
        # As for a new account, half as many may come at once.
        rate = max(front_door.ACCOUNT.rate, laid_out.limits.together)
        raised = front_door.Limit(rate, rate / 2)
        door = partial(front_door.of_stack, stack(**{PARAMETER: str(laid_out.mails)}), account=raised)
        return Visitors(fleet, door, self.scanned, self.sample, Random(2))  # noqa: S311 (the same story in every run)


class Stage:
    """The functions, their queues and the clock, with AWS behind `ask`.

    `feedback`: mails are reported on by SES, and every other one is opened; with a `crowd`, as the world opens them.
    `mails`: the parameter MailsPerSecond; 0: what the rate needs.
    """

    def __init__(
        self,
        readers: int,
        rate: float,
        ask: Ask,
        *,
        feedback: bool = False,
        crowd: Crowd | None = None,
        mails: int = 0,
    ) -> None:
        self.readers, self.rate, self._ask = readers, rate, ask
        self.clock = Clock()
        self.sqs = CountedSqs(stack(), self.clock)
        self._draw = Random(1)  # noqa: S311 (the same story in every run)
        most = crowd.concurrency if crowd else executions.USUAL_ACCOUNT
        laid_out = class_of(mails or rate)
        self.fleet = Fleet(self.clock, self.sqs, self._draw, executions.of_stack(stack(), most), laid_out.senders)
        self.witness = Witness(readers)
        self.visitors = crowd.visitors(self.fleet, laid_out) if crowd else None
        self._links = 30 if crowd else 1
        back = feedback or crowd is not None
        self._feedback = Feedback(self.fleet, self.sqs, Random(1), self.visitors) if back else None  # noqa: S311
        self.verdicts = 0, 0
        self._planned_after = 0.0
        self._rss_mb: dict[str, float] = {}

    def send(self) -> Sent:
        """Start the campaign and let the functions work until nothing is left to do."""
        campaign = Campaign(OnDoubt.NEVER_TWICE, languages=layout().languages, links=self._links)
        # Without a pilot, since its wait would be most of the time that is measured.
        whole = patch.object(launch, "pilot_shards", lambda *_: "")
        with virtual(self.fleet), laid(self._carry), whole:
            self.fleet.run(campaign.start)
            self.fleet.ticks(refill)
            self.fleet.work(until=float("inf"))
            self._rss_mb["at the end"] = rss_mb()
            metered = json.loads(self._ask("POST", "/_bench/meter", "", b"{}", self._time()).body)
            certificate = report_of(campaign.id).certificate
            if self.visitors:
                self.verdicts = verdicts(self.visitors.seen.truth)
        calls = Counter({**metered["calls"], **self.sqs.calls})
        return Sent(
            self.readers,
            self.rate,
            self.witness,
            certificate,
            self._planned_after,
            calls,
            dict(self.fleet.use),
            usd(self._works(calls, metered["units"]), mail_events=0),
            self.fleet.failures,
            sum(len(queue.dead) for queue in self.sqs.queues.values()),
            dict(self.fleet.passes),
            self.fleet.looped,
            metered["peaks"],
            self._feedback.clicks if self._feedback else 0,
            metered["throttled"],
            self._rss_mb,
        )

    def _carry(self, request: Request) -> Answer:
        """A request takes its time there and back; what arrives at SES is looked at."""
        wait = WAIT_S["ses" if request.service == "sesv2" else request.service] * self._draw.uniform(0.5, 1.5)
        there = min(wait, self._draw.uniform(0, ON_THE_WAY))
        self.fleet.wait(there)
        answer = self._answer(request)
        self.fleet.wait(wait - there)
        return answer

    def _answer(self, request: Request) -> Answer:
        if request.service == "sqs":
            body = json.dumps(self.sqs.call(request.operation, request.json, request.trace)).encode()
            return Answer(200, body, {"Content-Type": "application/x-amz-json-1.0"})
        if request.operation == "SendBulkEmail":
            self._look(request.body)
        if request.operation == "PutItem" and b"manifest#" in request.body:
            self._planned_after = self.clock.seconds
        target = f"{TARGETS[request.service]}.{request.operation}" if request.service in TARGETS else ""
        said = self._ask(request.method, request.path, target, request.body, self._time())
        if self._feedback and request.operation == "SendBulkEmail":
            self._feedback.accepted(request.body)
        return Answer(said.status, said.body, {"Content-Type": said.media_type})

    def _time(self) -> float:
        return self.clock.now().timestamp()

    def _look(self, body: bytes) -> None:
        self.witness.saw(body, self.clock.seconds)
        if not self._rss_mb and self.witness.recipients >= EARLY * self.readers:
            self._rss_mb["after a fifth"] = rss_mb()

    def _works(self, calls: Counter[str], units: dict[str, float]) -> list[Work]:
        """The calls of all together, and the time of each function."""
        asked = Timed(calls, units, 0.0, 0, 0, 0, memory_gb=1)
        return [
            asked,
            *(
                Timed({}, {}, use.cpu_s, use.records, use.invocations, 0, memory_gb(folder), seconds=use.seconds)
                for folder, use in self.fleet.use.items()
                if use.invocations
            ),
        ]


def rss_mb() -> float:
    """Memory of this process, in MB (10^6 bytes)."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    said = subprocess.run(["/bin/ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True)
    return int(said.stdout) * 1024 / 1e6
