"""What was typed into the form after the button, checked; every field may be left empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from newsletter.platform.errors import InvalidForm
from newsletter.platform.text import composed, is_one_line

LONGEST = {"phone": 40, "company": 80, "message": 500, "times": 200}
"""Characters of each answer."""
PHONE = re.compile(r"\+?[0-9 ().\-/]{5,40}(?:\s*(?:x|ext\.?|#)\s*[0-9]{1,6})?", re.IGNORECASE)
LEAST_DIGITS = 5


def read_answers(typed: Mapping[str, str], asked: Sequence[str]) -> dict[str, str]:
    """The answers to what is `asked`, without those left empty.

    Raises InvalidForm with the locale key of what is wrong for each field.
    """
    found, errors = {}, {}
    for field in asked:
        text = _tidy(typed.get(field, ""))
        if not text:
            continue
        if _fits(field, text):
            found[field] = text
        else:
            errors[field] = f"pages.offer_taken.wrong_{field}"
    if errors:
        raise InvalidForm(errors)
    return found


def _fits(field: str, text: str) -> bool:
    if len(text) > LONGEST[field]:
        return False
    check: Callable[[str], bool] | None = {"phone": _is_phone, "company": is_one_line}.get(field)
    return check is None or check(text)


def _is_phone(text: str) -> bool:
    return bool(PHONE.fullmatch(text)) and sum(each.isdigit() for each in text) >= LEAST_DIGITS


def _tidy(text: str) -> str:
    """Composed, without control characters and with at most one empty line in a row."""
    lines = [" ".join(line.split()) for line in composed(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = "\n".join("".join(each for each in line if each.isprintable()) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()
