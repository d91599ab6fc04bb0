"""SES events through the real handler of the feedback function."""

from __future__ import annotations

import json
from time import process_time

from feedback.handler import handle
from tests.bench import processes
from tests.bench.programs import events


def main() -> None:
    """Arguments: the bodies of the queue's records, records in an event."""
    bodies, at_once = processes.arguments()
    invocations = [events.from_queue(bodies[i : i + at_once]) for i in range(0, len(bodies), at_once)]
    context = events.Context()
    began = process_time()
    answers = [handle(event, context) for event in invocations]
    took = process_time() - began
    if any(answer["batchItemFailures"] for answer in answers):
        message = "feedback failed"
        raise processes.Failed(message)
    print(json.dumps({"cpu_s": took, "invocations": len(invocations)}))


if __name__ == "__main__":
    main()
