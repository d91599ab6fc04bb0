"""What the functions print: whole into their log groups, and short on standard error.

`08:00:01 sender WARNING message (key=value)`: only records of the level that was asked for, and all other lines.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from logging import CRITICAL, getLevelNamesMapping
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


LOGGER = "newsletter"
"""The name of the functions' logger (observability.py)."""
_keep: list[Callable[[str, str], None]] = []
"""Takes the lines of functions, of the running local cloud."""
_level_shown = [CRITICAL]
"""The lowest level that is shown; of the running local cloud."""


def shows(level: str) -> bool:
    """Whether lines of that level are shown."""
    return getLevelNamesMapping()[level] >= _level_shown[0]


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
                self._take(line)
        return len(text)

    def _take(self, line: str) -> None:
        invocation = _current.get()
        if invocation and _keep:
            _keep[-1](invocation.name, line)
        if _level(line) >= _level_shown[0]:
            write(readable(line))


@contextmanager
def readable_output(keep: Callable[[str, str], None], level: str) -> Iterator[None]:
    """`sys.stdout` replaced by `FunctionOutput`; log records are shown from that level on.

    `keep` gets the name of the function and each line as it was written. A logger that was made before, for another
    stack in this process, writes here as well, from the level on that functions have here.
    """
    before, shown = sys.stdout, _level_shown[0]
    sys.stdout, _level_shown[0] = output, _ = FunctionOutput(), getLevelNamesMapping()[level]
    logger = logging.getLogger(LOGGER)
    made = [each for each in logger.handlers if isinstance(each, logging.StreamHandler)]
    streams, level_before = [handler.stream for handler in made], logger.level
    for handler in made:
        # Not by setStream, which flushes the stream before: whoever made that may have closed it.
        handler.stream = output
    if made:
        logger.setLevel(min(logging.INFO, _level_shown[0]))
    _keep.append(keep)
    try:
        yield
    finally:
        _keep.remove(keep)
        for handler, stream in zip(made, streams, strict=True):
            handler.stream = stream
        if made:
            logger.setLevel(level_before)
        sys.stdout, _level_shown[0] = before, shown


def readable(line: str) -> str:
    """A JSON log record as `LEVEL message (key=value, ...)` and its traceback; any other line unchanged."""
    record = _record(line)
    if record is None:
        return line
    more = ", ".join(f"{key}={value}" for key, value in record.items() if key not in _UNSAID)
    text = f"{record['level']} {record.get('message', '')}" + (f" ({more})" if more else "")
    if not record.get("exception"):
        return text
    invocation = _current.get()
    if invocation:
        invocation.traceback_shown = True
    return f"{text}\n{record['exception']}"


def _record(line: str) -> dict[str, Any] | None:
    try:
        record: Any = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "level" in record else None


def _level(line: str) -> int:
    """How important a line is; one that is no log record, as much as any."""
    record = _record(line)
    return getLevelNamesMapping().get(str(record["level"]), CRITICAL) if record else CRITICAL
