"""Personal fields in subjects and texts, filled in by bulk sending."""

from __future__ import annotations

import pytest

from newsletter.mail.placeholders import names_in, substitute, to_ses_template
from newsletter.mail.writing.personal_fields import (
    Field,
    faults_in_fields,
    personal_values,
    pieces_of,
    read_field,
    template_without_fields,
    with_fields,
    without_fields,
)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("{{ first_name | friend }}", Field("first_name", "friend")),
        ("{{first_name|hyvä ystävä}}", Field("first_name", "hyvä ystävä")),
        ('{{ name | default: "sinä" }}', Field("name", "sinä")),
        ("{{ name | default('sinä') }}", Field("name", "sinä")),
        ("{{ name | ”sinä” }}", Field("name", "sinä")),
        ("{{ name | default }}", Field("name", "default")),
        ('{{ name | "" }}', Field("name", "")),
        ("{{ nimi | x }}", None),
        ("{{ name }}", None),
        ("{{ name | {x} }}", None),
        (f"{{{{ name | {'x' * 61} }}}}", None),
    ],
)
def test_a_field_is_read_as_people_write_it(written: str, field: Field | None) -> None:
    found = read_field(written)
    assert (found[0] if found else None) == field
    assert (list(faults_in_fields(written)) == []) is (field is not None)


def as_read(text: str, reader: dict[str, str], *, html: bool = False, limit: int = 200) -> str:
    template = to_ses_template(with_fields(text, limit, html=html))
    return substitute(template, personal_values(names_in(template), reader))


def test_each_reader_gets_the_own_value_and_others_the_fallback() -> None:
    text = "Hei {{ first_name | ystävä }}, {{ first_name | sinä }}: {{ email | osoitteesi }}"
    maija = {"name": "Maija Liisa", "email": "maija@a.example"}
    assert as_read(text, maija) == "Hei Maija, Maija: maija@a.example"
    assert as_read(text, {"name": " "}) == "Hei ystävä, sinä: osoitteesi"
    assert without_fields(text) == "Hei ystävä, sinä: osoitteesi"
    assert as_read("{{ name | x }}", maija) == "Maija Liisa"


def test_values_and_fallbacks_are_escaped_where_they_become_html() -> None:
    hostile = {"name": "<b>{{click}}</b>"}
    assert as_read("<i> {{ name | x }}", hostile, html=True) == (
        "&lt;i&gt; &lt;b&gt;&#123;&#123;click&#125;&#125;&lt;/b&gt;"
    )
    assert as_read("{{ name | 1 < 2 & }}", {}, html=True) == "1 &lt; 2 &amp;"
    assert as_read("{{ name | x }}", hostile) == "<b>{{click}}</b>"


def test_a_line_is_cut_between_fields_and_never_within_one() -> None:
    text = "Kevään {{ first_name | ystävä }} sana toinen"
    assert as_read(text, {}, limit=9) == "Kevään …"
    assert len(as_read(text, {}, limit=18)) <= 18
    assert as_read(text, {}, limit=60) == "Kevään ystävä sana toinen"


def test_a_stored_subject_is_read_without_its_fields() -> None:
    template = to_ses_template(with_fields("Hei {{ name | sinä }}", 200, html=False))
    assert template_without_fields(template) == "Hei sinä"
    assert list(pieces_of("a {{ x }} b")) == ["a {{", " x }} b"]
