"""Lambda with as many containers as the template allows each queue, and a meter of the time that it bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from time import process_time
from typing import Any

from rehearsal.template.model import Function, QueueSource
from tests.simulation.queues import CountedSqs, LongQueue
from tests.soak.clock import Clock
from tests.soak.lambdas import SOURCES, Lambdas, Worker
from tests.soak.queues import Message, Queue

ENDLESS = 1_000_000
"""Invocations after which a send is given up; one to a million readers takes some ten thousand."""


@dataclass
class Use:
    """What a function was used for. `seconds` are those of the clock, `cpu_s` those of this machine."""

    invocations: int = 0
    records: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0


@dataclass
class Door:
    """A queue, and the containers that take its messages."""

    function: Function
    source: QueueSource
    queue: LongQueue
    workers: list[Worker]

    def due(self) -> float | None:
        """When messages are handed over: when the first has waited for as long as messages are gathered."""
        visible = self.queue.next_visible()
        return None if visible is None else visible + self.source.window

    def idle(self) -> Worker | None:
        """A container with nothing to do."""
        return next((worker for worker in self.workers if worker.life is None), None)


class Fleet(Lambdas):
    """Every queue has containers of its own, up to its MaximumConcurrency; each takes as much as it may at once."""

    def __init__(self, clock: Clock, sqs: CountedSqs, random: Random) -> None:
        super().__init__(clock, sqs, random, workers=0)
        self.patience = ENDLESS
        self.use: defaultdict[str, Use] = defaultdict(Use)
        self._doors = [
            Door(
                function,
                source,
                sqs.long[source.queue_name],
                [Worker(function.folder) for _ in range(source.max_concurrency)],
            )
            for function, source in SOURCES
        ]

    def _take_messages(self) -> None:
        for door in self._doors:
            while (due := door.due()) is not None and due <= self.clock.seconds:
                worker = door.idle()
                if worker is None:
                    break
                if messages := door.queue.receive(self.clock.seconds, door.source.batch_size, self._random):
                    if not self._comes(door.function, messages, worker):
                        continue
                    act = self._invocation(door.function, door.source, door.queue, messages)
                    self._start(worker, act, float(door.function.timeout))

    def _next_visible(self) -> Iterator[float]:
        for door in self._doors:
            if door.idle() is not None and (due := door.due()) is not None:
                yield due

    def _invocation(
        self, function: Function, source: QueueSource, queue: Queue, messages: list[Message]
    ) -> Callable[[], None]:
        invoke, use = super()._invocation(function, source, queue, messages), self.use[function.folder]

        def timed() -> None:
            began = self.clock.seconds
            invoke()
            use.invocations += 1
            use.records += len(messages)
            use.seconds += self.clock.seconds - began

        return timed

    def _resume(self, worker: Worker, task: Any) -> None:
        began = process_time()
        super()._resume(worker, task)
        self.use[worker.name].cpu_s += process_time() - began
