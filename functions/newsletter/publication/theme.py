"""How mails and pages look: colours for light and dark, fonts and a logo. Every text stands out from its ground."""

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

TEXT_ON_GROUND = (
    *(("ink", "paper"), ("muted", "paper"), ("link", "paper"), ("label", "paper")),
    *(("ink", "desk"), ("muted", "desk"), ("link", "desk"), ("on_band", "band")),
    *(("wrong", "paper"), ("wrong", "desk")),
)


@dataclass(frozen=True)
class Palette:
    """Colours as `#rrggbb`.

    `desk` lies around the `paper`; `ink` and `muted` are text; `label` is for topics and weeks; `rule` and `accent` are
    lines; `band` is the ground of the masthead, the offer and of buttons, `on_band` the text on it. `wrong`, on
    pages alone, is for what is mistyped or cannot be undone.
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
        """The fonts of the text without names that mean a system's own font: Outlook on Windows would show Times."""
        names = [name.strip() for name in self.text.split(",")]
        return ", ".join(name for name in names if not name.lower().startswith(("-", "system-ui", "ui-", "blinkmac")))


DEFAULT = Theme(
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
"""Greys that go with any logo, for a publication that says nothing."""


def parse_theme(table: TomlTable) -> Theme:
    """The table [look], whatever it leaves out as in DEFAULT. Raises InvalidPublication."""
    return Theme(
        light=table.table("light", lambda t: _palette(t, DEFAULT.light)) if "light" in table else DEFAULT.light,
        dark=table.table("dark", lambda t: _palette(t, DEFAULT.dark)) if "dark" in table else DEFAULT.dark,
        headings=_fonts(table, "headings", DEFAULT.headings),
        text=_fonts(table, "text", DEFAULT.text),
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
    for text, ground in TEXT_ON_GROUND:
        one, other = getattr(palette, text), getattr(palette, ground)
        if contrast(one, other) < LEAST_CONTRAST:
            raise InvalidPublication(
                table.path(text),
                f"{one} on {ground} {other} has a contrast of {contrast(one, other):.2f}:1; "
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
