"""`newsletter check`: the publication as it is passes, and each way of breaking it is found with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.main import main
from tests.support.commands import Captured
from tests.support.stack import no_stack

templates = no_stack.templates


def check(templates: Path, capsys: Captured) -> list[str]:
    """What the check says, line by line."""
    code = main(["check", "--templates", str(templates)])
    lines = capsys.readouterr().out.splitlines()
    assert code == (0 if "no fault found" in lines[-1] else 1)
    return lines


def change(path: Path, was: str, becomes: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")


def test_a_publication_without_a_fault_is_said_to_be_so(templates: Path, capsys: Captured) -> None:
    (line,) = check(templates, capsys)
    assert line == f"{templates}: no fault found; secrets not checked, because no stack was named."


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('time_zone = "Europe/Helsinki"', 'time_zone = "Europe/Nowhere"', "time_zone: 'Europe/Nowhere' is no IANA"),
        ('key = "linkedin"', 'key = "nakyvyys"', "topics: 'nakyvyys' is there twice"),
        ("max_articles = 6", "max_articles = 0", "digest.max_articles: 0 is not from 1 to 30"),
        ("max_articles = 6", "max_article = 6", "digest.max_articles: missing"),
        ("[sender]", "[sender", "not TOML"),
    ],
)
def test_a_fault_in_the_publication_is_said_with_its_field(
    templates: Path, capsys: Captured, was: str, becomes: str, said: str
) -> None:
    change(templates / "publication.toml", was, becomes)
    first, last = check(templates, capsys)
    assert first.startswith(f"{templates / 'publication.toml'}: {said}")
    assert last == "1 fault."


def test_a_fault_in_the_rules_about_scanners_is_said_with_its_field(templates: Path, capsys: Captured) -> None:
    change(templates / "scanners.toml", "too_soon = 5", "too_soon = 500")
    assert check(templates, capsys) == [
        f"{templates / 'scanners.toml'}: seconds.too_soon: 500 is not from 0 to 60",
        "1 fault.",
    ]


def test_missing_words_for_the_reasons_of_leads_are_told(templates: Path, capsys: Captured) -> None:
    for language in ("fi", "sv", "en"):
        (templates / f"locales/{language}/leads.toml").unlink()
    lines = check(templates, capsys)
    where = templates / "locales/fi"
    assert f"{where}: leads.reason.burst: missing here; reasons of leads need it" in lines
    assert f"{where}: leads.after.minutes: missing here; reasons of leads need it" in lines


def test_templates_without_rules_about_scanners_have_no_fault(templates: Path, capsys: Captured) -> None:
    (templates / "scanners.toml").unlink()
    assert "no fault found" in check(templates, capsys)[-1]


def test_a_new_language_is_told_all_that_it_lacks_at_once(templates: Path, capsys: Captured) -> None:
    change(templates / "publication.toml", 'languages = ["fi", "sv", "en"]', 'languages = ["fi", "sv", "en", "de"]')
    lines = check(templates, capsys)
    where = templates / "publication.toml"
    assert f"{where}: consent.text.de: missing; every language needs its text" in lines
    assert f"{where}: topics[1].description.de: missing; every language needs its text" in lines
    assert f"{where}: offers[1].accept.de: missing; every language needs its text" in lines
    assert any(line.startswith(f"{templates / 'locales/de'}: no messages for 'de'") for line in lines)
    assert any("there is no file" in line and line.endswith("sequences/sparraus-1.de.md") for line in lines)


def test_a_sequence_text_that_is_not_there_is_said(templates: Path, capsys: Captured) -> None:
    (templates / "sequences/sparraus-2.sv.md").unlink()
    (templates / "sequences/sparraus-1.fi.md").write_text(" \n", encoding="utf-8")
    lines = check(templates, capsys)
    where = f"{templates / 'publication.toml'}: sequences.sparraus.steps"
    assert f"{where}.1.body: sequences/sparraus-1.fi.md is empty" in lines
    assert any(line.startswith(f"{where}.2.body: there is no file") for line in lines)


def test_a_template_that_does_not_render_is_said_with_file_and_line(templates: Path, capsys: Captured) -> None:
    change(templates / "email/letter.txt", "personal(subject) }}\n\n{{ pl", "personal(sbject) }}\n\n{{ pl")
    lines = check(templates, capsys)
    assert any(
        re.match(rf"{re.escape(str(templates))}/email/letter\.txt:\d+ \(sv, sparraus-1\): 'sbject' is undefined", line)
        for line in lines
    )


def test_a_theme_or_a_template_with_faint_text_does_not_pass(templates: Path, capsys: Captured) -> None:
    path = templates / "email/compiled/letter.html"
    change(path, "{{ markdown(body) }}", '{{ markdown(body) }}<p style="color: #999999">Pikkuteksti</p>')
    lines = check(templates, capsys)
    assert any(
        re.match(rf"{re.escape(str(path))}:\d+ \(fi, campaign\): “Pikkuteksti” is #999999 on #", line)
        and line.endswith("where 4.5:1 is the least that can be read well")
        for line in lines
    )
    path = templates / "publication.toml"
    path.write_text(re.sub(r"^muted = .*", 'muted = "#999999"', path.read_text("utf-8"), count=1, flags=re.MULTILINE))
    (line, _) = check(templates, capsys)
    assert "look.light.muted: #999999 on paper #" in line


def test_a_template_that_cannot_be_read_is_said_with_file_and_line(templates: Path, capsys: Captured) -> None:
    change(templates / "pages/layout.html", "{% block content %}", "{% blok content %}")
    lines = check(templates, capsys)
    assert any(line.startswith(f"{templates}/pages/layout.html:") and "blok" in line for line in lines)


def test_a_message_that_one_language_lacks_is_said(templates: Path, capsys: Captured) -> None:
    path = templates / "locales/sv/pages.toml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("skip")]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert f"{templates / 'locales/sv'}: pages.layout.skip: missing here" in check(templates, capsys)


@pytest.mark.parametrize(
    ("page", "asks"), [("layout", 't("pages.layout.skip")'), ("erased", 'address.in_text("pages.my_data.in_crm")')]
)
def test_a_message_that_no_language_has_is_said_where_it_is_asked_for(
    templates: Path, capsys: Captured, page: str, asks: str
) -> None:
    change(templates / f"pages/{page}.html", asks, asks.replace('")', 'p")'))
    lines = check(templates, capsys)
    asked = asks.split('"')[1]
    assert any(
        line.startswith(f"{templates}/pages/{page}.html:")
        and line.endswith(f"asks for the message {asked}p, which no language has")
        for line in lines
    )
