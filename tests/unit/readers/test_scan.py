"""Columns of which only the operator can say what they mean, what answers the question, and lists that ask nothing."""

from __future__ import annotations

import csv
import io
import shlex
from pathlib import Path

import pytest

from newsletter.platform.errors import UnreadableList
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import options_of
from tests.unit.readers.test_status_columns import ACTIVE, LEFT, PENDING, UNSAID, UNSUBSCRIBED, read, table


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Uutiskirjeen peruutus", ["ei", "kyllä"]),
        ("Consent withdrawn", ["2025-03-01", ""]),
        ("Ei uutiskirjettä", ["x", ""]),
        ("withdrawn_at", ["2025-03-01", ""]),
        ("deactivated_at", ["1740787200", ""]),
        ("Tackat nej", ["ja", ""]),
        ("VIP", ["yes", "no"]),
        ("Ryhmä A", ["x", ""]),
        ("Viikkokirje", ["kyllä", "ei"]),
        ("Sopimus", ["31.12.2025", ""]),
        ("Sopimus", ["Mar 1, 2025", "1. Mai 2024"]),
        ("Consent date", ["no", "yes"]),
        ("created_at", ["no", "yes"]),
        ("Newsletter", ["2025-03-01", ""]),
        ("Markkinointikielto", ["voimassa", ""]),
        ("Suppression", ["active", ""]),
        ("tags", [f"city{number}, unsubscribed" for number in range(35)]),
        ("tags", [f"city{number}" for number in range(40)] + ["city, unsubscribed"]),
        ("Phone", ["040 1", "unsubscribed, moved"]),
        ("Tags", ['["unsubscribed", "vip"]', ""]),
        ("Tags", ["['unsubscribed', 'vip']", ""]),
        ("Labels", ["vip / unsubscribed", "vip"]),
        ("Groups", ["vip\nunsubscribed", "vip"]),
        ("Ryhmät", ["VIP+perunut", "VIP"]),
        ("Lista", ["Poistuneet", "Aktiiviset"]),
        ("Kommentti", ["perunut 12.3.2024", "ok"]),
        ("Notes", ["UNSUBSCRIBED!", "fine"]),
        ("Contact preference", ["No contact", "phone"]),
        ("Email frequency", ["never", "weekly"]),
    ],
)
def test_what_only_the_operator_can_know_is_asked(tmp_path: Path, name: str, cells: list[str]) -> None:
    with pytest.raises(UnreadableList) as caught:
        read(tmp_path / "a.csv", table(name, cells))

    said = str(caught.value)
    quoted = f'"{name}"' if " " in name else name
    assert f"the column {name!r}" in said
    assert all(f"{option} {quoted}" in said for option in ("--yes-is-left", "--yes-is-mail", "--ignore-column"))


def test_the_word_that_tells_is_shown_however_many_others_there_are(tmp_path: Path) -> None:
    cells = [f"city{number}" for number in range(500)] + ["city, unsubscribed"]

    with pytest.raises(UnreadableList, match=r'not what "city, unsubscribed" \(1\), .* and others mean'):
        read(tmp_path / "a.csv", table("tags", cells))


def test_all_is_asked_at_once_and_the_options_can_be_pasted(tmp_path: Path) -> None:
    text = "email,Consent withdrawn,VIP,Banned,Company\na@x.fi,2025-03-01,x,,Oy\nb@x.fi,,,2025-03-01,Ab\n"
    with pytest.raises(UnreadableList) as caught:
        read(tmp_path / "a.csv", text)

    options = str(caught.value).split("nothing of who may be mailed: ")[1]
    assert shlex.split(options) == [
        part for name in ("Consent withdrawn", "VIP", "Banned") for part in ("--ignore-column", name)
    ]
    answers = options_of(("VIP",), (), {}, yes_is_left=("consent_withdrawn", "Banned"))
    columns, found = read(tmp_path / "a.csv", text, answers)

    assert found == [LEFT, LEFT]
    assert columns.unused == ("VIP", "Company")


@pytest.mark.parametrize(
    ("name", "cells", "options", "expected"),
    [
        ("Uutiskirjeen peruutus", ["ei", "kyllä", ""], {"yes_is_left": True}, [UNSAID, LEFT, UNSAID]),
        (
            "Viikkokirje",
            ["ei", "kyllä", "", "1.2.2025"],
            {"yes_is_mail": True},
            [UNSUBSCRIBED, ACTIVE, PENDING, ACTIVE],
        ),
        ("Peruuttanut", ["muutti", "", "ei"], {LEFT: "*", ACTIVE: "ei"}, [LEFT, UNSAID, ACTIVE]),
        ("tags", ["Turku, unsubscribed", "Turku"], {ACTIVE: "*"}, [UNSUBSCRIBED, ACTIVE]),
        ("tags", ["Turku; ex", "Turku", "ex"], {ACTIVE: "*", LEFT: "ex"}, [LEFT, ACTIVE, LEFT]),
        ("tags", [f"c{n}, unsubscribed" for n in range(40)], {ACTIVE: "*"}, [UNSUBSCRIBED] * 40),
    ],
)
def test_the_answer_is_taken(
    tmp_path: Path, name: str, cells: list[str], options: dict[object, object], expected: list[ListedStatus]
) -> None:
    values = {key: str(value) for key, value in options.items() if isinstance(key, ListedStatus)}
    said = options_of(
        (),
        (name,) if values else (),
        values,
        yes_is_left=(name,) if "yes_is_left" in options else (),
        yes_is_mail=(name,) if "yes_is_mail" in options else (),
    )

    assert read(tmp_path / "a.csv", table(name, cells), said)[1] == expected


@pytest.mark.parametrize("name", ["", "Unsubscribed newsletters (test) & more?", 'VIP "gold"', "VIP $"])
def test_a_column_is_answered_whatever_its_name_is_even_without_one_and_twice(tmp_path: Path, name: str) -> None:
    with io.StringIO(newline="") as buffer:
        csv.writer(buffer).writerows(
            [("email", "nimi", name, name), ("a@x.fi", "A", "maybe" if name[:1] == "U" else "x", "")]
        )
        text = buffer.getvalue()
    with pytest.raises(UnreadableList) as caught:
        read(tmp_path / "a.csv", text)
    option, said = shlex.split(str(caught.value).split("nothing of who may be mailed: ")[1])

    columns, found = read(tmp_path / "a.csv", text, options_of((said,), (), {}))

    assert (option, said) == ("--ignore-column", name or "column 3")
    assert found == [UNSAID]
    assert columns.unused == (name or "column 3", name or "column 4")


def test_two_answers_on_one_column_are_refused() -> None:
    with pytest.raises(UnreadableList, match="'vip' is named by two options"):
        options_of(("VIP",), (), {}, yes_is_left=("vip",))


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("NewsLetter", ["0", "1", "unsubscribed"], [UNSUBSCRIBED, ACTIVE, UNSUBSCRIBED]),
        ("News-letter", ["no", "yes"], [UNSUBSCRIBED, ACTIVE]),
        ("NewsLetterOptOut", ["1", "0"], [LEFT, UNSAID]),
        ("NewsLetterUnsubscribedAt", ["2025-01-01", ""], [LEFT, UNSAID]),
        ("Email & SMS unsubscribed", ["yes", "no"], [LEFT, UNSAID]),
        ("Unsubscribed from email and push", ["true", "false"], [LEFT, UNSAID]),
        ("Email/phone opt-out", ["x", ""], [LEFT, UNSAID]),
        ("Sähköpostimarkkinointi", ["Ei", "Kyllä"], [UNSUBSCRIBED, ACTIVE]),
        ("Direktmarknadsföring", ["Nej", "Ja"], [UNSUBSCRIBED, ACTIVE]),
        ("on_hold", ["1", "0", "2"], [LEFT, UNSAID, LEFT]),
        ("is_deceased", ["1", "0"], [LEFT, UNSAID]),
        ("Utskick", ["nej", "ja"], [UNSUBSCRIBED, ACTIVE]),
        ("Unsubscribed (number)", ["3", "0"], [LEFT, UNSAID]),
        ("Unsubscribed", [f"2025-01-{day:02} 10:00" for day in range(1, 32)] + [""], [LEFT] * 31 + [UNSAID]),
        ("Subscribed", [f"2025-01-{day:02} 10:00" for day in range(1, 32)], [ACTIVE] * 31),
        ("Marketing status", ["No consent", "Subscribed", "Archived"], [PENDING, ACTIVE, UNSUBSCRIBED]),
        ("Phone", ["040 1", "unsubscribed"], [None, UNSUBSCRIBED]),
    ],
)
def test_names_of_torn_and_joined_words_are_read(
    tmp_path: Path, name: str, cells: list[str], expected: list[ListedStatus | None]
) -> None:
    if None in expected:
        with pytest.raises(UnreadableList, match=name):
            read(tmp_path / "a.csv", table(name, cells))
    else:
        assert read(tmp_path / "a.csv", table(name, cells))[1] == expected


@pytest.mark.parametrize(
    "text",
    [
        "name,email,company,city,phone,created_at,language,notes\nMaija,a@x.fi,Oy,Turku,,2025-01-01,fi,ok\n",
        "name,email,company,city,phone,created_at,language,notes\nMaija,a@x.fi,Oy,Turku,no,1.2.2025,fi,no\n",
        "Etunimi;Sukunimi;Sähköposti;Yritys;Puhelin;Kieli;Luotu;Muistiinpanot\nM;M;a@x.fi;Oy;040;fi;1.2.2025;ei\n",
        "Förnamn;Efternamn;E-post;Företag;Ort;Skapad;Senast ändrad\nM;M;a@x.fi;Ab;Åbo;2025-01-01;2025-01-01\n",
        "Vorname;Nachname;E-Mail;Firma;Ort;Erstellt am;Geburtsdatum\nM;M;a@x.fi;AG;Ulm;01.02.2025;1.2.1980\n",
        "Timestamp,Email,Full name,Birthday,Last login,Order no,Sex\n2025-01-01,a@x.fi,M,1980-01-02,2025-01-01,1,f\n",
    ],
)
def test_an_ordinary_list_asks_nothing(tmp_path: Path, text: str) -> None:
    columns, found = read(tmp_path / "a.csv", text)

    assert found == [UNSAID]
    assert columns.statuses == ()
