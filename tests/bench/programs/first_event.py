"""A container's first event, from importing the handler to its answer; little is imported before the clock starts.

Calls to AWS are left out of the time: the floor makes none, and what they take belongs to the network. Clients that
this event did not need but another will are made too, so that function and floor have the same ones.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Arguments: the function's folder, its event, the services it has clients for."""
    text = sys.stdin.read()
    began = time.process_time()
    import json

    folder, event, services = json.loads(text)
    handler = import_module(f"{folder}.handler")
    from botocore.client import BaseClient

    client: Any = BaseClient
    calling = _Calling(client._make_api_call)  # noqa: SLF001 (there is no hook around a whole call)
    client._make_api_call = calling.method()  # noqa: SLF001
    answer = handler.handle(event, _Context())
    from newsletter.platform.aws import clients as aws

    for service in services:
        aws.client(service)
    took = time.process_time() - began - calling.took
    if (answer or {}).get("batchItemFailures") or (answer or {}).get("statusCode", 200) >= 500:
        sys.exit(f"{folder} did not handle its event: {answer}")
    made = sorted(service for service, _ in aws._clients)  # noqa: SLF001 (only this measurement asks)
    if made != sorted(services):
        sys.exit(f"{folder} has clients of {', '.join(made)} and not of {', '.join(services)}")
    print(json.dumps({"ms": took * 1000, "calls": calling.calls}))


class _Calling:
    """The time spent in calls to AWS."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.took = 0.0
        self.calls = 0

    def method(self) -> Callable[..., Any]:
        """What replaces the client's method."""

        def timed(client: Any, *arguments: Any) -> Any:
            began = time.process_time()
            try:
                return self._call(client, *arguments)
            finally:
                self.took += time.process_time() - began
                self.calls += 1

        return timed


class _Context:
    """tests.bench.programs.events has the same; importing that would warm up what is measured."""

    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-north-1:123456789012:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 60_000


if __name__ == "__main__":
    main()
