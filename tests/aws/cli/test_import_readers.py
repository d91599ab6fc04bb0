"""`newsletter import`, `export` and `consent show`: readers come and go through files, and nobody is woken up."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.faults import Fault
from cli.readers import consent, export_readers
from newsletter.articles.classification.topic_names import words_of
from newsletter.container import app
from newsletter.platform.errors import UnreadableList
from newsletter.readers import my_data
from newsletter.readers.imports.columns import columns_of
from newsletter.readers.imports.options import NO_OPTIONS
from newsletter.readers.imports.read_row import Row
from newsletter.readers.imports.scan import open_file
from newsletter.readers.subscriber import Status, subscriber_id
from tests.support.readers.import_files import bring, csv_file, everything
from tests.support.readers.import_lists import EVIDENCE, status_of
from tests.support.stack.cloud import PEPPER, Cloud
from tests.support.strategies import whole_without


def rows_of(path: Path) -> list[tuple[int, Row]]:
    """The rows of the file with the lines on which they begin."""
    file = open_file(path)
    columns = columns_of(file, NO_OPTIONS)
    return [(line.number, columns.row(line)) for line in file.lines()]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("email,name,topics\na@example.com,Äijä,linkedin kriisit\n", "utf-8"),
        ("email;name;topics\na@example.com;Äijä;linkedin kriisit\n", "cp1252"),
        ("\ufeffSähköposti;Nimi;Aiheet\na@example.com;Äijä;linkedin,kriisit\n", "utf-8"),
        ('name\temail\ttopics\r\nÄijä\ta@example.com\t"linkedin\nkriisit"\r\n', "utf-8"),
    ],
)
def test_spreadsheets_of_any_encoding_and_separator_are_read_alike(tmp_path: Path, text: str, encoding: str) -> None:
    ((line, row),) = rows_of(csv_file(tmp_path, text, encoding=encoding))

    assert (line, row.email, row.choices["name"]) == (2, "a@example.com", "Äijä")
    assert words_of(row.choices["topics"]) == ("linkedin", "kriisit")


# Without @: a name with a line that looks like a row of its own is refused as a quotation mark left open.
@given(st.lists(st.text(whole_without("\0@")), min_size=1, max_size=6))
def test_every_row_of_a_quoted_file_is_found_on_its_line(names: list[str]) -> None:
    with io.StringIO(newline="") as buffer:
        writer = csv.writer(buffer)
        writer.writerow(("email", "name"))
        writer.writerows((f"r{number}@example.com", name) for number, name in enumerate(names))
        content = buffer.getvalue()
    path = Path(f"/dev/shm/readers-{abs(hash(content))}.csv") if Path("/dev/shm").is_dir() else Path("readers.csv")  # noqa: S108
    path.write_bytes(content.encode())
    try:
        rows = list(rows_of(path))
    finally:
        path.unlink()

    assert [f"r{number}@example.com" for number in range(len(names))] == [row.email for _, row in rows]
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert all(lines[line - 1].startswith(row.email) for line, row in rows)


def test_confirmed_readers_are_active_with_the_evidence_as_their_proof(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv_file(tmp_path, "email,language,frequency\nA@Example.com,sv,monthly\nb@example.com,,\n")

    assert bring(path) == 0

    assert (status_of("a@example.com"), status_of("b@example.com")) == ("active", "active")
    capsys.readouterr()
    assert consent.show("a@example.com", as_json=True) == 0
    proof = json.loads(capsys.readouterr().out)
    assert proof["chain"] == "whole"
    assert [record["evidence"] for record in proof["records"]] == [EVIDENCE]
    assert cloud.messages("TransactionalQueue") == cloud.messages("BatchQueue") == []


def test_nobody_who_left_bounced_complained_or_was_erased_is_woken_up(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    path = csv_file(
        tmp_path, "email\n" + "".join(f"{word}@example.com\n" for word in ("left", "bounced", "angry", "gone"))
    )
    bring(path)
    ids = {word: subscriber_id(PEPPER.encode(), f"{word}@example.com") for word in ("left", "bounced", "angry", "gone")}
    readers = app.subscribers
    readers.deactivate(ids["left"], Status.UNSUBSCRIBED, "page", now)
    readers.deactivate(ids["bounced"], Status.BOUNCED, "bounced", now)
    readers.deactivate(ids["angry"], Status.COMPLAINED, "complained", now)
    my_data.erase(ids["gone"], now, app)
    before = everything(cloud)
    capsys.readouterr()

    for how in ("confirmed", "pending"):
        assert bring(path, how) == 0

    assert everything(cloud) == before
    assert "4 left, bounced or were erased earlier" in " ".join(capsys.readouterr().out.split())
    assert cloud.messages("BatchQueue") == []


def test_rows_that_cannot_be_used_are_reported_with_line_field_and_reason(cloud: Cloud, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "email,topics,language,frequency\nok@example.com,,,\nno address,,,\n"
        "b@example.com,golf linkedin,,\nc@example.com,,de,\nd@example.com,,,daily\n",
    )

    assert bring(path) == 1

    assert status_of("ok@example.com") == "active"
    assert status_of("b@example.com") == status_of("c@example.com") == ""
    with (tmp_path / "lukijat.rejected.csv").open(encoding="utf-8") as file:
        report = [(row["line"], row["field"], row["problem"]) for row in csv.DictReader(file)]
    topics = ", ".join(topic.key for topic in app.templates.publication.topics)
    assert report == [
        ("3", "email", "Enter an email address like name@example.com."),
        ("4", "topics", f"golf is unknown; choose from {topics}"),
        ("5", "language", "de is unknown; choose from fi, sv, en"),
        ("6", "frequency", "daily is unknown; choose from weekly, monthly"),
    ]
    assert cloud.mails() == []


def test_a_dry_run_says_what_would_happen_and_does_nothing(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv_file(tmp_path, "email\na@example.com\na@example.com\n")

    assert bring(path, dry=True) == 0

    assert everything(cloud) == []
    assert " ".join(capsys.readouterr().out.split()) == "1 would be added as active readers 1 known already"


def test_pending_readers_are_each_asked_once_and_only_their_button_makes_them_readers(
    cloud: Cloud, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, "email\na@example.com\n")
    for _ in range(2):
        assert bring(path, "pending", "") == 0
    assert cloud.drain() == []

    (mail,) = cloud.mails("a@example.com")
    assert mail.tags["mailing"] == "invitation"
    assert status_of("a@example.com") == ""


def test_what_cannot_be_an_import_is_refused_with_its_reason_before_anybody_is_in(cloud: Cloud, tmp_path: Path) -> None:
    assert cloud.url
    with pytest.raises(Fault, match="--evidence"):
        bring(csv_file(tmp_path, "email\na@example.com\n"), evidence=" ")
    with pytest.raises(UnreadableList, match="no column is called email"):
        bring(csv_file(tmp_path, "osoite,nimi\nx,y\n"))
    with pytest.raises(UnreadableList, match=r"line 3: .* is a quotation mark left open there"):
        bring(csv_file(tmp_path, 'email,name\na@example.com,\nb@example.com,"Maija\n' + "c@example.com,\n" * 9_000))
    assert everything(cloud) == []


def test_a_changed_or_missing_consent_record_is_said_loudly(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(csv_file(tmp_path, "email\na@example.com\n"))
    reader = subscriber_id(PEPPER.encode(), "a@example.com")
    table = app.settings.subscribers_table
    key = {"id": {"S": reader}, "record": {"S": "profile"}}
    dynamodb = cloud.client("dynamodb")
    profile = dynamodb.get_item(TableName=table, Key=key)["Item"]
    brought = {"M": profile.pop("brought")["M"] | {"how": {"S": "asked"}}}
    for changed in (profile | {"brought": brought}, profile):
        dynamodb.put_item(TableName=table, Item=changed)
        assert consent.show("a@example.com", as_json=False) == 1
        assert "THE CHAIN IS BROKEN" in capsys.readouterr().out


def test_an_export_holds_every_reader_and_no_cell_is_a_formula(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(csv_file(tmp_path, "email,name\na@example.com,=1+1\nb@example.com,\n"))
    bring(csv_file(tmp_path, "email\nc@example.com\n"), "pending", "")
    capsys.readouterr()

    assert export_readers.export(None) == 0

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert sorted((row["email"], row["status"]) for row in rows) == [
        ("a@example.com", "active"),
        ("b@example.com", "active"),
        ("c@example.com", "pending"),
    ]
    assert {"'=1+1", ""} == {row["name"] for row in rows}
    assert cloud.url
