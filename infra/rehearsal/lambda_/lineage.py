"""Lambda's recursive loop detection: how often an event has come round to a function, and when Lambda ends it.

Lambda counts in the trace header of what it hands to a function; the SDK passes that header on with every message that
the function sends, and SQS hands it back to Lambda with the message. An event that has come to the same function some
sixteen times is not handed over any more, unless the function's RecursiveLoop is Allow: each try counts as a failure,
until the queue gives the message to its dead letters.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html

AWS does not say what it makes of an SQS batch whose messages have different pasts. Here the longest counts, which is
the worst that can be.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any
from urllib.parse import unquote

LIMIT = 16
"""How often an event may come to the same function (AWS: approximately)."""
HEADER = "AWSTraceHeader"
"""The system attribute of an SQS message that holds the trace header."""

Lineage = Mapping[str, int]
"""How often an event has come to which function, by logical id."""

_LINEAGE = re.compile(r"(?:^|;)Lineage=([^;]*)")
_header: ContextVar[str] = ContextVar("trace_header", default="")


def read(header: str) -> Lineage:
    """What a trace header says; nothing for an event that no function caused."""
    found = _LINEAGE.search(unquote(header))  # the SDK quotes what it sends
    counts = (part.rpartition(":") for part in found[1].split("|")) if found else ()
    return {function: int(count) for function, _, count in counts}


def written(lineage: Lineage) -> str:
    """The trace header with this lineage; the rest of it is of no interest here."""
    counts = "|".join(f"{function}:{count}" for function, count in lineage.items())
    return f"Root=1-00000000-000000000000000000000000;Sampled=0;Lineage={counts}"


def arrived(function: str, headers: Iterable[str]) -> Lineage:
    """The lineage with which events of these trace headers come to a function together."""
    longest: dict[str, int] = {}
    for header in headers:
        for name, count in read(header).items():
            longest[name] = max(count, longest.get(name, 0))
    return {**longest, function: longest.get(function, 0) + 1}


def headers_of(event: Mapping[str, Any]) -> list[str]:
    """The trace headers of the SQS records of an event."""
    records = event.get("Records")
    return [record.get("attributes", {}).get(HEADER, "") for record in records] if isinstance(records, list) else []


@contextmanager
def passed_on(lineage: Lineage) -> Iterator[None]:
    """What is sent to SQS inside, by this thread and by those that it starts, carries the lineage (see `current`)."""
    with came_with(written(lineage)):
        yield


@contextmanager
def came_with(header: str) -> Iterator[None]:
    """The same for a trace header, which botocore sends along from a run in another process."""
    token = _header.set(header)
    try:
        yield
    finally:
        _header.reset(token)


def current() -> str:
    """The trace header that goes with what this thread sends; empty outside of an invocation."""
    return _header.get()


@contextmanager
def kept_by_threads() -> Iterator[None]:
    """Meanwhile a thread has the trace header of the thread which started it.

    The SDK finds the header in the environment of the process. Here many invocations share a process, so it goes by
    thread instead.
    """
    start = threading.Thread.start

    def start_in_context(self: threading.Thread) -> None:
        context, run = copy_context(), self.run
        vars(self)["run"] = lambda: context.run(run)
        start(self)

    threading.Thread.start = start_in_context  # type: ignore[method-assign]
    try:
        yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
