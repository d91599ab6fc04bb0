"""Excerpts of articles that end with a sentence where possible, and the time that reading takes."""

from __future__ import annotations

import re

from newsletter.platform.text import LONGEST_SIGN, cut

CHARACTERS_A_MINUTE = 1_000
"""Adults read 917 (Swedish) to 1,078 (Finnish) characters a minute (IReST, Trauzettel-Klosinski 2012)."""
SENTENCE_END = re.compile(r"[.!?…][\"”’»)\]]*(?=\s+[^\sa-zåäö])")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[a-zåäö]|\d+|esim|eli|ks|vrt|mm|ns|nk|jne|ts|prof|tri|toim|puh|klo|nro|bl\.a|t\.ex|d\.v\.s|s\.k|kl"
    r"|dr|mr|mrs|ms|st|no|vs|etc|e\.g|i\.e|cf)\.$",
    re.IGNORECASE,
)
"""Words whose full stop ends no sentence, in Finnish, Swedish and English."""


def excerpt(text: str, most: int) -> str:
    """At most `most` characters: whole sentences if one ends in the second half, else whole words and an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    start = text[: most + 2 * LONGEST_SIGN]
    ends = [end for match in SENTENCE_END.finditer(start) if (end := match.end()) <= most and _ends(text[:end])]
    if ends and ends[-1] >= most // 2:
        return text[: ends[-1]]
    return cut(cut(text, most).rsplit(" ", 1)[0], most - 1).rstrip(" ,;:–-") + "…"


def reading_minutes(text: str) -> int:
    """The reading time in whole minutes, at least one; 0 for no text."""
    return max(1, round(len(text) / CHARACTERS_A_MINUTE)) if text else 0


def _ends(text: str) -> bool:
    return not ABBREVIATION.search(text)
