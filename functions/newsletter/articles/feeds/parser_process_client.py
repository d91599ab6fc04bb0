"""Parsing within limits of time and memory: all but small feeds are parsed in a process of their own.

feedparser takes quadratic time for some feeds (thousands of attributes in a tag, thousands of categories) and much
memory for others, and neither can be stopped within the same process.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

from newsletter.articles.parsing.feed_parser import Parsed, parse
from newsletter.platform.errors import FeedUnreadable

SMALL = 64_000
"""Bytes up to which a feed is parsed in this process: the worst one we know takes 0.7 s."""
SECONDS = 20.0
MEMORY = 768 * 2**20
"""Bytes of address space."""


def parse_within_limits(body: bytes, headers: Mapping[str, str]) -> Parsed:
    """As `parse`, within SECONDS and MEMORY. Raises FeedUnreadable, also when a limit is exceeded."""
    if len(body) <= SMALL:
        return parse(body, headers)
    where = headers.get("content-location", "feed")
    try:
        done = subprocess.run(  # noqa: S603 (our own code; what comes from outside goes in as data)
            [sys.executable, "-m", __name__],
            input=pickle.dumps((body, dict(headers))),
            stdout=subprocess.PIPE,
            timeout=SECONDS,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise FeedUnreadable(f"{where}: not read to its end in {SECONDS:g} seconds of parsing") from None
    except subprocess.CalledProcessError as ended:
        raise FeedUnreadable(f"{where}: parsing it failed (exit code {ended.returncode})") from ended
    answer: Parsed | FeedUnreadable | MemoryError = pickle.loads(done.stdout)  # noqa: S301 (written by our own process)
    if isinstance(answer, MemoryError):
        raise FeedUnreadable(f"{where}: needs more than {MEMORY // 2**20} MB of memory to be parsed")
    if isinstance(answer, FeedUnreadable):
        raise answer
    return answer


def main() -> None:
    """The process: reads a pickled feed from standard input, writes the pickled result to standard output."""
    with suppress(ImportError, OSError, ValueError):  # `resource` and its limits do not exist on every system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    body, headers = pickle.load(sys.stdin.buffer)  # noqa: S301 (written by the process that started us)
    answer: Parsed | FeedUnreadable | MemoryError
    try:
        answer = parse(body, headers)
    except FeedUnreadable as fault:
        answer = fault
    except MemoryError as needed:
        answer = needed
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
