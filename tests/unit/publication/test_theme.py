"""The look of mails: whatever a publication chooses, readers can read it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.theme import (
    DEFAULT_THEME,
    LEAST_CONTRAST,
    TEXT_ON_BACKGROUND,
    Palette,
    Theme,
    contrast,
    parse_theme,
)
from newsletter.publication.toml_table import TomlTable
from tests.support.mailings.mails import templates

LOGO = {"url": "https://a.example/logo.png", "alt": "Lehti", "width": 160, "height": 40}
colours = st.from_regex(r"#[0-9A-Fa-f]{6}", fullmatch=True)


def parsed(**look: Any) -> Theme:
    table = TomlTable({"look": look})
    return table.table("look", parse_theme)


@pytest.mark.parametrize("look", [DEFAULT_THEME, templates.publication.theme], ids=["default", "sample"])
def test_text_stands_out_in_light_and_in_dark(look: Theme) -> None:
    for palette in (look.light, look.dark):
        ratios = {pair: contrast(*(getattr(palette, name) for name in pair)) for pair in TEXT_ON_BACKGROUND}
        assert all(ratio >= LEAST_CONTRAST for ratio in ratios.values()), ratios


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)
    assert contrast("#767676", "#ffffff") == contrast("#FFFFFF", "#767676") == pytest.approx(4.542, abs=0.001)


@given(st.dictionaries(st.sampled_from([field.name for field in fields(Palette)]), colours))
def test_no_palette_that_cannot_be_read_is_taken(chosen: dict[str, str]) -> None:
    try:
        palette = parsed(dark=chosen).dark
    except InvalidPublication:
        return
    assert chosen.items() <= {field.name: getattr(palette, field.name) for field in fields(Palette)}.items()
    assert all(contrast(getattr(palette, text), getattr(palette, on)) >= 4.5 for text, on in TEXT_ON_BACKGROUND)


def test_what_is_left_out_is_the_default() -> None:
    unset = DEFAULT_THEME
    assert parsed() == unset
    changed = parsed(light={"accent": "#123456"}, logo=LOGO)
    assert (changed.light.accent, changed.light.ink, changed.dark) == (
        "#123456",
        DEFAULT_THEME.light.ink,
        DEFAULT_THEME.dark,
    )
    assert changed.logo is not None
    assert changed.logo.alt == "Lehti"


def test_outlook_gets_fonts_that_windows_has() -> None:
    assert parsed(text="-apple-system, BlinkMacSystemFont, 'Segoe UI', Arial").outlook_text == "'Segoe UI', Arial"
    assert parsed(text="Verdana, sans-serif").outlook_text == "Verdana, sans-serif"


@pytest.mark.parametrize(
    ("look", "field", "right"),
    [
        ({"light": {"ink": "black"}}, "look.light.ink", "#1F4D3F"),
        ({"light": {"muted": "#999999"}}, "look.light.muted", "on paper #FFFFFF has a contrast of 2.85:1"),
        ({"dark": {"band": "#DDDDDD"}}, "look.dark.on_band", "readers need 4.5:1"),
        ({"light": {"inc": "#000000"}}, "look.light.inc", "misspelt"),
        ({"text": 'Arial"; x'}, "look.text", "Georgia"),
        ({"headings": "Georgia, 'Times"}, "look.headings", "Georgia"),
        ({"text": "Arial; color: red"}, "look.text", "Georgia"),
        ({"logo": {**LOGO, "url": "logo.png"}}, "look.logo.url", "http"),
        ({"logo": {**LOGO, "width": 700}}, "look.logo.width", "520"),
        ({"logo": {"url": LOGO["url"], "width": 1, "height": 1}}, "look.logo.alt", "missing"),
        ({"logos": LOGO}, "look.logos", "misspelt"),
    ],
)
def test_a_look_that_cannot_be_is_refused_with_its_place(look: dict[str, Any], field: str, right: str) -> None:
    with pytest.raises(InvalidPublication) as refused:
        parsed(**look)
    assert refused.value.field == field
    assert right in refused.value.message
