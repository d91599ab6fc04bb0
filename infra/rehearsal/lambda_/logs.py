"""What the functions print, as short lines on standard error: `08:00:01 sender WARNING message (key=value)`."""

from __future__ import annotations

import io
import json
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Invocation:
    """One run of a function, as far as the terminal is concerned."""

    name: str
    traceback_shown: bool = False


_current: ContextVar[Invocation | None] = ContextVar("invocation", default=None)

# Keys of a Powertools log record that say nothing on a terminal of one process.
_UNSAID = {
    "level", "location", "message", "timestamp", "service", "function", "request", "sampling_rate", "xray_trace_id",
    "cold_start", "function_name", "function_memory_size", "function_arn", "function_request_id",
    "exception", "exception_name", "stack_trace",
}  # fmt: skip


@contextmanager
def of_function(name: str) -> Iterator[None]:
    """Lines written inside carry this name."""
    token = _current.set(Invocation(name))
    try:
        yield
    finally:
        _current.reset(token)


def traceback_shown() -> bool:
    """Whether the running function has logged an exception with its traceback."""
    invocation = _current.get()
    return invocation is not None and invocation.traceback_shown


def write(text: str) -> None:
    """One entry on standard error, after the time and the name of the running function."""
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    invocation = _current.get()
    print(f"{now} {invocation.name if invocation else 'local cloud'} {text}", file=sys.stderr, flush=True)


class FunctionOutput(io.TextIOBase):
    """Stands in for `sys.stdout` of the functions: JSON log records are made readable, other lines pass as they are."""

    def __init__(self) -> None:
        self._rest = threading.local()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Lines go out when they are complete; each thread has its own unfinished one."""
        *lines, self._rest.text = (getattr(self._rest, "text", "") + text).split("\n")
        for line in lines:
            if line.strip():
                write(readable(line))
        return len(text)


@contextmanager
def readable_output() -> Iterator[None]:
    """`sys.stdout` replaced by `FunctionOutput`."""
    before = sys.stdout
    sys.stdout = FunctionOutput()
    try:
        yield
    finally:
        sys.stdout = before


def readable(line: str) -> str:
    """A JSON log record as `LEVEL message (key=value, ...)` and its traceback; any other line unchanged."""
    try:
        record: Any = json.loads(line)
    except ValueError:
        return line
    if not isinstance(record, dict) or "level" not in record:
        return line
    more = ", ".join(f"{key}={value}" for key, value in record.items() if key not in _UNSAID)
    text = f"{record['level']} {record.get('message', '')}" + (f" ({more})" if more else "")
    if not record.get("exception"):
        return text
    invocation = _current.get()
    if invocation:
        invocation.traceback_shown = True
    return f"{text}\n{record['exception']}"
