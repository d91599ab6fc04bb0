"""`python -m local_cloud` as a person meets it in a terminal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def start(**environment: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(REPOSITORY / "infra"), str(REPOSITORY / "functions")])
    return subprocess.Popen(
        [sys.executable, "-m", "local_cloud"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_what_to_open_and_stops_cleanly(how: signal.Signals) -> None:
    port = free_port()
    with start(PORT=str(port)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = ""
        while "Stop with Ctrl-C." not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        assert f"http://127.0.0.1:{port}/\n" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_local/health", timeout=5) as answer:
            assert answer.status == 200
        asked = time.monotonic()
        process.send_signal(how)
        assert process.wait(timeout=10) == 0
        # Two seconds on a machine that has nothing else to do.
        assert time.monotonic() - asked < 5
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty' and must be a number from 1 to 65535"),
        ({"NEWSLETTER_LOG": "LOUD"}, "NEWSLETTER_LOG is 'LOUD' and must be one of DEBUG, INFO"),
        ({"NEWSLETTER_FEED_URL": "missing.xml"}, "NEWSLETTER_FEED_URL: there is no file missing.xml"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line_and_exit_code_one(environment: dict[str, str], words: str) -> None:
    with start(**{"PORT": str(free_port()), **environment}) as process:
        _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error.startswith(words)
    assert error.count("\n") == 1


def test_a_port_in_use_is_one_line_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start(PORT=str(port)) as process:
            _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error.startswith(f"Port {port} cannot be used")
    assert error.endswith("choose another: make demo PORT=8001\n")
