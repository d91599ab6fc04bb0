"""Parsing within limits of time and memory: feeds are parsed in processes of their own.

feedparser takes quadratic time for some feeds (thousands of attributes in a tag, thousands of categories) and much
memory for others. Neither can be stopped within the same process, and what holds Python's lock meanwhile would hold up
the reading of every other feed too. A process that did well is kept for the next feed: it takes half a second to start.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, tzinfo
from functools import cache
from threading import BoundedSemaphore, Lock, Timer
from time import monotonic
from typing import IO, cast

from newsletter.articles.parsing.feed_parser import Parsed, parse
from newsletter.platform.errors import FeedUnreadable
from newsletter.platform.words.said import about, say

SECONDS = 20.0
"""For one page of a feed, from its first byte in the process to the last of the answer."""
MEMORY = 768 * 2**20
"""Bytes of address space of a process."""
PROCESSES = 2
"""At the same time, which the memory of the function is made for (`FeedIngest` in template.yaml). With two, a feed that
takes the whole limit leaves the other one to the rest."""
LARGE = 1_000_000
"""Bytes of a feed after which the process ends, for it keeps the memory that it needed."""
TO_EXIT = 1.0
"""Seconds in which a process that closed its output has its exit code."""
NO_TIME = say("not parsed: other feeds took the time that there was")

Unparsed = tuple[bytes, dict[str, str], tzinfo]
"""A feed with its headers, and the zone of dates that name none."""
Answer = Parsed | FeedUnreadable | MemoryError


def parse_within_limits(
    body: bytes, headers: Mapping[str, str], zone: tzinfo = UTC, *, until: float | None = None
) -> Parsed:
    """As `parse`, within SECONDS and MEMORY, and until `until` (monotonic seconds), waiting for a process included.

    Raises FeedUnreadable, also when a limit is exceeded.
    """
    where = headers.get("content-location", "feed")
    if not _free.acquire(timeout=None if until is None else max(0.0, until - monotonic())):
        raise FeedUnreadable(about(where, NO_TIME))
    try:
        seconds = SECONDS if until is None else min(SECONDS, until - monotonic())
        if seconds <= 0:
            raise FeedUnreadable(about(where, NO_TIME))
        return _parsed((body, dict(headers), zone), seconds)
    finally:
        _free.release()


def end_idle() -> None:
    """End the processes that wait for a feed."""
    while process := _take_idle():
        process.end()


class _Ended(Exception):
    """The process is gone: killed because the time was over (`late`), or by itself with that exit code."""

    def __init__(self, *, late: bool, code: int) -> None:
        super().__init__()
        self.late = late
        self.code = code


class _Process:
    """A process of ours that parses one feed after another."""

    def __init__(self) -> None:
        _end_with_us()
        self.is_new = True
        self._program = subprocess.Popen(  # noqa: S603 (our own code; what comes from outside goes in as data)
            [sys.executable, "-m", __name__, str(MEMORY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            # A terminal sends Ctrl-C to the whole group. This process ends when its standard input does.
            process_group=0,
        )
        self._pipes = cast("tuple[IO[bytes], IO[bytes]]", (self._program.stdin, self._program.stdout))

    def parse(self, feed: Unparsed, seconds: float) -> Answer:
        """What `parse` returned or raised. Raises _Ended."""
        questions, answers = self._pipes
        deadline = _Deadline(self._program)
        timer = Timer(seconds, deadline.is_over)
        timer.daemon = True
        timer.start()
        try:
            pickle.dump((feed, seconds), questions)
            questions.flush()
            answer: Answer = pickle.load(answers)  # noqa: S301 (written by our own process)
        except (OSError, EOFError, pickle.UnpicklingError) as broken:
            raise _Ended(late=deadline.done(), code=self.end(TO_EXIT)) from broken
        finally:
            deadline.done()
            timer.cancel()
        self.is_new = False
        return answer

    def end(self, patience: float = 0.0) -> int:
        """End it, if it has not ended by itself in `patience` seconds; its exit code."""
        with suppress(subprocess.TimeoutExpired):
            self._program.wait(patience)
        with suppress(OSError):
            self._program.kill()
        for pipe in self._pipes:
            with suppress(OSError):  # of what was not written yet
                pipe.close()
        return self._program.wait()


class _Deadline:
    """Kills the program when the time is over, and never once its answer is there: by then it may have another feed."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        self._program = program
        self._lock = Lock()
        self._done = self._late = False

    def is_over(self) -> None:
        with self._lock:
            if not self._done:
                self._late = True
                self._program.kill()

    def done(self) -> bool:
        """Let the program be from now on; whether it was killed."""
        with self._lock:
            self._done = True
            return self._late


@cache
def _end_with_us() -> None:
    atexit.register(end_idle)


_free = BoundedSemaphore(PROCESSES)
_idle: list[_Process] = []
_lock = Lock()
"""Around _idle."""


def _take_idle() -> _Process | None:
    with _lock:
        return _idle.pop() if _idle else None


def _parsed(feed: Unparsed, seconds: float) -> Parsed:
    body, headers, _ = feed
    where = headers.get("content-location", "feed")
    process = _take_idle() or _Process()
    try:
        answer = process.parse(feed, seconds)
    except _Ended as ended:
        if ended.late:
            raise FeedUnreadable(
                about(where, say("not read to its end in {seconds} seconds of parsing", seconds=f"{seconds:.3g}"))
            ) from None
        if not process.is_new:  # it may have ended while it waited
            return _parsed(feed, seconds)
        raise FeedUnreadable(about(where, say("parsing it failed (exit code {code})", code=str(ended.code)))) from None
    if isinstance(answer, MemoryError) or len(body) > LARGE:
        process.end()
    else:
        with _lock:
            _idle.append(process)
    if isinstance(answer, MemoryError):
        raise FeedUnreadable(
            about(where, say("needs more than {most} MB of memory to be parsed", most=MEMORY // 2**20))
        )
    if isinstance(answer, FeedUnreadable):
        raise answer
    return answer


def main() -> None:
    """The process: reads pickled feeds from standard input, writes a pickled result for each to standard output."""
    feeds, answers, sys.stdout = sys.stdin.buffer, sys.stdout.buffer, sys.stderr
    with suppress(ImportError, OSError, ValueError):  # `resource` and its limits do not exist on every system
        import resource

        memory = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            (body, headers, zone), seconds = pickle.load(feeds)  # noqa: S301 (written by the process that started us)
        except EOFError:
            return
        _limit_cpu(seconds)
        answer: Answer
        try:
            answer = parse(body, headers, zone)
        except FeedUnreadable as fault:
            from newsletter.articles.feeds.web_page import instead_of_feed

            answer = instead_of_feed(body, headers, fault)
        except MemoryError as needed:
            answer = needed
        try:
            pickle.dump(answer, answers)
            answers.flush()
        except BrokenPipeError:
            # Whoever asked is gone. Python would complain once more of what it could not write when it ends.
            os._exit(0)


def _limit_cpu(seconds: float) -> None:
    """End this process if it is still busy when the process that should have ended it is gone."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        spent = resource.getrusage(resource.RUSAGE_SELF)
        last = int(spent.ru_utime + spent.ru_stime + seconds) + 10
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (last, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
