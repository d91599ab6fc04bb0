"""Versions of the functions, and which of them an event goes to.

The first version is the code that the local cloud was started with, and runs in its process. Another one has code and
templates of its own and runs in processes of its own, one event at a time in each, as containers do in Lambda.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal.lambda_ import logs

if TYPE_CHECKING:
    from rehearsal.template.model import Function

INFRA = Path(__file__).parents[2]


@dataclass(frozen=True)
class Version:
    """What never changes of a version: its number, the folder of its code and that of its templates."""

    number: int
    code: Path
    templates: Path


class Alias:
    """Which version of a function an event goes to: one, or two of which the newer gets a share.

    https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
    """

    def __init__(self, first: Version) -> None:
        self._ways: tuple[Version, Version, float] = (first, first, 0.0)
        self._dice = random.Random(0)  # noqa: S311 which request sees which version is no secret

    def point_to(self, version: Version) -> None:
        """From now on every event goes to that version. Runs that are under way end with theirs."""
        self._ways = (version, version, 0.0)

    def share(self, version: Version, share: float) -> None:
        """From now on that share of events (0 to 1) goes to the version, the others where all went before."""
        self._ways = (self._ways[0], version, share)

    def chosen(self) -> Version:
        """The version for the next event."""
        stays, comes, share = self._ways
        return comes if self._dice.random() < share else stays


class Failed(Exception):
    """The handler raised, could not be loaded, or its process ended."""


class Containers:
    """The processes that run other versions than the first; each is used again for the same function and version."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is that of the functions, without what a version has of its own."""
        self._environment = environment
        self._idle: dict[tuple[str, int], list[subprocess.Popen[str]]] = {}
        self._all: list[subprocess.Popen[str]] = []
        self._lock = threading.Lock()

    def invoke(self, function: Function, version: Version, given: Mapping[str, Any]) -> Any:
        """What the handler answers; `given` is what program.py reads. Raises Failed."""
        key = (function.logical_id, version.number)
        with self._lock:
            idle = self._idle.setdefault(key, [])
            process = idle.pop() if idle else None
        if process is None:
            process = self._start(function, version)
        answer = self._said(process, given)
        with self._lock:
            self._idle[key].append(process)
        for line in answer["lines"]:
            print(line)  # where lines of the first version go too
        if "failed" in answer:
            logs.write(f"failed:\n{answer['failed']}")
            raise Failed(answer["failed"].strip().rpartition("\n")[2])
        return answer["answer"]

    def stop(self) -> None:
        """End every process."""
        for process in self._all:
            process.kill()
            process.communicate()

    def _start(self, function: Function, version: Version) -> subprocess.Popen[str]:
        own = {
            "NEWSLETTER_TEMPLATES": str(version.templates),
            "AWS_LAMBDA_FUNCTION_NAME": function.logical_id,
            "AWS_LAMBDA_FUNCTION_VERSION": str(version.number),
            "PYTHONPATH": os.pathsep.join([str(version.code), str(INFRA)]),
        }
        process = subprocess.Popen(  # noqa: S603 (Python itself, with a module of ours)
            [sys.executable, "-m", "rehearsal.lambda_.program", function.handler],
            env={**os.environ, **self._environment, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # A terminal sends Ctrl-C to the whole group. This process ends when its standard input does.
            process_group=0,
        )
        with self._lock:
            self._all.append(process)
        return process

    def _said(self, process: subprocess.Popen[str], given: Mapping[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None  # noqa: S101 (both are pipes)
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(json.dumps(given) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError) as error:
            raise Failed(str(error)) from error
        if not line:
            raise Failed("the process of the function ended")
        said: dict[str, Any] = json.loads(line)
        return said
