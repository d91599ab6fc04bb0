"""`newsletter audience` and the rule in a campaign's file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newsletter.container import app
from tests.support.commands import Captured, run
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud


@pytest.fixture(autouse=True)
def _readers(cloud: Cloud) -> None:
    assert cloud.mails() == []
    add_reader("maija@example.com", "linkedin")
    add_reader("kalle@example.com", "kriisit")


def test_a_rule_is_counted_saved_asked_about_and_forgotten(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "rule.yaml"
    file.write_text("topics: [linkedin]\nscore_at_least: 0\nexclude:\n  topics: [kriisit]\n", encoding="utf-8")
    code, out, err = run(capsys, "audience", "count", str(file))
    assert (code, err) == (0, "")
    assert "1 reader at the moment" in out
    assert "m…@example.com" in out
    assert run(capsys, "audience", "save", "Linkedin", str(file))[0] == 0
    code, out, _ = run(capsys, "audience", "count", "Linkedin", "--json")
    assert (code, json.loads(out)["readers"]) == (0, 1)
    assert run(capsys, "audience", "why", "Linkedin", "maija@example.com")[:2] == (0, "maija@example.com is in it\n")
    code, out, _ = run(capsys, "audience", "why", "Linkedin", "kalle@example.com")
    assert (code, "chose other topics" in out, "fits an exclusion" in out) == (1, True, True)
    code, _, err = run(capsys, "audience", "save", "Linkedin", "{}")
    assert (code, "--replace" in err) == (1, True)
    assert run(capsys, "audience", "save", "Linkedin", "{}", "--replace")[0] == 0
    assert "Every reader" in run(capsys, "audience", "list")[1]
    assert run(capsys, "audience", "forget", "Linkedin")[0] == 0
    assert app.audiences.all() == []
    lines = app.audit.page(f"{app.now():%Y-%m}", 10, "", now=app.now()).lines
    assert [(line.act, line.what, bool(line.refused)) for line in lines] == [
        ("audience forgotten", "Linkedin", False),
        ("audience saved", "Linkedin", False),
        ("audience saved", "Linkedin", True),
        ("audience saved", "Linkedin", False),
    ]
    assert run(capsys, "audience", "forget", "Linkedin")[0] == 1


def test_faults_of_a_rule_are_named(capsys: Captured) -> None:
    code, _, err = run(capsys, "audience", "count", '{"topics": ["x"], "languages": ["yy"]}')
    assert code == 1
    assert "topics: 'x' is unknown" in err
    assert "languages: 'yy' is unknown" in err
    assert "no audience 'nothing' is saved" in run(capsys, "audience", "count", "nothing")[2]


def test_a_campaigns_file_has_the_rule_or_the_name_of_a_saved_one(
    cloud: Cloud, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "kevat.md"

    def send(audience: str) -> tuple[int, str, str]:
        text = f"---\nsubject: Kevät\nlanguage: fi\n{audience}\n---\nKevät on **hyvää** aikaa.\n"
        file.write_text(text, encoding="utf-8")
        return run(capsys, "campaign", "send", str(file), "--yes")

    code, _, err = send("audience: {exclude: {topics: [unknown]}}")
    assert (code, f"{file}:4: audience.exclude[1].topics: 'unknown' is unknown" in err) == (1, True)
    assert f"{file}:4: audience.topic: unknown field" in send("audience:\n  topic: [linkedin]")[2]
    assert send("audience:\n  exclude: {topics: [kriisit]}\n  signed_up_from: 2026-01-01")[0] == 0
    cloud.drain()
    assert [mail.to[0] for mail in cloud.mails() if mail.subject == "Kevät"] == ["maija@example.com"]
