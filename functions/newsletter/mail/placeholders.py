"""Placeholders for what differs per reader: SES fills them in, and leaves all other text as it is.

SES replaces `{{name}}` without escaping and without telling what it does with stray braces
(SES API, BulkEmailDestination: inline TemplateContent knows simple substitutions only).
So while a mail is rendered a placeholder is a name between two marks, characters that outside text is cleaned of
(`without_marks`); afterwards `to_ses_template` writes the placeholders as SES wants them and turns every brace or
backslash that could be taken for a part of one into a variable of its own. Those variables are the `LITERALS`: they
belong in the default TemplateData of every call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# The private-use area of plane 16: no font, icon set or keyboard uses it, so cleaning never costs a reader anything.
OPEN, CLOSE = "\U0010fa00", "\U0010fa01"

LITERALS: Mapping[str, str] = {"lb": "{", "rb": "}", "bs": "\\"}

_VARIABLES = {character: f"{{{{{name}}}}}" for name, character in LITERALS.items()}
_NAME = "[a-z][a-z0-9_]*"
_MARKED = re.compile(f"{OPEN}({_NAME}){CLOSE}")
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
# The longest stretch that a substitution could read as one thing: `{`, `\{{`, `{{{name}}}`.
_STRETCH = re.compile(rf"(?:{_MARKED.pattern}|[{{}}\\])+")
_PLACEHOLDER = re.compile(rf"\{{\{{({_NAME})\}}\}}")


def mark(name: str) -> str:
    """The placeholder of that name, for text that `to_ses_template` will see.

    Raises ValueError for a name that is not lower-case letters, digits and underscores, or that is a literal's.
    """
    if not re.fullmatch(_NAME, name) or name in LITERALS:
        message = f"{name!r} cannot name a placeholder: use a-z, 0-9 and _, and none of {', '.join(LITERALS)}"
        raise ValueError(message)
    return f"{OPEN}{name}{CLOSE}"


def without_marks(text: str) -> str:
    """Outside text without the characters that `to_ses_template` takes for a placeholder."""
    return _MARKS.sub("", text)


def has_marks(text: str) -> bool:
    """Whether a placeholder is marked in the text."""
    return OPEN in text


def to_ses_template(text: str) -> str:
    """The template whose substitution gives `text` with the values in place of the marked names.

    Raises ValueError for a mark without its name: then outside text came in without `without_marks`.
    """
    template = _STRETCH.sub(_protected, text)
    if _MARKS.search(template):
        message = "a placeholder mark without its name: clean outside text with without_marks"
        raise ValueError(message)
    return template


def _protected(stretch: re.Match[str]) -> str:
    text = stretch[0]
    if OPEN not in text and "{{" not in text:
        return text
    # Around a placeholder every brace and backslash must go: what replaces one of them is a placeholder again.
    return re.sub(
        rf"{_MARKED.pattern}|[{{}}\\]",
        lambda found: f"{{{{{found[1]}}}}}" if found[1] else _VARIABLES[found[0]],
        text,
    )


def names_in(template: str) -> frozenset[str]:
    """The names that the data of each reader must have for this SES template; the LITERALS are not among them.

    SES accepts a message that lacks one and then never sends it (Rendering Failure event).
    """
    return frozenset(_PLACEHOLDER.findall(template)) - LITERALS.keys()


def substitute(template: str, data: Mapping[str, str]) -> str:
    """What SES makes of the template and the data, in one pass. Raises KeyError with the name of a missing value."""
    return _PLACEHOLDER.sub(lambda found: LITERALS.get(found[1]) or data[found[1]], template)
