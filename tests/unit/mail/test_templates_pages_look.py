"""The look of the pages, and of the console: the publication's colours and fonts, and no others."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from newsletter.publication.theme import TEXT_ON_BACKGROUND
from tests.support.console.page_cases import form
from tests.support.console.pages import publication, templates

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_page_has_the_colours_and_fonts_of_the_publication(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    palette = replace(getattr(publication.theme, mode), desk="#010203", paper="#040506", on_band="#070809")
    look = replace(publication.theme, headings="Rockwell, serif", text="'Gill Sans', sans-serif", **{mode: palette})
    monkeypatch.setitem(templates.__dict__, "publication", replace(publication, theme=look))
    css = templates.page("subscribe", "fi", **form()).partition("<style>")[2].partition("</style>")[0]
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", re.findall(r":root {(.*?)}", css, re.DOTALL)[mode == "dark"]))
    button, on_button = ("on-band", "band") if mode == "dark" else ("band", "on-band")
    assert colours.pop("button") == colours[button]
    assert colours.pop("on-button") == colours[on_button]
    assert colours == {name: getattr(palette, name.replace("-", "_")) for name in colours}
    assert "font: 1.0625rem/1.6 'Gill Sans', sans-serif;" in css
    assert ".brand { font-family: Rockwell, serif;" in css
    assert not re.search(
        r"#[0-9a-f]{3}|rgb", css.partition("*, *::before")[2].partition("@media print")[0], re.IGNORECASE
    )


def test_text_stands_only_where_the_look_was_checked_to_let_it_stand_out() -> None:
    css = "".join(
        (ROOT / "templates" / place / "style.css").read_text(encoding="utf-8") for place in ("pages", "console")
    )
    texts = set(re.findall(r"(?<![\w-])color: var\(--([\w-]+)\)", css))
    grounds = set(re.findall(r"background: var\(--([\w-]+)\)", css))
    # A button is the band or, in the dark, the band's text; paper and ink, and the band and its text, change places
    # where a pointer is. `accent` and `dot` have no text on them.
    assert texts == {"ink", "muted", "link", "wrong", "on-band", "band", "on-button", "paper"}
    assert grounds == {"desk", "paper", "band", "on-band", "button", "ink", "wrong", "accent", "dot"}
    checked = {*TEXT_ON_BACKGROUND}
    assert checked >= {(text, ground) for text in ("ink", "muted", "link", "wrong") for ground in ("desk", "paper")}
    assert ("on_band", "band") in checked


def test_no_stylesheet_uses_a_colour_that_the_look_does_not_have() -> None:
    known = {"button", "on-button", "dot", *(field.name.replace("_", "-") for field in fields(publication.theme.light))}
    for place in ("pages", "console"):
        css = (ROOT / "templates" / place / "style.css").read_text(encoding="utf-8")
        assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= known
        assert not re.search(r"#[0-9a-f]{3}\b|#[0-9a-f]{6}\b|rgb|hsl", css.partition("@media print")[0], re.IGNORECASE)
