"""Personal fields: `{{ first_name | friend }}` in a subject, a preheader or a text.

Bulk sending fills in placeholders per reader, and an SES template knows no fallbacks. So a placeholder's name says
everything that its value follows from: the field, whether it stands in HTML, and the fallback in base32. The sender
needs nothing else, and two fallbacks of one field never meet.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from markupsafe import escape

from newsletter.mail.bidi import isolated
from newsletter.mail.placeholders import mark, without_marks
from newsletter.mail.text_cleaning import one_line
from newsletter.platform.words.said import say

MAX_FALLBACK = 60
"""Characters of a fallback."""
VALUE_LIMITS = {"first_name": 60, "name": 60, "email": 254}
"""The fields, and how many characters of their values a mail shows."""
EXAMPLE = "{{ first_name | friend }}"

_FIELD = re.compile(r"\{\{\s*([A-Za-z_][\w.-]*)\s*(?:\|([^{}|\n]*))?\}\}")
_LOOKS_LIKE_TAG = re.compile(r"<[A-Za-z/!?]")
_CALL = re.compile(r"default\s*(?::\s*(?P<after>.+)|\(\s*(?P<within>.+?)\s*\))", re.DOTALL)
_IN_TEMPLATE = re.compile(r"\{\{(personal_text_[a-z_]+?_x[a-z2-7]*)\}\}")
_QUOTES = ('""', "''", "””", "“”", "„“", "„”", "’’", "»»", "«»")
_NAME = re.compile(r"personal_(html|text)_([a-z_]+?)_x([a-z2-7]*)")


class Field(NamedTuple):
    """A field, and what a reader gets who has no value for it."""

    name: str
    fallback: str


def read_field(text: str, at: int = 0) -> tuple[Field, int] | None:
    """The field that begins at that place of the text, and where it ends; None if none does."""
    found = _FIELD.match(text, at)
    if found is None or found[1] not in VALUE_LIMITS or found[2] is None:
        return None
    fallback = _fallback(found[2])
    if len(fallback) > MAX_FALLBACK or _LOOKS_LIKE_TAG.search(fallback):
        return None
    return Field(found[1], fallback), found.end()


def pieces_of(text: str) -> Iterator[str | Field]:
    """The text, cut into plain pieces and fields."""
    begin = 0
    while (at := text.find("{{", begin)) >= 0:
        field = read_field(text, at)
        if field is None:
            yield text[begin : at + 2]
            begin = at + 2
        else:
            yield text[begin:at]
            yield field[0]
            begin = field[1]
    yield text[begin:]


def without_fields(text: str) -> str:
    """The text as a reader has it of whom nothing is known: for lists, reports and the archive."""
    return "".join(piece if isinstance(piece, str) else piece.fallback for piece in pieces_of(text))


def faults_in_fields(text: str) -> Iterator[tuple[int, str]]:
    """Where `{{` begins no field that can be filled in (offset), and what would be right."""
    begin = 0
    while (at := text.find("{{", begin)) >= 0:
        field = read_field(text, at)
        begin = field[1] if field else at + 2
        if field is None:
            yield at, _fault(text, at)


def placeholder(field: Field, *, html: bool) -> str:
    """The field marked for `to_ses_template`."""
    coded = b32encode(field.fallback.encode()).decode().rstrip("=").lower()
    return mark(f"personal_{'html' if html else 'text'}_{field.name}_x{coded}")


def with_fields(text: str, limit: int, *, html: bool) -> str:
    """One line of outside text with its fields marked; escaped with `html`.

    It is cut to `limit` characters as a reader with the fallbacks sees it, and never within a field.
    """
    shown, left = "", limit
    for piece in pieces_of(without_marks(text)):
        plain = piece if isinstance(piece, str) else piece.fallback
        if len(plain) > left:
            rest = one_line(plain, left) if isinstance(piece, str) and left > 1 else "…"
            return shown + (str(escape(rest)) if html else rest)
        left -= len(plain)
        shown += placeholder(piece, html=html) if isinstance(piece, Field) else str(escape(piece)) if html else piece
    return shown


def template_without_fields(template: str) -> str:
    """What `to_ses_template` made of a subject, as in `without_fields`."""
    return _IN_TEMPLATE.sub(lambda found: personal_value(found[1], {}) or "", template)


def is_personal(name: str) -> bool:
    """Whether the placeholder of that name is a field's."""
    return _NAME.fullmatch(name) is not None


def personal_value(name: str, reader: Mapping[str, str]) -> str | None:
    """The value of a field's placeholder for a reader with this `name` and `email`; None for other placeholders.

    As in the greeting, a value for HTML is escaped, its braces too: SES does
    not escape, and does not say what it does with braces.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    kind, field, coded = found.groups()
    source = "email" if field == "email" else "name"
    known = one_line(without_marks(reader.get(source, "")), VALUE_LIMITS[field])
    if field == "first_name":
        known = known.partition(" ")[0]
    fallback = b32decode(coded.upper() + "=" * (-len(coded) % 8)).decode()
    value = isolated(known or fallback)
    return str(escape(value)).replace("{", "&#123;").replace("}", "&#125;") if kind == "html" else value


def personal_values(placeholders: Iterable[str], reader: Mapping[str, str]) -> dict[str, str]:
    """The values of the fields among the placeholders, as in `personal_value`."""
    values = ((name, personal_value(name, reader)) for name in placeholders)
    return {name: value for name, value in values if value is not None}


def _fallback(written: str) -> str:
    text = written.strip()
    if call := _CALL.fullmatch(text):
        text = (call["after"] or call["within"]).strip()
    for quotes in _QUOTES:
        if len(text) > 1 and text[0] == quotes[0] and text[-1] == quotes[1]:
            return text[1:-1].strip()
    return text


def _fault(text: str, at: int) -> str:
    line = text[at:].split("\n", 1)[0]
    found = _FIELD.match(text, at)
    if found is None:
        if "}}" not in line:
            return say(
                "“{text}” has no end; write {example}, and in a table \\| for |", text=line[:30], example=EXAMPLE
            )
        shown = line.partition("}}")[0][:60] + "}}"
        return say("“{text}” is no personal field; write {example}", text=shown, example=EXAMPLE)
    if found[1] not in VALUE_LIMITS:
        return say(
            "“{text}” is unknown; there are {names}, for example {example}",
            text=found[0][:80],
            names=", ".join(VALUE_LIMITS),
            example=EXAMPLE,
        )
    if found[2] is None:
        return say(
            "“{text}” says nothing to readers of whom we know none; write {example}",
            text=found[0],
            example=f"{{{{ {found[1]} | friend }}}}",
        )
    if _LOOKS_LIKE_TAG.search(found[2]):
        return say("the fallback of {name} has HTML in it, which readers would see; write plain words", name=found[1])
    return say("the fallback of {name} is longer than {most} characters", name=found[1], most=MAX_FALLBACK)
