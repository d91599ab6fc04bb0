"""SQS as it is promised and no better: messages come in any order, at least once, and go to the dead letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from random import Random
from typing import Any

from rehearsal.template.model import Stack
from tests.soak.clock import Clock


@dataclass
class Message:
    """A message. It can be received from `visible_at` on, in seconds of the clock; `trace` came with it."""

    id: str
    body: str
    visible_at: float
    receives: int = 0
    trace: str = ""


@dataclass
class Queue:
    """A queue of the template. `dead` are the messages that were received too often."""

    name: str
    visibility: float
    max_receives: int
    messages: dict[str, Message] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)

    def ready(self, now: float) -> bool:
        """Whether a message can be received."""
        return any(message.visible_at <= now for message in self.messages.values())

    def receive(self, now: float, limit: int, random: Random) -> list[Message]:
        """At most `limit` messages that are visible, hidden from everybody else for the visibility time."""
        visible = [message for message in self.messages.values() if message.visible_at <= now]
        received: list[Message] = []
        for message in random.sample(visible, min(limit, len(visible))):
            message.receives += 1
            if message.receives > self.max_receives:
                self.dead.append(self.messages.pop(message.id))
                continue
            message.visible_at = now + self.visibility
            received.append(message)
        return received

    def redrive(self, now: float) -> int:
        """Give every dead letter all its tries again, as an operator does who mended the cause; how many there were."""
        for message in self.dead:
            self.messages[message.id] = Message(message.id, message.body, now)
        number = len(self.dead)
        self.dead.clear()
        return number


class Sqs:
    """Every queue of the template, by name."""

    def __init__(self, stack: Stack, clock: Clock) -> None:
        self._clock = clock
        self._numbers = 0
        self.queues = {
            each.physical_id: Queue(
                each.physical_id,
                float(each.properties["VisibilityTimeout"]),
                int(each.properties["RedrivePolicy"]["maxReceiveCount"]),
            )
            for each in stack.of_type("AWS::SQS::Queue")
            if "RedrivePolicy" in each.properties
        }

    def call(self, operation: str, request: Mapping[str, Any], trace: str) -> dict[str, Any]:
        """The answer to SendMessage and SendMessageBatch, with the trace header of the request."""
        queue = request["QueueUrl"].rpartition("/")[2]
        match operation:
            case "SendMessage":
                return self._keep(queue, request, trace)
            case "SendMessageBatch":
                return {
                    "Successful": [{"Id": each["Id"], **self._keep(queue, each, trace)} for each in request["Entries"]]
                }
        message = f"SQS does not know {operation} here"
        raise LookupError(message)

    @property
    def waiting(self) -> bool:
        """Whether there is a message on a queue that feeds a function."""
        return any(queue.messages for queue in self.queues.values())

    def put(self, queue: str, body: str, delay: float = 0.0, trace: str = "") -> str:
        """Keep a message; its id."""
        self._numbers += 1
        name = f"message-{self._numbers:05}"
        self.queues[queue].messages[name] = Message(name, body, self._clock.seconds + delay, trace=trace)
        return name

    def _keep(self, queue: str, message: Mapping[str, Any], trace: str) -> dict[str, str]:
        body, delay = message["MessageBody"], float(message.get("DelaySeconds", 0))
        digest = md5(body.encode(), usedforsecurity=False).hexdigest()
        return {"MessageId": self.put(queue, body, delay, trace), "MD5OfMessageBody": digest}
