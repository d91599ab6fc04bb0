"""Lists of readers as spreadsheets, mail programs and other systems save them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.imports.report import RejectedRows
from newsletter.platform.errors import InvalidInput, UnreadableList
from newsletter.readers.imports.columns import columns_of
from newsletter.readers.imports.import_file import Line
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import NO_OPTIONS
from newsletter.readers.imports.read_row import Row
from newsletter.readers.imports.scan import open_file
from newsletter.readers.imports.spreadsheet import SIGNS, guarded, unguarded
from tests.support.strategies import WHOLE

OUTLOOK = "First Name,Middle Name,Last Name,Title,Home Street,Home City,Home State,E-mail Address,E-mail Type,Notes"
GOOGLE = "Name,Given Name,Family Name,Birthday,Notes,E-mail 1 - Label,E-mail 1 - Value,Address 1 - Street,Labels"


def rows(path: Path, content: bytes) -> list[tuple[int, Row]]:
    path.write_bytes(content)
    file = open_file(path)
    columns = columns_of(file, NO_OPTIONS)
    return [(line.number, columns.row(line)) for line in file.lines()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("stated", [False, True])
def test_every_encoding_and_separator_of_a_spreadsheet_is_told_apart(
    tmp_path: Path, encoding: str, separator: str, *, stated: bool
) -> None:
    text = f'"Nimi{separator} sukunimi, titteli; arvo"{separator}Sähköposti\r\nÄijä{separator}a@x.fi\r\n'

    found = rows(tmp_path / "a.csv", (f"sep={separator}\r\n" * stated + text).encode(encoding))

    assert [(line, row.email) for line, row in found] == [(2 + stated, "a@x.fi")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{OUTLOOK}\nMaija,,Meri,,Katu 1,Turku,Varsinais-Suomi,a@x.fi,SMTP,\n", "Maija"),
        ("Etunimi;Sukunimi;Sähköpostiosoite;Sähköpostin laji\nMaija;Meri;a@x.fi;SMTP\n", "Maija"),
        (f"{GOOGLE}\nMaija Meri,Maija,Meri,,,* Work,a@x.fi,Katu 1,* myContacts\n", "Maija Meri"),
        ("Förnamn,Efternamn,E-post,Mobilnummer\nMaija,Meri,a@x.fi,070\n", "Maija"),
        ("Email Address,First Name,Last Name,Address\na@x.fi,Maija,Meri,Katu 1\n", "Maija"),
        ("first_name,email_address,created_at\nMaija,a@x.fi,2024\n", "Maija"),
        ("nimi,osoite\nMaija,a@x.fi\nPekka,b@x.fi\n", "Maija"),
        ('"email";"name"\n"a@x.fi";"Maija"\n', "Maija"),
    ],
)
def test_the_usual_exports_have_their_addresses_found(tmp_path: Path, text: str, name: str) -> None:
    _, row = rows(tmp_path / "a.csv", text.encode())[0]

    assert (row.email, row.choices["name"]) == ("a@x.fi", name)


@pytest.mark.parametrize("text", ["a@x.fi\nb@x.fi\n", "a@x.fi;\r\nb@x.fi;\r\n", "\ufeffa@x.fi\n\nb@x.fi"])
def test_a_bare_list_of_addresses_needs_no_header(tmp_path: Path, text: str) -> None:
    found = rows(tmp_path / "a.csv", text.encode())

    assert [row.email for _, row in found] == ["a@x.fi", "b@x.fi"]
    assert found[0][0] == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nimi,puhelin\nMaija,040\n", "no column is called email .* Found: nimi, puhelin; name it email"),
        ("nimi,yhteys\nMaija,a@x.fi\n", "Found: nimi, yhteys; yhteys seems to have them; name it email"),
        ("Name,Address\nMaija,Katu 1\n", "Found: Name, Address"),
        ("a@x.fi,Maija\nb@x.fi,Pekka\n", "this line is a reader already"),
        ("", "Found: none"),
        ('email,name\na@x.fi,"Maija\nb@x.fi,Pekka\n', "line 2: the file ends within quotation marks"),
        ('email,name\na@x.fi,"Maija\nb@x.fi,Pekka\nc@x.fi,Liisa"\n', "line 2: other rows stand within quotation marks"),
        ('email\n"a@x.fi\nb@x.fi\nc@x.fi"\n', "line 2: other rows stand within"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_was_found(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(UnreadableList, match=fault) as caught:
        rows(tmp_path / "a.csv", text.encode())

    assert "@x.fi" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("email;Tila\na@x.fi;Päättynyt\n", "mac_roman"),
        ("email;Tila\na@x.fi;Päättynyt\n", "cp850"),
        ("email;Tila;Nimi\na@x.fi;Päättynyt;Miloš Ž\n", "cp1252"),
        ("email;Tila;Nimi\na@x.fi;PÄÄTTYNYT;Ä\n", "mac_roman"),
        ("Sähköposti;Tila\na@x.fi;lopettanut\n", "mac_roman"),
        ("email;Status;Namn\na@x.fi;Spärrad;Åsa\n", "mac_roman"),
        ("email;Tila;Nimi;Hinta\na@x.fi;perunut;Aino…;50 €\n", "cp1252"),
    ],
)
def test_the_letters_of_words_tell_the_encodings_of_windows_macintosh_and_dos_apart(
    tmp_path: Path, text: str, encoding: str
) -> None:
    ((_, row),) = rows(tmp_path / "a.csv", text.encode(encoding))

    assert row.listed.left


@pytest.mark.parametrize("name", ["Miloš", "Milö"])
def test_letters_that_may_be_of_either_encoding_are_asked_about_and_the_answer_is_taken(
    tmp_path: Path, name: str
) -> None:
    encoding = "cp1252" if "š" in name else "mac_roman"
    path = tmp_path / "a.csv"
    path.write_bytes(f"email,nimi\na@x.fi,{name}\n".encode(encoding))

    with pytest.raises(UnreadableList, match=r"cp1252, mac_roman.*--encoding NAME"):
        open_file(path)
    (line,) = open_file(path, encoding).lines()

    assert line.cells == ["a@x.fi", name]


@pytest.mark.parametrize(("encoding", "fault"), [("klingon", "unknown"), ("base64", "unknown"), ("utf-8", "not in")])
def test_an_encoding_that_does_not_exist_or_fit_is_refused(tmp_path: Path, encoding: str, fault: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("email,nimi\na@x.fi,Äijä\n".encode("cp1252"))

    with pytest.raises(UnreadableList, match=fault):
        open_file(path, encoding)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(UnreadableList, match="cannot be read"):
        open_file(tmp_path / "none.csv")


def test_a_row_whose_cells_lie_under_no_name_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email,name,tila\na@x.fi,Meri, Maija,perunut\nb@x.fi,Pekka,perunut\nc@x.fi\n", encoding="utf-8")
    file = open_file(path)
    columns = columns_of(file, NO_OPTIONS)
    first, second, third = file.lines()

    with pytest.raises(InvalidInput, match=r"^line: 4 cells, and only 3 names in the first line"):
        columns.row(first)
    assert columns.row(second).listed.left
    assert columns.row(third).listed is ListedStatus.UNSAID


def test_the_last_row_of_a_file_that_was_cut_off_is_not_taken_for_somebody_who_stayed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email,name,tila\na@x.fi,Maija,perunut\nb@x.fi,Pek", encoding="utf-8")
    file = open_file(path)
    columns = columns_of(file, NO_OPTIONS)
    _, last = file.lines()

    with pytest.raises(InvalidInput, match="was it cut off"):
        columns.row(last)


@given(st.text(WHOLE))
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(SIGNS)


@pytest.mark.parametrize("text", [*(f"{sign}1" for sign in SIGNS), "@SUM(A1)", "'=1", "''-1"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "'", "O'Hara", "'quoted'", "1+1", "a=b"])
def test_what_it_would_not_stays_as_it_is(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


def test_a_report_of_rejected_rows_has_no_formula_and_is_a_file_to_import(tmp_path: Path) -> None:
    header = ["email", "=cmd", "name", "topics"]
    with RejectedRows(tmp_path / "lukijat.csv", header, 0, dry=False) as rejected:
        rejected.add(Line(7, ["a@x.fi", "@x", "-Maija", "golf"]), "topics", "golf is unknown")
        rejected.add(Line(9, ["=b@x.fi", "", "Pekka; Meri", ""]), "email", "=not an address")
    content = rejected.path.read_bytes()

    cells = [cell for row in csv.reader(io.StringIO(content.decode(), newline="")) for cell in row]
    file = open_file(rejected.path)

    assert not any(cell.startswith(SIGNS) for cell in cells)
    assert file.header == header
    assert [line.cells for line in file.lines()] == [
        ["a@x.fi", "@x", "-Maija", "golf"],
        ["=b@x.fi", "", "Pekka; Meri", ""],
    ]
