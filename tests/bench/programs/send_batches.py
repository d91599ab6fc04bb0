"""Planned batches through the real handler of the sender.

Each waits for its slot in the rate limiter, as it does while a mailing goes out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from time import process_time

from sender.handler import handle
from tests.bench import processes
from tests.bench.programs import events


def send(bodies: Sequence[str], at_once: int) -> float:
    """CPU seconds that the handler takes for these messages, `at_once` in an event. Every one must succeed."""
    invocations = [events.from_queue(bodies[i : i + at_once]) for i in range(0, len(bodies), at_once)]
    context = events.Context()
    began = process_time()
    answers = [handle(event, context) for event in invocations]
    took = process_time() - began
    if failed := sum(len(answer["batchItemFailures"]) for answer in answers):
        message = f"{failed} of {len(bodies)} batches failed"
        raise processes.Failed(message)
    return took


def main() -> None:
    """Arguments: messages to warm up with, messages to measure, records in an event."""
    warm_up, measured, at_once = processes.arguments()
    send(warm_up, at_once)
    print(json.dumps({"cpu_s": send(measured, at_once)}))


if __name__ == "__main__":
    main()
