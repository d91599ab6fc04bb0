"""Queues for tens of thousands of messages: those that became visible first are received first."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from rehearsal.template.model import Stack
from tests.soak.clock import Clock
from tests.soak.queues import Message, Queue, Sqs


@dataclass
class LongQueue(Queue):
    """A queue that need not look at all its messages to find the next one."""

    order: list[tuple[float, str]] = field(default_factory=list)
    longest_wait: float = 0.0
    """Seconds at most for which a message could have been received before it was, the first time."""

    def keep(self, message: Message) -> None:
        """Add a message."""
        self.messages[message.id] = message
        heapq.heappush(self.order, (message.visible_at, message.id))

    def next_visible(self) -> float | None:
        """When a message can be received; None when there is none."""
        while self.order:
            visible_at, id_ = self.order[0]
            if id_ in self.messages and self.messages[id_].visible_at == visible_at:
                return visible_at
            heapq.heappop(self.order)
        return None

    def receive(self, now: float, limit: int, random: Random) -> list[Message]:  # noqa: ARG002 (order is by time)
        """At most `limit` messages that are visible."""
        received: list[Message] = []
        while len(received) < limit and (visible_at := self.next_visible()) is not None and visible_at <= now:
            message = self.messages[heapq.heappop(self.order)[1]]
            if not message.receives:
                self.longest_wait = max(self.longest_wait, now - visible_at)
            message.receives += 1
            if message.receives > self.max_receives:
                self.dead.append(self.messages.pop(message.id))
                continue
            message.visible_at = now + self.visibility
            heapq.heappush(self.order, (message.visible_at, message.id))
            received.append(message)
        return received


class CountedSqs(Sqs):
    """Every queue of the template; `calls` counts requests by operation and queue, as the bench's meter does."""

    def __init__(self, stack: Stack, clock: Clock) -> None:
        super().__init__(stack, clock)
        self.long = {
            each.name: LongQueue(each.name, each.visibility, each.max_receives) for each in self.queues.values()
        }
        self.queues.update(self.long)
        self.calls: Counter[str] = Counter()

    def call(self, operation: str, request: Mapping[str, Any], trace: str) -> dict[str, Any]:
        """The answer to SendMessage and SendMessageBatch."""
        self.calls[f"sqs {operation} {request['QueueUrl'].rpartition('/')[2]}"] += 1
        return super().call(operation, request, trace)

    def put(self, queue: str, body: str, delay: float = 0.0, trace: str = "") -> str:
        """Keep a message; its id."""
        self._numbers += 1
        name = f"message-{self._numbers:08}"
        self.long[queue].keep(Message(name, body, self._clock.seconds + delay, trace=trace))
        return name
