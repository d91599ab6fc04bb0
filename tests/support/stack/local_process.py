"""`python -m rehearsal` in a process of its own, as a person starts it in a terminal."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]


def start(**environment: str) -> subprocess.Popen[str]:
    """The process, with what it says in pipes, in a group of its own as a shell starts it."""
    path = os.pathsep.join([str(REPOSITORY / "infra"), str(REPOSITORY / "functions")])
    return subprocess.Popen(
        [sys.executable, "-m", "rehearsal"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, **environment},
        process_group=0,
    )


def welcome(process: subprocess.Popen[str]) -> str:
    """What it says by the time it is open; fails with its error when it ends instead."""
    assert process.stdout is not None
    assert process.stderr is not None
    said = ""
    while "Stop with Ctrl-C." not in said:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        said += line
    return said


def free_port() -> int:
    """A port that nobody listens on, right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
