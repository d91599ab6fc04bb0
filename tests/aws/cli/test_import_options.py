"""What stops `newsletter import` with a question, what answers it, and what it tells in the end."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.imports import import_readers
from cli.main import main
from newsletter.container import app
from newsletter.platform.errors import UnreadableList
from newsletter.platform.times import iso
from newsletter.readers.imports.import_subscribers import import_rows
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import options_of
from tests.support.readers.import_lists import (
    EVIDENCE,
    NOW,
    bring,
    done,
    id_of,
    keep,
    reader,
    status_of,
)
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import Cloud


def test_a_question_comes_before_anything_is_written_and_its_answer_is_taken(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,Tila\n" + "".join(f"r{number}@example.com,1\n" for number in range(40)) + "a@example.com,7\n"

    with pytest.raises(UnreadableList, match=r"the column 'Tila' .* \"1\" \(40\), \"7\" \(1\)"):
        bring(tmp_path / "a.csv", text)
    assert cloud.items("Subscribers") == []
    answer = options_of((), ("Tila",), {ListedStatus.ACTIVE: "1", ListedStatus.LEFT: "7"})
    facts = bring(tmp_path / "a.csv", text, options=answer)

    assert done(facts) == {"added": 40, "suppressed": 1}
    assert facts["columns"] == {"fields": {"email": "email"}, "status": ["Tila"], "unused": []}


def test_columns_that_are_not_used_are_named(cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Email Address,First Name,Address,TAGS,Status\na@example.com,Maija,Katu 1,vip,\n", encoding="utf-8")

    assert import_readers.import_file(path, "confirmed", EVIDENCE, dry=True) == 0

    said = capsys.readouterr().out
    assert "Not used: Address, TAGS, Status" in said
    assert cloud.items("Subscribers") == []


def test_topics_come_by_what_readers_see_of_them(cloud: Cloud, tmp_path: Path) -> None:
    bring(tmp_path / "a.csv", 'email,topics,language\na@example.com,"Experterna tar ordet, LINKEDIN",sv-FI\n')

    profile = stored_profile(app.subscribers, id_of("a@example.com")) or {}
    assert (profile["topics"], profile["language"]) == (["linkedin", "asiantuntijat"], "sv")
    assert cloud.url


def test_a_report_that_was_mended_is_imported(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,name,topics\na@example.com,=Maija,golf\n=b,+Pekka,\n"
    facts = bring(tmp_path / "a.csv", text)
    report = Path(facts["report"])
    content = report.read_text(encoding="utf-8")
    assert "'=Maija" in content
    assert "'=b" in content

    mended = content.replace(",golf", ",linkedin").replace("'=b,", "b@example.com,")
    facts = bring(report, mended)

    assert (done(facts), facts["rejected"]) == ({"added": 2}, 0)
    assert (stored_profile(app.subscribers, id_of("a@example.com")) or {})["name"] == "=Maija"
    assert cloud.url


def test_a_column_named_for_its_end_neither_wakes_who_left_nor_ends_who_stayed(cloud: Cloud, tmp_path: Path) -> None:
    keep(reader("ours@example.com"))
    text = "Sähköposti;Uutiskirjeen peruutus\nours@example.com;ei\ngone@example.com;kyllä\n"

    with pytest.raises(UnreadableList, match="'Uutiskirjeen peruutus' looks like it says who left"):
        bring(tmp_path / "a.csv", text)
    assert (status_of("ours@example.com"), status_of("gone@example.com")) == ("active", "")
    facts = bring(tmp_path / "a.csv", text, options=options_of((), (), {}, yes_is_left=("Uutiskirjeen peruutus",)))

    assert done(facts) == {"known": 1, "suppressed": 1}
    assert (status_of("ours@example.com"), status_of("gone@example.com")) == ("active", "unsubscribed")
    assert cloud.url


@pytest.mark.parametrize(
    ("text", "mended", "how"),
    [
        (
            "email,name,status\na@example.com,Virtanen, Aino,unsubscribed\na@example.com,Aino,active\n",
            1,
            "unsubscribed",
        ),
        ("email,name,status\na@example.com,Aino,active\na@example.com,Virtanen, Aino,bounced\n", 1, "bounced"),
        ("email,name\na@example.com,Virtanen, unsubscribed\na@example.com,Aino\n", 0, ""),
        ("email,name,unsubscribed\na@example.com,Virtanen, Aino,yes\na@example.com,Aino,no\n", 1, "unsubscribed"),
    ],
)
def test_no_other_row_wakes_a_reader_of_whom_a_rejected_row_says_that_they_left(
    cloud: Cloud, tmp_path: Path, text: str, mended: int, how: str
) -> None:
    facts = bring(tmp_path / "a.csv", text)

    assert (done(facts), facts["rejected"]) == ({"twice": 1}, 1)
    assert cloud.items("Subscribers") == []
    if mended:
        report = Path(facts["report"])
        bring(report, report.read_text(encoding="utf-8").replace("Virtanen,", ""))
        assert status_of("a@example.com") == how


def test_an_encoding_that_is_said_is_taken(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("email,name\na@example.com,Milö\n".encode("mac_roman"))
    command = ["import", str(path), "--as", "confirmed", "--evidence", EVIDENCE]

    assert main(command) == 1
    assert main([*command, "--encoding", "mac_roman"]) == 0

    assert (stored_profile(app.subscribers, id_of("a@example.com")) or {})["name"] == "Milö"
    assert cloud.url


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("tracking", "maybe", "true or false"),
        ("paused_until", "3/4/2026", "a day such as 2026-12-24"),
        ("confirmed_at", iso(NOW + timedelta(days=9)), "a moment that has been"),
        ("consent_version", "1" * 201, "at most 200 characters"),
    ],
    ids=["tracking", "paused_until", "confirmed_at", "consent_version"],
)
def test_what_our_own_columns_cannot_hold_is_rejected_with_what_would_be_right(
    cloud: Cloud, tmp_path: Path, column: str, value: str, problem: str
) -> None:
    facts = bring(tmp_path / "a.csv", f"email,{column}\na@example.com,{value}\n")

    (row,) = csv.DictReader(io.StringIO(Path(facts["report"]).read_text(encoding="utf-8")))
    assert (row["field"], row["email"]) == (column, "a@example.com")
    assert problem in row["problem"]
    assert cloud.items("Subscribers") == []


def test_the_options_of_the_command_reach_the_import(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email;Koodi;Status\na@example.com;1;x\nb@example.com;2;y\nc@example.com;3;x\n", encoding="utf-8")
    command = ["import", str(path), "--as", "confirmed", "--evidence", EVIDENCE, "--json"]

    assert main([*command, "--ignore-column", "Status", "--left", "2"]) == 1
    assert "name it with --status-column" in capsys.readouterr().err
    answers = (
        "--ignore-column",
        "Status",
        "--status-column",
        "koodi",
        "--left",
        "2",
        "--active",
        "1",
        "--pending",
        "3",
    )
    assert main([*command, *answers]) == 0

    facts = json.loads(capsys.readouterr().out)
    assert done(facts) == {"added": 1, "suppressed": 1, "unconfirmed": 1}
    assert (facts["as"], facts["rows"], facts["dry_run"]) == ("confirmed", 3, False)
    assert facts["columns"] == {"fields": {"email": "email"}, "status": ["Koodi"], "unused": ["Status"]}
    assert main(["import", str(path), "--as", "left", "--json", "--ignore-column", "status"]) == 0
    assert done(json.loads(capsys.readouterr().out)) == {"ended": 1, "suppressed": 1, "left": 1}
    assert cloud.url


@pytest.mark.parametrize(
    ("name", "how", "fault"),
    [
        ("unsubscribed_segment_export_6e2c88b0cf", "confirmed", "import it --as left"),
        ("cleaned_members_export_bd91baeb6f", "pending", "import it --as left"),
        ("peruneet 2026", "confirmed", "import it --as left"),
        ("nonsubscribed_members_export_3f2a", "confirmed", "import it --as pending"),
    ],
)
def test_a_file_whose_name_alone_says_who_is_in_it_is_not_taken_for_another(
    cloud: Cloud, tmp_path: Path, name: str, how: str, fault: str
) -> None:
    with pytest.raises(UnreadableList, match=fault):
        bring(tmp_path / f"{name}.csv", "Email Address,First Name\na@example.com,Maija\n", how)
    assert cloud.items("Subscribers") == []


def test_other_options_are_another_import_and_never_go_on_where_one_was_stopped(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "email\n" + "".join(f"r{number}@example.com\n" for number in range(4))
    monkeypatch.setattr(import_readers, "WORKERS", 1)
    monkeypatch.setattr(import_readers, "GET_LIMIT", 2)
    with monkeypatch.context() as patch:
        calls = iter(range(2))

        def stopped(*args: Any, **options: Any) -> Any:
            if next(calls):
                raise KeyboardInterrupt
            return import_rows(*args, **options)

        patch.setattr(import_readers, "import_rows", stopped)
        with pytest.raises(KeyboardInterrupt):
            bring(tmp_path / "a.csv", text)

    bring(tmp_path / "a.csv", text, "left")

    assert {status_of(f"r{number}@example.com") for number in range(4)} == {"unsubscribed"}
    assert len(cloud.items("Subscribers")) == 6


def test_a_list_of_those_who_left_that_calls_readers_active_is_asked_about(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,status\na@example.com,active\nb@example.com,complained\n"

    with pytest.raises(UnreadableList, match="1 of 2 rows are called active in status; --as left would end them"):
        bring(tmp_path / "a.csv", text, "left")
    assert cloud.items("Subscribers") == []
    facts = bring(tmp_path / "a.csv", text, "left", options=options_of(("status",), (), {}))

    assert done(facts) == {"suppressed": 2}
    assert facts["columns"]["unused"] == ["status"]


def test_a_column_is_what_the_operator_says_whatever_its_name(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Yhteys;Kutsumanimi;Sähköposti\na@example.com;Maija;vanha@example.com\n", encoding="utf-8")
    said = ["--as", "confirmed", "--evidence", "fair", "--column", "Yhteys=email", "--column", "Kutsumanimi=name"]

    assert main(["import", str(path), *said]) == 0

    assert cloud.items("Subscribers") != []
    profile = stored_profile(app.subscribers, id_of("a@example.com"))
    assert profile is not None
    assert profile["name"] == "Maija"
    assert status_of("vanha@example.com") == ""


@pytest.mark.parametrize("said", ["Yhteys=address", "Nowhere=email"])
def test_a_column_that_is_not_there_or_a_field_that_is_none_is_refused(cloud: Cloud, tmp_path: Path, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Yhteys\na@example.com\n", encoding="utf-8")

    assert main(["import", str(path), "--as", "pending", "--column", said]) != 0
    assert cloud.items("Subscribers") == []
