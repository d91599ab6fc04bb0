"""`python -m rehearsal` as a person meets it in a terminal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.local_process import REPOSITORY, free_port, start, welcome


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_what_to_open_and_stops_cleanly(how: signal.Signals) -> None:
    """A terminal sends Ctrl-C to the whole group: also to the process that has parsed the feed."""
    port = free_port()
    with start(PORT=str(port)) as process:
        said = welcome(process)
        assert f"http://127.0.0.1:{port}/\n" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_local/health", timeout=60) as answer:
            assert answer.status == 200
        os.killpg(process.pid, how)
        _, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (0, "")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty' and must be a number from 1 to 65535"),
        ({"NEWSLETTER_LOG": "LOUD"}, "NEWSLETTER_LOG is 'LOUD' and must be one of DEBUG, INFO"),
        ({"NEWSLETTER_FEED_URL": "missing.xml"}, "NEWSLETTER_FEED_URL: there is no file missing.xml"),
        ({"NEWSLETTER_TEMPLATES": "missing"}, "NEWSLETTER_TEMPLATES: there is no publication.toml in missing"),
        ({"NEWSLETTER_CRM_URL": "crm.example"}, "NEWSLETTER_CRM_URL is 'crm.example' and must be an http(s) address"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line_and_exit_code_one(environment: dict[str, str], words: str) -> None:
    with start(**{"PORT": str(free_port()), **environment}) as process:
        _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error.startswith(words)
    assert error.count("\n") == 1


def test_templates_and_crm_of_ones_own_replace_the_samples() -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/_local/environment.json"
    crm = "http://127.0.0.1:9/webhook"
    with start(PORT=str(port), NEWSLETTER_TEMPLATES=str(TEMPLATES), NEWSLETTER_CRM_URL=crm) as process:
        welcome(process)
        with urllib.request.urlopen(url, timeout=60) as answer:
            known = json.load(answer)
        process.terminate()
    assert (known["NEWSLETTER_TEMPLATES"], known["NEWSLETTER_CRM_URL"]) == (str(TEMPLATES), crm)


def test_the_newsletter_command_finds_it_without_being_told_and_no_more_once_it_has_stopped(tmp_path: Path) -> None:
    port = free_port()
    paths = os.pathsep.join(str(REPOSITORY / folder) for folder in ("functions", "infra"))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "XDG_RUNTIME_DIR": str(tmp_path)}

    def newsletter() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli.main", "mailing", "list"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)

    with start(PORT=str(port), XDG_RUNTIME_DIR=str(tmp_path)) as process:
        welcome(process)
        found = newsletter()
        process.terminate()
    assert (found.returncode, found.stderr) == (0, f"newsletter: using the local cloud at http://127.0.0.1:{port}\n")
    assert list(tmp_path.iterdir()) == []


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
