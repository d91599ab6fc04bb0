"""`newsletter subscribers`, `overview` and `audit`: the same facts as the console's, and who did what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.main import main
from newsletter.container import app
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"
Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def as_json(capsys: Captured, *arguments: str) -> Any:
    return json.loads(run(capsys, *arguments, "--json")[1])


def test_readers_are_counted_shown_and_ended_with_a_line_in_the_audit_trail(cloud: Cloud, capsys: Captured) -> None:
    cloud.subscribe(READER, "linkedin")
    assert as_json(capsys, "subscribers", "count")["active"] == 1
    assert "1 readers get mail." in run(capsys, "subscribers", "count")[1]
    shown = as_json(capsys, "subscribers", "show", READER)
    assert (shown["status"], shown["address"], shown["choices"]["topics"]) == ("active", READER, ["linkedin"])
    assert "Proof of consent: whole, 1 records" in run(capsys, "subscribers", "show", READER)[1]
    end = ("subscribers", "end", READER, "--yes")
    for ended in (as_json(capsys, *end), as_json(capsys, *end)):
        assert (ended["status"], ended["left_how"]) == ("unsubscribed", "request")
    reader = shown["id"]
    assert app.consents.faults(reader) == []
    lines = as_json(capsys, "audit")["audit"]
    assert [(each["act"], each["what"], each["via"]) for each in lines] == [
        ("subscription ended", reader, "command line")
    ] * 2
    assert READER not in run(capsys, "audit")[1]


@pytest.mark.usefixtures("cloud")
def test_whoever_is_not_known_cannot_be_ended_and_the_trail_says_so(capsys: Captured) -> None:
    code, out, err = run(capsys, "subscribers", "end", READER, "--yes")
    assert (code, out, err.count("\n")) == (1, "", 1)
    (line,) = as_json(capsys, "audit")["audit"]
    assert line["refused"].startswith("nobody with the address …@… can be ended")
    assert run(capsys, "subscribers", "end", "x", "--yes")[0] == 1


@pytest.mark.usefixtures("cloud")
def test_commands_that_only_show_leave_no_line(capsys: Captured) -> None:
    assert "Nothing waits for anybody." in run(capsys, "overview")[1]
    parts = {"readers", "next", "scheduled", "waiting", "growth", "delivery", "warm_up"}
    assert set(as_json(capsys, "overview")) == parts
    assert run(capsys, "audit")[1].startswith("Nobody did anything in ")
    code, _, err = run(capsys, "audit", "--month", "x")
    assert (code, err) == (1, "newsletter: --month: a month as 2026-11\n")
