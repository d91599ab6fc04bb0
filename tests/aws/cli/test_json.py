"""--json: one document whatever the command, the facts of the API where it lists what the API lists, and faults too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.main import main
from newsletter.container import app
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.reports.descriptions import article_as_json, mailing_as_json
from tests.support.mailings.mails import FIRST as WITH_TOPICS
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

FIRST = replace(WITH_TOPICS, topics=())
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
CAMPAIGN = Mailing("campaign-kevat", Kind.CAMPAIGN, NOW, Audience(), subject="Kevät", body="Hei", language="fi")

Captured = pytest.CaptureFixture[str]


def printed(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    """The exit code, and what is printed on stdout as JSON."""
    capsys.readouterr()
    code = main(arguments)
    return code, json.loads(capsys.readouterr().out)


def test_lists_print_what_the_api_gives(cloud: Cloud, capsys: Captured) -> None:
    assert cloud.mails() == []
    app.mailings.create(CAMPAIGN)
    app.articles.put(FIRST)
    assert printed(capsys, "mailing", "list", "--json") == (0, {"mailings": [mailing_as_json(CAMPAIGN)]})
    assert printed(capsys, "article", "show", FIRST.id, "--json") == (0, {"article": article_as_json(FIRST)})
    assert printed(capsys, "decisions", "--json") == (0, {"decisions": []})
    assert printed(capsys, "digest", "list", "--json") == (0, {"digests": []})
    assert printed(capsys, "aside", "--json") == (0, {"aside": []})
    code, breaker = printed(capsys, "breaker", "show", "--json")
    assert (code, breaker["open"], breaker["last_day"]) == (0, False, {"mails": 0, "bounced": 0, "complained": 0})


def test_what_is_done_is_said_in_lines(cloud: Cloud, capsys: Captured) -> None:
    assert cloud.mails() == []
    app.articles.put(FIRST)
    code, said = printed(capsys, "article", "pin", FIRST.id, "--json")
    assert code == 0
    assert said == {"said": [f"{FIRST.id} ({FIRST.title}) is pinned: it comes first in its digest."]}
    assert printed(capsys, "dead-letters", "show", "--json")[0] == 0


def test_a_fault_is_an_object_with_exit_code_1(cloud: Cloud, capsys: Captured) -> None:
    assert cloud.mails() == []
    for words in (["mailing", "show", "nothing"], ["mailing", "pause", "nothing"]):
        code, found = printed(capsys, *words, "--json")
        assert (code, list(found)) == (1, ["error"])
        assert found["error"].startswith("there is no mailing nothing")


def test_nothing_is_asked_of_a_program(cloud: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cloud.mails() == []
    app.mailings.create(CAMPAIGN)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    code, found = printed(capsys, "mailing", "cancel", CAMPAIGN.id, "--json")
    assert code == 1
    assert "--yes" in found["error"]
    assert printed(capsys, "mailing", "cancel", CAMPAIGN.id, "--yes", "--json")[0] == 0


def test_the_export_is_an_object_a_line(cloud: Cloud, capsys: Captured) -> None:
    assert cloud.mails() == []
    add_reader("maija@example.com", "linkedin")
    assert main(["export", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert (found["email"], found["status"], found["topics"]) == ("maija@example.com", "active", ["linkedin"])
