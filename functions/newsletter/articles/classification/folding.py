"""Texts without the differences that do not count when they are compared."""

from __future__ import annotations

import unicodedata

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
"""Soft hyphen and other marks inside words that nobody sees."""


def fold(text: str) -> str:
    """A text without differences of case, white space and the way in which its letters are composed."""
    return " ".join(composed(text).split()).casefold()


def composed(text: str) -> str:
    """A text with each letter as one character (NFC), without marks that nobody sees."""
    return unicodedata.normalize("NFC", text.translate(INVISIBLE))
