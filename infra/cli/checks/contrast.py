"""Contrast of the text of a mail against its background, in light and in dark, as its styles say.

Colours come from the templates and the theme alone, because Markdown admits none: so this is checked where a
publication is built, and no function does it. Knows what mails are made of: inline styles, `bgcolor`, and rules for
tags and classes, plain or in `@media (prefers-color-scheme: dark)`. What it does not know it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.mail.mail_html import Element, read_html
from newsletter.publication.theme import LEAST_CONTRAST, contrast

BLACK, WHITE = "#000000", "#ffffff"
# What a mail program shows where a mail says nothing (Chromium's defaults for color-scheme: light and dark).
CANVAS = {False: (BLACK, WHITE), True: (WHITE, "#121212")}
LINKS = {False: "#0000ee", True: "#9e9eff"}
NAMED = {"black": BLACK, "white": WHITE}

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?((?:\.[\w-]+)*)", re.IGNORECASE)
_COLOUR = re.compile(
    r"#[0-9a-f]{6}\b|#[0-9a-f]{3}\b|rgb\(\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\)|\b(?:black|white)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class LowContrast:
    """Text that does not stand out enough. `at` is the template's file and line, if the mail knows its sources."""

    at: str
    text: str
    colour: str
    background: str
    ratio: float
    dark: bool

    def __str__(self) -> str:
        quoted = self.text if len(self.text) <= 80 else self.text[:79] + "…"
        scheme = "in the dark" if self.dark else "in light"
        return (
            f"“{quoted}” is {self.colour} on {self.background} {scheme}: a contrast of {self.ratio:.1f}:1, "
            f"where {LEAST_CONTRAST}:1 is the least that can be read well"
        )


@dataclass(frozen=True)
class _Part:
    """One step of a selector. With `child`, the next step must match a direct child of its element."""

    tag: str
    classes: frozenset[str]
    child: bool

    def fits(self, element: Element) -> bool:
        return self.tag in ("", element.tag) and self.classes <= _classes(element)


@dataclass(frozen=True)
class _Rule:
    selector: tuple[_Part, ...]
    declarations: tuple[tuple[str, str, bool], ...]
    dark: bool

    @property
    def weight(self) -> tuple[int, int]:
        return sum(len(part.classes) for part in self.selector), sum(bool(part.tag) for part in self.selector)


def low_contrasts(html: str) -> Iterator[LowContrast]:
    """Every pair of colours with too little contrast, once in each mode, with the first text that has it."""
    root = read_html(html)
    rules = list(_rules(root))
    adapts = any(rule.dark for rule in rules)
    for dark in (False, True) if adapts else (False,):
        styles = _Styles([rule for rule in rules if dark or not rule.dark], dark=dark)
        seen = set()
        for element in root.within():
            text = " ".join(part for part in element.content if isinstance(part, str)).strip()
            if not text or element.hidden:
                continue
            pair = styles.of(element)
            ratio = contrast(*pair)
            if ratio < LEAST_CONTRAST and pair not in seen:
                seen.add(pair)
                yield LowContrast(element.nearest_source, " ".join(text.split()), *pair, ratio, dark)


class _Styles:
    """Colour and background of every element in one scheme, with what it inherits."""

    def __init__(self, rules: list[_Rule], *, dark: bool) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.weight)
        self._dark = dark
        self._known: dict[Element, tuple[str, str]] = {}

    def of(self, element: Element) -> tuple[str, str]:
        if element not in self._known:
            colour, background = self.of(element.parent) if element.parent else CANVAS[self._dark]
            if element.tag == "a" and "href" in element.attributes:
                colour = LINKS[self._dark]
            own = self._declared(element)
            own_colour, own_background = _colour(own.get("color", "")), _colour(own.get("background", ""))
            self._known[element] = (own_colour or colour, own_background or background)
        return self._known[element]

    def _declared(self, element: Element) -> dict[str, str]:
        mine = [rule for rule in self._rules if _fits(rule.selector, element)]
        sheet = [declaration for rule in mine for declaration in rule.declarations]
        inline = list(_declarations(element.attributes.get("style", "")))
        found = {"background": element.attributes.get("bgcolor", "")}
        # Declarations that are !important win; among equals the later one, and inline ones over those of rules.
        for important in (False, True):
            for name, value, urgent in (*sheet, *inline):
                if urgent is important:
                    found["background" if name.startswith("background") else name] = value
        return found


def _classes(element: Element) -> frozenset[str]:
    return frozenset(element.attributes.get("class", "").split())


def _fits(selector: tuple[_Part, ...], element: Element) -> bool:
    *outer, own = selector
    if not own.fits(element):
        return False
    if not outer:
        return True
    around = [element.parent] if outer[-1].child else element.chain()
    return any(_fits(tuple(outer), each) for each in around if each is not None and each is not element)


def _rules(root: Element) -> Iterator[_Rule]:
    for style in root.within():
        if style.tag == "style":
            css = _COMMENT.sub("", "".join(part for part in style.content if isinstance(part, str)))
            for query, block in _blocks(css):
                dark = "prefers-color-scheme" in query and "dark" in query
                if not query or dark:
                    yield from _rules_of(block, dark=dark)


def _rules_of(css: str, *, dark: bool) -> Iterator[_Rule]:
    for selectors, body in _RULE.findall(css):
        declarations = tuple(_declarations(body))
        for selector in selectors.split(","):
            if declarations and (parts := _selector(selector)):
                yield _Rule(parts, declarations, dark)


def _selector(text: str) -> tuple[_Part, ...]:
    """The steps of a selector of tags and classes, with blanks or `>` between them; empty for any other selector."""
    parts = []
    words = text.replace(">", " > ").split()
    for word, following in zip(words, [*words[1:], ""], strict=True):
        found = _SELECTOR.fullmatch(word)
        if found is None and word != ">":
            return ()
        if found:
            parts.append(
                _Part((found[1] or "").lower(), frozenset(filter(None, found[2].split("."))), following == ">")
            )
    return tuple(parts)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """The plain rules under an empty query, and those of each @media under its own."""
    plain, position = [], 0
    for found in re.finditer(r"@media([^{]*)\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", css):
        plain.append(css[position : found.start()])
        position = found.end()
        yield found[1].strip(), found[2]
    yield "", "".join([*plain, css[position:]])


def _declarations(body: str) -> Iterator[tuple[str, str, bool]]:
    for declaration in body.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip().lower() in ("color", "background", "background-color"):
            value, urgent, _ = value.partition("!important")
            yield name.strip().lower(), value.strip(), bool(urgent)


def _colour(value: str) -> str:
    """The first colour in a CSS value as `#rrggbb`; empty for `inherit`, `transparent` and what is not known."""
    found = _COLOUR.search(value)
    if found is None:
        return ""
    colour = found[0].lower()
    if colour.startswith("rgb"):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in re.findall(r"\d+", colour))
    return NAMED.get(colour) or (colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:]))
