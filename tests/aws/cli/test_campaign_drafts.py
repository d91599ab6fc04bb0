"""`newsletter campaign`: a file is begun, kept, tried out, scheduled, taken back and sent, as in the console."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.mailings.drafts.edit_drafts import list_drafts, save_draft
from tests.support import commands
from tests.support.commands import Captured
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija@example.com"
TEXT = "---\nsubject: Kevään sparraukset\nlanguage: fi\n---\nMoi **sinä**.\n"


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    return commands.run(capsys, "campaign", *arguments)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A campaign that can be sent."""
    path = tmp_path / "kevat.md"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("cloud")
def test_a_new_file_is_fit_to_go_out_and_none_is_written_over(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "kevat-kampanja.md"
    assert run(capsys, "new", str(path))[0] == 0
    assert 'subject: "Kevat kampanja"' in path.read_text(encoding="utf-8")
    assert run(capsys, "check", str(path))[0] == 0
    code, _, err = run(capsys, "new", str(path))
    assert (code, "there is such a file" in err) == (1, True)


def test_it_is_scheduled_and_taken_back(capsys: Captured, cloud: Cloud, file: str) -> None:
    add_reader(READER)
    at = (app.now() + timedelta(hours=3)).astimezone(app.publication.time_zone)
    code, out, _ = run(capsys, "schedule", file, "--at", f"{at:%Y-%m-%d %H:%M}")
    assert (code, f"kevat goes out at {at:%Y-%m-%d %H:%M} ({app.publication.time_zone})" in out) == (0, True)
    (listed,) = json.loads(run(capsys, "list", "--json")[1])
    assert (listed["state"], listed["subject"]) == ("scheduled", "Kevään sparraukset")
    draft = listed["id"]
    assert run(capsys, "unschedule", draft)[0] == 0
    cloud.run("nurture", app.now() + timedelta(hours=4))
    assert app.mailings.newest(5) == []
    assert run(capsys, "schedule", draft, "--at", at.isoformat())[0] == 0
    cloud.run("nurture", app.now() + timedelta(hours=4))
    assert cloud.drain() == []
    assert [mail.subject for mail in cloud.mails(READER)] == ["Kevään sparraukset"]
    code, _, err = run(capsys, "unschedule", draft)
    assert (code, "this campaign is started" in err) == (1, True)


def test_a_draft_is_kept_tried_out_duplicated_sent_and_deleted(capsys: Captured, cloud: Cloud, file: str) -> None:
    add_reader(READER)
    assert run(capsys, "save", file)[0] == 0
    (draft,) = list_drafts(app, cursor="", limit=5)[0]
    for what in (file, draft.id):
        assert run(capsys, "test", what, "--to", "anna@example.com")[0] == 0
    assert run(capsys, "send", draft.id, "--yes")[0] == 0
    assert "nothing is sent again" in run(capsys, "send", draft.id, "--yes")[1]
    assert cloud.drain() == []
    assert [mail.subject for mail in cloud.mails("anna@example.com")] == ["[Test] Kevään sparraukset"] * 2
    assert len(cloud.mails(READER)) == 1
    copy = re.findall(r"\S+", run(capsys, "duplicate", "campaign-kevat")[1])[0]
    assert run(capsys, "delete", copy)[0] == 0
    assert list_drafts(app, cursor="", limit=5) == ([], "")


@pytest.mark.usefixtures("cloud")
def test_every_fault_is_said_with_its_line(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "kevat.md"
    path.write_text("---\nsubject: Kevät\nlanguage: de\ntopics: [golf]\n---\n", encoding="utf-8")
    at = (app.now() + timedelta(days=1)).isoformat()
    commands: tuple[tuple[str, ...], ...] = (("check",), ("schedule", "--at", at), ("send",))
    for name, *more in commands:
        code, _, err = run(capsys, name, str(path), *more)
        assert code == 1
        assert all(f"{path}:{place}" in err for place in ("3: language", "4: topics", "6: body: empty"))
    assert run(capsys, "schedule", str(path), "--at", "soon")[0] == 1
    assert "there is no such time" in run(capsys, "schedule", str(path), "--at", "2027-03-28 03:30")[2]
    for act in ("unschedule", "duplicate", "delete", "send"):
        code, _, err = run(capsys, act, "20260101000000-000000000000", *(["--yes"] if act == "send" else []))
        assert (code, err.startswith("newsletter: there is no campaign 2026")) == (1, True)


def test_its_report_is_found_by_file_name_draft_and_mailing(capsys: Captured, cloud: Cloud, file: str) -> None:
    add_reader(READER)
    assert run(capsys, "save", file)[0] == 0
    (draft,) = list_drafts(app, cursor="", limit=5)[0]
    code, _, err = run(capsys, "report", draft.id)
    assert (code, "it has a report once it is sent" in err) == (1, True)
    code, _, err = run(capsys, "report", file)
    assert (code, "there is no mailing campaign-kevat" in err) == (1, True)
    assert run(capsys, "send", draft.id, "--yes")[0] == 0
    assert cloud.drain() == []
    found = [
        json.loads(run(capsys, "report", what, "--json")[1]) for what in (file, "kevat", draft.id, "campaign-kevat")
    ]
    assert [each["mailing"]["id"] for each in found] == ["campaign-kevat"] * 4
    code, said, _ = commands.run(capsys, "--json", "campaign", "report", "kevat")
    assert (code, json.loads(said)["certificate"]["accepted"]) == (0, 1)
    assert READER in run(capsys, "report", file, "--addresses")[1]


def test_a_draft_that_is_sent_is_shown_first_and_is_the_one_that_was_shown(
    capsys: Captured, cloud: Cloud, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_reader(READER)
    assert run(capsys, "save", file)[0] == 0
    (draft,) = list_drafts(app, cursor="", limit=5)[0]

    def agreed_meanwhile(*_: str) -> bool:
        text = replace(draft.campaign, subject="Aivan muuta")
        save_draft(draft.id, text, app, by="kalle", now=app.now(), version=None)
        return True

    monkeypatch.setattr("cli.mailings.drafts.agreed", agreed_meanwhile)
    code, out, err = run(capsys, "send", draft.id)
    assert (code, "1 reader" in out, "kalle changed this campaign" in err) == (1, True, True)
    assert cloud.drain() == []
    assert cloud.mails(READER) == []


@pytest.mark.usefixtures("cloud")
def test_a_day_without_a_time_is_none(capsys: Captured, file: str) -> None:
    day = (app.now() + timedelta(days=3)).date().isoformat()
    for at in (day, day.replace("-", "")):
        code, _, err = run(capsys, "schedule", file, "--at", at)
        assert (code, "give e.g. '2026-12-01 08:00'" in err) == (1, True)
