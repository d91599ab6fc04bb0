"""Guards cells against CSV injection (OWASP), so that a spreadsheet shows them as text, and takes guards off again."""

from __future__ import annotations

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 # full-width signs count, too
"""A cell that begins with one of them is a formula to a spreadsheet."""
GUARD = "'"


def guarded(text: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would compute."""
    return f"{GUARD}{text}" if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """The inverse of guarded, for cells of our own files and of systems that guard cells in the same way."""
    return text[1:] if text.startswith(GUARD) and _needs_guard(text[1:]) else text


def _needs_guard(text: str) -> bool:
    """Text that begins with apostrophes and a sign gets one more, so that taking one off gives what was there."""
    return text.lstrip(GUARD)[:1] in SIGNS and text != ""
