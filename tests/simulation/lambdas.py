"""Lambda with as many containers as the template allows each queue, and a meter of the time that it bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from time import process_time
from typing import Any

from newsletter.container import app
from newsletter.leads.visits.evidence import Evidence
from newsletter.leads.visits.held_visits import HeldVisits
from newsletter.platform.messages import Visited, VisitsTogether
from rehearsal.limits.executions import Executions
from rehearsal.template.model import Function, QueueSource
from tests.simulation.queues import CountedSqs, LongQueue
from tests.soak.clock import Clock
from tests.soak.lambdas import SOURCES, Lambdas, Worker
from tests.soak.queues import Message, Queue

ENDLESS = 100_000_000
"""Invocations after which a send is given up; one to a million readers takes some ten thousand, and visits each one."""
BATCHES = "BatchQueue"
"""Ends the name of the queue of mailings."""


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


class Held(HeldVisits):
    """The same, with visits among them that nobody plays: those are of no subscriber, and are not handed over."""

    def take_all(self, visit: Visited, evidence: Evidence) -> list[Visited]:
        """What is due, with those."""
        return super().take(visit, evidence)

    def take(self, visit: Visited, evidence: Evidence) -> list[Visited]:
        """What is to be handed over now."""
        return [each for each in super().take(visit, evidence) if each.subscriber]


def _with(senders: int) -> list[tuple[Function, QueueSource]]:
    """The event sources of the template; `senders` executions send mailings, 0: as by default."""
    return [
        (
            function,
            replace(source, max_concurrency=senders) if senders and source.queue_name.endswith(BATCHES) else source,
        )
        for function, source in SOURCES
    ]


class Fleet(Lambdas):
    """Every queue has containers of its own, up to its MaximumConcurrency; each takes as much as it may at once."""

    def __init__(
        self,
        clock: Clock,
        sqs: CountedSqs,
        random: Random,
        executions: Executions | None = None,
        senders: int = 0,
    ) -> None:
        super().__init__(clock, sqs, random, workers=0)
        self._sqs: CountedSqs = sqs
        self.executions = executions or Executions()
        self._sites: dict[int, Worker] = {}
        self.patience = ENDLESS
        self.use: defaultdict[str, Use] = defaultdict(Use)
        self._doors = [
            Door(
                function,
                source,
                sqs.long[source.queue_name],
                [Worker(function.folder) for _ in range(source.max_concurrency)],
            )
            for function, source in _with(senders)
        ]

    def _take_messages(self) -> None:
        for door in self._doors:
            while (due := door.due()) is not None and due <= self.clock.seconds:
                worker = door.idle()
                if worker is None or not self.executions.has_room(door.function.logical_id):
                    break
                if messages := door.queue.receive(self.clock.seconds, door.source.batch_size, self._random):
                    if not self._comes(door.function, messages, worker):
                        continue
                    act = self._invocation(door.function, door.source, door.queue, messages)
                    self._start(worker, act, float(door.function.timeout))

    def _next_visible(self) -> Iterator[float]:
        for door in self._doors:
            room = self.executions.has_room(door.function.logical_id)
            if room and door.idle() is not None and (due := door.due()) is not None:
                yield due

    def calls_for(self, number: int, visit: Visited, evidence: Evidence) -> bool:
        """Whether the site's container of that number would make a call for a visit that nobody plays.

        Those of others that it kept go to their queue, as they would with the call.
        """
        held = self._site(number).parts["held_visits"]
        assert isinstance(held, Held)
        due = held.take_all(visit, evidence)
        if kept := [vars(each) for each in due if each.subscriber]:
            self._sqs.put(app.settings.visit_queue.rpartition("/")[2], VisitsTogether(tuple(kept)).to_json())
        return bool(due)

    def visit(self, number: int, act: Callable[[], object]) -> None:
        """Run what a request starts in the site's container of that number, which must have nothing else to do."""
        self._start(self._site(number), act, timeout=10.0)

    def _site(self, number: int) -> Worker:
        if number not in self._sites:
            self._sites[number] = worker = Worker("public_site")
            worker.parts["held_visits"] = Held(app.scanner_rules)
        return self._sites[number]

    def _invocation(
        self, function: Function, source: QueueSource, queue: Queue, messages: list[Message]
    ) -> Callable[[], None]:
        invoke, use = super()._invocation(function, source, queue, messages), self.use[function.folder]

        assert self.executions.begin(function.logical_id)

        def timed() -> None:
            began = self.clock.seconds
            try:
                invoke()
            finally:
                self.executions.end(function.logical_id)
            use.invocations += 1
            use.records += len(messages)
            use.seconds += self.clock.seconds - began

        return timed

    def _resume(self, worker: Worker, task: Any) -> None:
        began = process_time()
        super()._resume(worker, task)
        self.use[worker.name].cpu_s += process_time() - began
