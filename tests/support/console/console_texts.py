"""What templates and code of the console ask for, read from their source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "templates" / "console"
FUNCTIONS = ROOT / "functions"
ASKED = re.compile(r"""\bt\(\s*["']([a-z0-9_.]+)["']\s*[,)~]""")
NAMED = re.compile(r"""\bnamed\(["']([a-z0-9_]+)["']\)""")
SHOWN = frozenset({"alt", "aria-label", "data-label", "placeholder", "title"})
"""Attributes that people read or hear."""
WORDS = re.compile(r"[^\W\d_]{2} [^\W\d_]{2}")
"""In an attribute `data-…`: a text that a script shows."""
LETTERS = re.compile(r"[^\W\d_]{2}")
NO_WORDS = re.compile(r"HTTP|https?://\S*|CRM|API|Id|\d{4}-\d\d")
"""The same in every language."""


def keys_asked_for(source: str) -> Iterator[str]:
    """Keys, and beginnings of keys with a dot at their end."""
    yield from ASKED.findall(source)
    for group in NAMED.findall(source):
        yield f"console.words.{group}."


def patterns_said(path: Path) -> Iterator[tuple[str, str]]:
    """The patterns of `say` and `say_number` in a file of Python, and of the latter what is said of a single thing."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "say_number"):
            given = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            assert len(given) == len(node.args), f"{path}:{node.lineno}: the pattern must stand there as it is"
            yield given[-1], given[0] if len(given) > 1 else ""


def _is_text(attribute: str, value: str) -> bool:
    return attribute in SHOWN or (attribute.startswith("data-") and WORDS.search(value) is not None)


@dataclass
class _Texts(HTMLParser):
    found: list[str] = field(default_factory=list)
    silent: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script", "code")
        self.found += [value for name, value in attrs if value and _is_text(name, value)]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "script", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def texts_in(source: str) -> list[str]:
    """What a template shows that is in no file of the locales: its own texts, and those in its expressions."""
    data: list[str] = []
    strings: list[str] = []
    inside = ""
    for _, kind, value in Environment(autoescape=True).lex(source):
        if kind == "data":
            data.append(value)
        elif kind in ("variable_begin", "block_begin"):
            inside = kind
            data.append("" if kind == "block_begin" else "0")
        elif kind == "string" and inside == "variable_begin":
            strings.append(value[1:-1])
    texts = _Texts()
    texts.feed("".join(data))
    written = [text for text in texts.found if LETTERS.search(NO_WORDS.sub("", text))]
    # A key, a path, a class or the value of a field has no blank between words and no capital.
    return written + [text for text in strings if re.search(r"[^\W\d_] [^\W\d_]|^[A-ZÅÄÖ][a-zåäö]", text)]
