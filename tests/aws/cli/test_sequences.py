"""`newsletter sequences simulate` on history, and what `newsletter check` says of an edit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.checks.sequences import against_file, against_stack
from cli.main import main
from cli.sequences.simulate_sequence import masked
from newsletter.container import app
from newsletter.publication.read_publication import read_publication_file
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.leads.sequences import deploy, edition, sequence, step
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
OLD = sequence("polku", step("eka", 1), step("toka", 3), step("kolmas", 3))
HISTORY = """\
who,event,at,topics,language
maija@example.com,confirmed,2026-11-02T08:00:00+02:00,linkedin,fi
kalle@example.com,confirmed,2026-11-03,kriisit,sv
kalle@example.com,left,2026-11-05
liisa@example.com,confirmed,2026-12-24T08:00:00+02:00,,fi
"""


def simulated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["sequences", "simulate", "polku", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_history_in_a_file_is_played_without_a_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = sequence("polku", step("eka", 1), step("aihe", 2, 'only_for = { topics = ["linkedin"] }'))
    folder, history = edition(tmp_path / "t", changed, offers=False), tmp_path / "h.csv"
    history.write_text(HISTORY, encoding="utf-8")
    days = ("--from", "2026-11-01", "--to", "2026-12-01")
    found = simulated(capsys, *days, "--publication", str(folder / "publication.toml"), "--history", str(history))
    assert found["entered"] == 2
    assert found["steps"] == [{"key": "eka", "would": 2, "did": 0}, {"key": "aihe", "would": 1, "did": 0}]
    assert [(each["reader"], [step["at"] for step in each["would"]]) for each in found["readers"]] == [
        ("m…@example.com", ["2026-11-03T06:00:00Z", "2026-11-05T06:00:00Z"]),
        ("k…@example.com", ["2026-11-03T22:00:00Z"]),
    ]
    assert main(["sequences", "simulate", "polku", *days, "--templates", str(folder), "--history", str(history)]) == 0
    assert "eka 2026-11-03 08:00, aihe 2026-11-05 08:00" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("history", "options", "message"),
    [
        ("who,at\nx,2026-11-02\n", {}, "no column event"),
        ("who,event,at\nx,birthday,2026-11-02\n", {}, "h.csv:2: 'birthday' is none of confirmed"),
        ("who,event,at\nx,confirmed,yesterday\n", {}, "h.csv:2: at 'yesterday': write e.g."),
        (HISTORY, {"--to": "2026-11-01"}, "--to: give a day after"),
        (HISTORY, {"--from": "1.11.2026"}, "--from: '1.11.2026' is no day"),
    ],
)
def test_what_is_wrong_with_a_simulation_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], history: str, options: dict[str, str], message: str
) -> None:
    folder, file = edition(tmp_path / "t", OLD, offers=False), tmp_path / "h.csv"
    file.write_text(history, encoding="utf-8")
    given = {"--from": "2026-11-01", "--to": "2026-12-01", **options}
    words = [word for pair in given.items() for word in pair]
    code = main(["sequences", "simulate", "polku", *words, "--templates", str(folder), "--history", str(file)])
    assert code == 1
    assert message in capsys.readouterr().err


def test_the_enrollments_of_a_stack_are_played_against_a_changed_sequence(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(monkeypatch, tmp_path, OLD)
    reader = add_reader("maija@example.com")
    add_reader("uusi@example.com")
    app.triggers.confirmed(reader, NOW)
    for days in (1, 4):
        cloud.run("nurture", NOW + days * DAY)
    changed = edition(tmp_path / "changed", sequence("polku", step("eka", 0), step("neljas", 1)), offers=False)
    day = (NOW - DAY).date().isoformat()
    end = (NOW + 30 * DAY).date().isoformat()
    found = simulated(capsys, "--from", day, "--to", end, "--publication", str(changed / "publication.toml"))
    assert found["entered"] == 2, "one by an enrollment, one who would have come in by confirming"
    assert {each["key"]: (each["would"], each["did"]) for each in found["steps"]} == {
        "eka": (2, 1),
        "neljas": (2, 0),
        "toka": (0, 1),
    }
    assert app.enrollments.of(reader)[0].done.keys() == {"eka", "toka"}, "nothing is stored"


def test_a_simulation_keeps_to_the_exits_of_the_changed_file_and_to_what_was_clicked(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(monkeypatch, tmp_path, OLD)
    reader = add_reader("maija@example.com")
    app.triggers.confirmed(reader, NOW)
    cloud.run("nurture", NOW + DAY)
    cloud.drain()
    tags = cloud.mails()[-1].tags
    app.visit_marks.put(tags["mailing"], tags["batch"], {0: VisitMark(1, person=True)}, NOW + 90 * DAY)
    app.triggers.end(reader, "lead_won", NOW + 2 * DAY)
    steps = (step("eka", 1), step("toka", 3, 'only_for = { clicked = "eka" }'))
    days = ("--from", (NOW - DAY).date().isoformat(), "--to", (NOW + 30 * DAY).date().isoformat())
    for exits, would in (("[]", 1), ('["lead_won"]', 0)):
        changed = sequence("polku", *steps, more=f'trigger = "confirmed"\nexits = {exits}')
        folder = edition(tmp_path / f"changed{would}", changed, offers=False)
        found = simulated(capsys, *days, "--publication", str(folder / "publication.toml"))
        assert {each["key"]: each["would"] for each in found["steps"]} == {"eka": 1, "toka": would}


def test_an_address_is_masked() -> None:
    assert masked("maija@example.com") == "m…@example.com"
    assert masked("id-of-a-crm") == "id-of-a-crm"


# --- check -----------------------------------------------------------------------------------------------------------


def said(folder: Path, before: Path) -> list[tuple[str, bool]]:
    publication, faults = read_publication_file(folder / "publication.toml")
    assert publication is not None, faults
    return [(message, fault) for _, message, fault in against_file("p", publication, before / "publication.toml")]


def test_a_renamed_key_is_a_fault_and_a_removed_one_is_said(tmp_path: Path) -> None:
    before = edition(tmp_path / "old", OLD, offers=False)
    assert said(before, before) == []
    renamed = edition(tmp_path / "b", sequence("polku", step("eka", 1), step("x", 3), step("kolmas", 3)), offers=False)
    ((message, fault),) = said(renamed, before)
    assert fault
    assert "the key 'toka'" in message
    assert 'formerly = ["toka"]' in message
    known = sequence("polku", step("eka", 1), step("x", 3, 'formerly = ["toka"]'), step("kolmas", 3))
    assert said(edition(tmp_path / "c", known, offers=False), before) == []
    removed = edition(tmp_path / "d", sequence("polku", step("eka", 1), step("kolmas", 3)), offers=False)
    ((message, fault),) = said(removed, before)
    assert not fault
    assert "is gone" in message
    gone = edition(tmp_path / "e", sequence("muu", step("eka", 1)), offers=False)
    assert said(gone, before) == [("sequences: 'polku' is gone; it ends for whoever is in it", False)]


def test_steps_that_changed_places_are_said(tmp_path: Path) -> None:
    before = edition(tmp_path / "old", OLD, offers=False)
    later = sequence("polku", step("toka", 3), step("kolmas", 3), step("alku", 3, 'formerly = ["eka"]'))
    assert said(edition(tmp_path / "b", later, offers=False), before) == [
        ("'toka' comes before 'alku' now; who had 'alku' and not yet 'toka' does not get it", False),
        ("'kolmas' comes before 'alku' now; who had 'alku' and not yet 'kolmas' does not get it", False),
    ]


def test_check_compares_with_an_earlier_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = edition(tmp_path / "old", OLD, offers=False)
    renamed = edition(tmp_path / "b", sequence("polku", step("eka", 1), step("x", 3), step("kolmas", 3)), offers=False)
    arguments = ["check", "--templates", str(renamed), "--against"]
    assert main([*arguments, str(before / "publication.toml")]) == 1
    assert "sequences.polku.steps: the key 'toka'" in capsys.readouterr().out
    assert main([*arguments, str(renamed / "publication.toml")]) == 0
    assert main([*arguments, str(tmp_path / "none.toml")]) == 1
    assert "there is no such file" in capsys.readouterr().out


def test_the_check_of_a_stack_names_how_many_are_under_way(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deploy(monkeypatch, tmp_path, OLD)
    for number in range(3):
        app.triggers.confirmed(add_reader(f"r{number}@example.com"), NOW)
    cloud.run("nurture", NOW + DAY)
    renamed, faults = read_publication_file(
        edition(tmp_path / "b", sequence("polku", step("alku", 1), step("toka", 3)), offers=False) / "publication.toml"
    )
    assert renamed is not None, faults
    ((_, message, fault),) = against_stack("p", renamed)
    assert fault
    assert "the key 'eka' (the last that 3 readers under way had) is gone" in message
    assert list(against_stack("p", app.publication)) == []
