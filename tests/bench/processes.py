"""Every measurement runs in a process of its own, so that only what it measures is on its account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

from tests.bench.stack import ROOT, variables

READERS = 1_000_000
RATE = 5_000.0
"""Recipients a second that the account may send to."""
_KEPT_AWAY = ("AWS_", "NEWSLETTER_", "POWERTOOLS_")


class Failed(Exception):
    """A measuring program ended with an error; the message is what it said."""


class Stub:
    """The stub of AWS, running."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, **question: Any) -> dict[str, Any]:
        """What the stub says of itself: `meter` (and sets it back) or `messages`."""
        request = Request(f"{self.url}/_bench/{path}", data=json.dumps(question).encode(), method="POST")
        with urlopen(request, timeout=60) as answer:
            said: dict[str, Any] = json.load(answer)
        return said

    def run(self, program: str, *arguments: Any) -> dict[str, Any]:
        """Run tests/bench/programs/<program>.py against the stub; what it prints last is its result, as JSON.

        `logged_bytes` is added to it: what was printed before, that is logs and metrics.
        """
        return run(program, variables(self.url), *arguments)


@contextmanager
def stub(readers: int = READERS, rate: float = RATE) -> Iterator[Stub]:
    """A fresh stub with so many readers, whose account may send to so many recipients a second."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stub.server", str(readers), str(rate)],
        cwd=ROOT,
        env=_environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        port = process.stdout.readline().strip()
        if not port:
            raise Failed("the stub of AWS did not start")
        yield Stub(f"http://127.0.0.1:{port}")
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def run(program: str, environment: Mapping[str, str], *arguments: Any) -> dict[str, Any]:
    """Run tests/bench/programs/<program>.py with JSON arguments on its input. The last line it prints is its result."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.programs.{program}"],
        cwd=ROOT,
        env=_environment(environment),
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{program}:\n{done.stdout[-2500:]}\n{done.stderr[-1000:]}")
    lines = done.stdout.splitlines()
    result: dict[str, Any] = json.loads(lines.pop())
    return result | {"logged_bytes": sum(len(line.encode()) + 1 for line in lines)}


def arguments() -> Any:
    """What `run` was given, inside the program."""
    return json.load(sys.stdin)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_AWAY)}
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("functions", "infra", "."))
    return {**kept, "PYTHONPATH": paths, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more}
