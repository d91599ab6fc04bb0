"""The table [look]: colours for light and dark, fonts and a logo of mails and pages. Text must have enough contrast."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import TomlTable

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
FONTS = re.compile(r"[A-Za-z0-9' -]+(?:, ?[A-Za-z0-9' -]+)*")
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, text of any size."""

WIDEST_LOGO = 520
"""Pixels between the margins of a mail."""

TEXT_ON_BACKGROUND = (
    *(("ink", "paper"), ("muted", "paper"), ("link", "paper"), ("label", "paper")),
    *(("ink", "desk"), ("muted", "desk"), ("link", "desk"), ("on_band", "band")),
    *(("wrong", "paper"), ("wrong", "desk")),
)


@dataclass(frozen=True)
class Palette:
    """Colours as `#rrggbb`, by the names that publication.toml and the templates use.

    `desk` is the background of the page, `paper` that of the text; `ink` is text and `muted` secondary text; `label` is
    for topics and weeks; `rule` and `accent` are lines; `band` is the background of masthead, offer and buttons,
    `on_band` the text on it. `wrong` is for errors and for what cannot be undone, on pages alone.
    """

    desk: str
    paper: str
    ink: str
    muted: str
    link: str
    label: str
    rule: str
    accent: str
    band: str
    on_band: str
    wrong: str


@dataclass(frozen=True)
class Logo:
    """The picture of the masthead, on the colour `band`; width and height in pixels as it is shown."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Theme:
    """`headings` and `text` are font stacks as CSS writes them. Without a logo the masthead has the name."""

    light: Palette
    dark: Palette
    headings: str
    text: str
    logo: Logo | None = None

    @property
    def outlook_text(self) -> str:
        """`text` without the generic names of system fonts, for which Outlook on Windows would show Times."""
        names = [name.strip() for name in self.text.split(",")]
        return ", ".join(name for name in names if not name.lower().startswith(("-", "system-ui", "ui-", "blinkmac")))


DEFAULT_THEME = Theme(
    light=Palette(
        desk="#F1F1EF",
        paper="#FFFFFF",
        ink="#1C1E21",
        muted="#5A6068",
        link="#1F4E79",
        label="#5A6068",
        rule="#DCDEE1",
        accent="#7C8794",
        band="#26303A",
        on_band="#FFFFFF",
        wrong="#A3341F",
    ),
    dark=Palette(
        desk="#111315",
        paper="#1C1E21",
        ink="#ECEDEE",
        muted="#B0B5BB",
        link="#9CC7F0",
        label="#B0B5BB",
        rule="#3A3F45",
        accent="#7C8794",
        band="#303C48",
        on_band="#FFFFFF",
        wrong="#F2A08C",
    ),
    headings="Georgia, 'Times New Roman', serif",
    text="-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
)
"""Greys that go with any logo, for a publication without the table."""


def parse_theme(table: TomlTable, default: Theme = DEFAULT_THEME) -> Theme:
    """The theme of the table; what it leaves out is as in `default`. Raises InvalidPublication."""
    return Theme(
        light=table.table("light", lambda t: _palette(t, default.light)) if "light" in table else default.light,
        dark=table.table("dark", lambda t: _palette(t, default.dark)) if "dark" in table else default.dark,
        headings=_fonts(table, "headings", default.headings),
        text=_fonts(table, "text", default.text),
        logo=table.table("logo", _logo) if "logo" in table else None,
    )


def contrast(one: str, other: str) -> float:
    """Contrast of two colours `#rrggbb`, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _palette(table: TomlTable, default: Palette) -> Palette:
    names = [field.name for field in fields(Palette)]
    palette = replace(default, **{name: _colour(table, name) for name in names if name in table})
    for text, background in TEXT_ON_BACKGROUND:
        one, other = getattr(palette, text), getattr(palette, background)
        if contrast(one, other) < LEAST_CONTRAST:
            raise InvalidPublication(
                table.path(text),
                f"{one} on {background} {other} has a contrast of {contrast(one, other):.2f}:1; "
                f"readers need {LEAST_CONTRAST}:1",
            )
    return palette


def _colour(table: TomlTable, field: str) -> str:
    value = table.line(field)
    if not COLOUR.fullmatch(value):
        raise InvalidPublication(table.path(field), f"{value!r} is no colour such as #1F4D3F")
    return value


def _fonts(table: TomlTable, field: str, default: str) -> str:
    value = table.optional(field) or default
    if not FONTS.fullmatch(value) or value.count("'") % 2:
        raise InvalidPublication(
            table.path(field), f"{value!r} are no font names such as Georgia, 'Times New Roman', serif"
        )
    return value


def _logo(table: TomlTable) -> Logo:
    return Logo(
        url=table.url("url"),
        alt=table.line("alt"),
        width=table.number("width", 16, WIDEST_LOGO),
        height=table.number("height", 16, 200),
    )
