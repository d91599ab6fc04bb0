"""The keywords of a topic, word by word: a text is searched for these, so each must be able to stand in one."""

from __future__ import annotations

import re

from newsletter.platform.errors import InvalidPublication
from newsletter.platform.text import composed
from newsletter.publication.toml_table import TomlTable

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
"""A word of a text: letters and digits, with hyphens between them."""
SIGNS = re.compile(r"(?<=\w)\s*[/&+.,'’]\s*(?=\w)")
"""Signs within a keyword that part the words of a text, too: A/B-testaus, T&K, rei'itys."""
ANY = "*"
"""Wildcard at the end of a keyword (any ending) or at its beginning (any first part of a compound word)."""
LEAST_LETTERS = 3
"""Letters that a word has beside its `*`; with fewer it would match almost any word."""


def words_of_keyword(keyword: str) -> list[str]:
    """The words of a keyword as a text has them, each with its wildcards."""
    return SIGNS.sub(" ", composed(keyword)).split()


def parse_keywords(table: TomlTable, field: str) -> tuple[str, ...]:
    """Words and phrases. Raises InvalidPublication for one that fits almost every word, or none."""
    keywords = table.lines(field)
    for keyword in keywords:
        for word in words_of_keyword(keyword):
            if right := _right_in_place_of(word):
                raise InvalidPublication(table.path(field), f"{keyword!r}: {right}")
    return keywords


def _right_in_place_of(word: str) -> str:
    """What to write in place of a word that cannot be searched for; empty for one that can."""
    letters = word.strip(ANY)
    if ANY in letters or (letters != word and len(letters) < LEAST_LETTERS) or not letters:
        return f"give a word, or `johta*` with at least {LEAST_LETTERS} letters beside the *"
    found = letters.removeprefix("-") if word.startswith(ANY) else letters
    found = found.removesuffix("-") if word.endswith(ANY) else found
    if not WORD.fullmatch(found):
        return f"{word!r} is never found, for only letters, digits and hyphens between them are searched for"
    return ""
