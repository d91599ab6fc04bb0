"""Planned batches through the real handler of the sender."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import process_time
from unittest.mock import patch

from newsletter import wiring
from sender.handler import handle
from tests.bench import processes
from tests.bench.programs import events


class Clock:
    """Time that passes only while somebody sleeps, so that waiting for the rate lane costs the bench nothing.

    The lane is then always just busy, as it is while a mailing goes out.
    """

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """The present."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


def send(bodies: Sequence[str], at_once: int) -> float:
    """CPU seconds that the handler takes for these messages, `at_once` in an event. Every one must succeed."""
    invocations = [events.from_queue(bodies[i : i + at_once], "BatchQueue") for i in range(0, len(bodies), at_once)]
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
    clock = Clock()
    with patch.object(wiring, "now", clock.now), patch.object(time, "sleep", clock.sleep):
        send(warm_up, at_once)
        print(json.dumps({"cpu_s": send(measured, at_once)}))


if __name__ == "__main__":
    main()
