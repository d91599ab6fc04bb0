"""Text from outside on its way into a template: without control characters and marks of placeholders, cut to size."""

from __future__ import annotations

import re

from markupsafe import Markup

from newsletter.mail.locales import MissingText
from newsletter.mail.placeholders import without_marks

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""Characters that mail or HTML cannot hold. SES refuses some of them, and none can be seen."""


class OwnMarkup(Markup):
    """Markup of our own that may hold placeholders. Never join it with outside text: pass both to the template."""


def clean(text: str) -> str:
    """Outside text that is safe between placeholders; it still has to be escaped where it becomes HTML."""
    return _CONTROL.sub("", without_marks(text))


def clean_value(value: object) -> str:
    """What Jinja prints for a value of a template, before it escapes it (`finalize`). Raises MissingText for None."""
    if isinstance(value, OwnMarkup):
        return value
    if value is None:
        raise MissingText("a template prints a value that is None; test for it before")
    return Markup(clean(value)) if isinstance(value, Markup) else clean(str(value))  # noqa: S704 (was Markup)


def one_line(text: str, limit: int) -> str:
    """The text on one line without control characters, cut at a word with an ellipsis to at most `limit` characters."""
    line = " ".join(_CONTROL.sub("", text).split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    whole_words = cut if line[limit - 1] == " " else cut.rpartition(" ")[0]
    return f"{(whole_words or cut).rstrip(' ,;:–-')}…"


def cut_outside_text(text: str, limit: int) -> str:
    """Outside text as `one_line` cuts it: the filter `cut` of templates."""
    return one_line(without_marks(text), limit)


def tidy_lines(text: str) -> str:
    """A text part without blanks at the ends of lines or two empty lines in a row, that ends with one line end."""
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
