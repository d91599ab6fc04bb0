"""Lambda: a few workers that take messages off queues and run the real handlers, all on one virtual clock.

Each invocation runs in a greenlet and gives way at every call to AWS, so that the workers meet each other in every
order, and the order follows from the seed alone.
"""

from __future__ import annotations

import heapq
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from newsletter.container import app
from newsletter.platform.aws import clients as aws
from rehearsal import events
from rehearsal.lambda_ import lineage
from rehearsal.lambda_.pollers import failed_ids
from rehearsal.template.model import Function, QueueSource
from tests.bench.stack import stack
from tests.soak.clock import Clock
from tests.soak.queues import Message, Queue, Sqs
from tests.soak.wire import Crash

SHARED = {"settings", "templates"}
"""What all containers may share, since nothing in it ever changes: the environment and what is read off the disk."""

FUNCTION_NAME, TRACE = "AWS_LAMBDA_FUNCTION_NAME", "_X_AMZN_TRACE_ID"
"""Variables in which Lambda tells the SDK where it runs and for which event."""

TICK = 300.0
"""Seconds between two runs of the function `nurture` (template.yaml)."""

RESTLESS = 20_000
"""Invocations after which a schedule is given up. Most end after a hundred. Three of the first ten thousand need more
than ten thousand: a few recipients a second, and SQS repeats two messages of five and forgets two deletions of five.
"""


class Restless(AssertionError):
    """The queues do not become empty: what is done makes ever more to do."""


Source = tuple[Function, QueueSource]
Parts = dict[str, Any]


def fresh() -> Parts:
    """What a new Lambda container has: stores of its own, which remember nothing of any other."""
    return {name: getattr(app, name) for name in SHARED}


@dataclass
class Context:
    """What Lambda tells a handler of its surroundings."""

    clock: Clock
    deadline: float
    function_name: str = "soak"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:eu-north-1:123456789012:function:soak"
    aws_request_id: str = "soak"

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends the process."""
        return max(0, int((self.deadline - self.clock.seconds) * 1000))


@dataclass
class Worker:
    """One place for a container; `life` is the invocation under way, if there is one, `trace` the header it has.

    `dead` are the invocations that crashed or that Lambda ended.
    """

    name: str
    parts: Parts = field(default_factory=fresh)
    life: object = None
    dead: list[object] = field(default_factory=list)
    deadline: float = 0.0
    trace: str = ""

    def end(self, *, crashed: bool = False) -> None:
        """Nothing of the invocation will run any more; after a crash nothing of the container is left either."""
        if crashed:
            self.dead.append(self.life)
        self.life = None
        if crashed:
            self.parts = fresh()


class Lambdas:
    """The workers and the clock. Events of time are handled one by one, the earliest first.

    `failures` are what the console would have shown, `refused` counts messages that a handler gave back, `killed`
    invocations that Lambda's timeout ended. `passes` is how often an event came round to which function at most, as
    Lambda counts it, and `looped` how many invocations Lambda refused for it.
    """

    def __init__(
        self, clock: Clock, sqs: Sqs, random: Random, workers: int = 4, sources: Sequence[Source] | None = None
    ) -> None:
        self.clock = clock
        self._sources = [
            (function, source, sqs.queues[source.queue_name])
            for function, source in (SOURCES if sources is None else sources)
        ]
        self.twice = self.undeleted = 0.0
        self.patience = RESTLESS
        self.failures: list[BaseException] = []
        self.invocations = self.killed = self.refused = self.looped = 0
        self.passes: Counter[str] = Counter()
        self._sqs = sqs
        self._random = random
        self._workers = [Worker(f"worker {number}") for number in range(workers)]
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = 0
        self.main: Any = getcurrent()
        self._home = vars(app)
        self.running: Worker | None = None

    @property
    def dead(self) -> list[object]:
        """The invocations that crashed, or that Lambda ended."""
        return [life for worker in self._workers for life in worker.dead]

    # --- time --------------------------------------------------------------------------------------------------------

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Have something happen after that time."""
        self._numbers += 1
        heapq.heappush(self._due, (self.clock.seconds + seconds, self._numbers, act))

    def wait(self, seconds: float) -> None:
        """Sleep: in an invocation others work meanwhile. Raises Crash when Lambda's patience ends before."""
        worker = self.running
        if worker is None:
            self.clock.seconds += seconds
            return
        self.later(seconds, self.resumption(worker, getcurrent()))
        self.main.switch()
        if self.clock.seconds >= worker.deadline:
            self.killed += 1
            raise Crash

    def resumption(self, worker: Worker, task: Any) -> Callable[[], None]:
        """What lets the greenlet go on, if its invocation is still under way by then."""
        life = worker.life

        def resume() -> None:
            if worker.life is life:
                self._resume(worker, task)

        return resume

    def work(self, until: float) -> None:
        """Work until nothing is left to do, or to that second of the clock."""
        while True:
            self._take_messages()
            following = min([*([self._due[0][0]] if self._due else []), *self._next_visible()], default=None)
            if following is None or following > until:
                return
            self.clock.seconds = max(self.clock.seconds, following)
            if self._due and self._due[0][0] <= self.clock.seconds:
                heapq.heappop(self._due)[2]()

    def ticks(self, act: Callable[[], object]) -> None:
        """Do what a schedule does every few minutes, for as long as it says that more is to come or messages wait.

        After that it would find nothing, for as long as the clock runs.
        """

        def tick() -> None:
            said: list[object] = []
            self.run(lambda: said.append(act()))
            self.later(TICK, lambda: tick() if self._sqs.waiting or not said or said[0] else None)

        self.later(TICK, tick)

    # --- invocations -------------------------------------------------------------------------------------------------

    def run(self, act: Callable[[], object], timeout: float = 30.0) -> None:
        """Run something in a container of its own, e.g. what the console does; it may crash like any other."""
        worker = Worker("console")
        self._start(worker, act, timeout)

    def _start(self, worker: Worker, act: Callable[[], object], timeout: float) -> None:
        def body() -> None:
            try:
                act()
            except Crash:
                worker.end(crashed=True)
            except Exception as error:  # noqa: BLE001 (what a console user would see; a handler reports its own)
                self.failures.append(error)
            worker.end()

        self.invocations += 1
        if self.invocations > self.patience:
            raise Restless
        worker.deadline = self.clock.seconds + timeout
        worker.life = object()
        self._resume(worker, greenlet(body))

    def _resume(self, worker: Worker, task: Any) -> None:
        app.__dict__ = worker.parts
        self.running = worker
        # Where the SDK looks for what it passes on with each message (AWS: Lambda's environment variables).
        os.environ.update({FUNCTION_NAME: worker.name, TRACE: worker.trace} if worker.trace else {})
        try:
            task.switch()
        finally:
            os.environ.pop(FUNCTION_NAME, None)
            os.environ.pop(TRACE, None)
            self.running = None
            app.__dict__ = self._home

    def _take_messages(self) -> None:
        for worker in self._workers:
            if worker.life is not None:
                continue
            waiting = [source for source in self._sources if source[2].ready(self.clock.seconds)]
            if not waiting:
                return
            function, source, queue = self._random.choice(waiting)
            messages = queue.receive(self.clock.seconds, self._random.randint(1, source.batch_size), self._random)
            for message in messages:
                if self._random.random() < self.twice:
                    message.visible_at = self.clock.seconds + self._random.choice((0.0, 1.0, 60.0))
            if messages and self._comes(function, messages, worker):
                act = self._invocation(function, source, queue, messages)
                self._start(worker, act, float(function.timeout))

    def _comes(self, function: Function, messages: list[Message], worker: Worker) -> bool:
        """Whether Lambda hands the messages over; those that came round too often it leaves to their queue."""
        past = lineage.arrived(function.logical_id, (message.trace for message in messages))
        passes = past[function.logical_id]
        if passes > lineage.LIMIT and not function.may_loop:
            self.looped += 1
            return False
        self.passes[function.folder] = max(passes, self.passes[function.folder])
        worker.trace = lineage.written(past)
        return True

    def _invocation(
        self, function: Function, source: QueueSource, queue: Queue, messages: list[Message]
    ) -> Callable[[], None]:
        records = [
            events.sqs_record(message.body, message.id, queue_arn=source.queue_arn, receives=message.receives)
            for message in messages
        ]
        handle = import_module(function.handler.rpartition(".")[0]).handle

        def invoke() -> None:
            answer = handle({"Records": records}, Context(self.clock, self.clock.seconds + function.timeout))
            failed = failed_ids(answer, {message.id for message in messages})
            self.refused += len(failed)
            for message in messages:
                if message.id not in failed and self._random.random() >= self.undeleted:
                    queue.messages.pop(message.id, None)

        return invoke

    def _next_visible(self) -> Iterator[float]:
        """When a message can be received, of the queues that feed a function; only while a worker is free."""
        if any(worker.life is None for worker in self._workers):
            for _, _, queue in self._sources:
                yield from (message.visible_at for message in queue.messages.values())


def calm_ticks(calm: float) -> Iterator[int]:
    """The seconds of a long calm at which `nurture` runs: every second time for two hours, until what waits for minutes
    is done, and then once a day, since what is then due comes days apart.
    """
    yield from range(600, 7200, 600)
    yield from range(7200, int(calm), 86400)


def warm_up() -> None:
    """Make what all schedules share: clients and templates, so that their making is part of no schedule."""
    for service in aws.SERVICES:
        aws.client(service)
    assert app.templates is not None
    for function in stack().functions:
        import_module(function.handler.rpartition(".")[0])


def _sources() -> Iterator[tuple[Function, QueueSource]]:
    for function in stack().functions:
        for source in function.queues:
            yield function, source


EVERY_SOURCE = list(_sources())
SOURCES = [source for source in EVERY_SOURCE if source[0].folder in ("planner", "sender", "feedback")]
