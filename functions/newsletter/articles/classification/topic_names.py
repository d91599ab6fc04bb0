"""Topics by their keys or by what readers see of them, in any language of the publication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from newsletter.platform.text import folded

if TYPE_CHECKING:
    from newsletter.publication.publication import Topic

BETWEEN = re.compile(r'[\s,;|"\[\]]+')
"""What may stand between two topics in a cell. A label has blanks, and may have commas, of its own."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of a cell, without what stands between them."""
    return tuple(filter(None, BETWEEN.split(text)))


def topics_named(words: Sequence[str], topics: Iterable[Topic]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of the topics that the words name, and the words that name none.

    The longest name counts: of `Kriisit ja viestintä` and `Kriisit`, the first where all of it is there.
    """
    names = {
        tuple(words_of(folded(name))): topic.key for topic in topics for name in (topic.key, *topic.label.values())
    }
    longest = max(map(len, names), default=0)
    there = [folded(word) for word in words]
    found: list[str] = []
    unknown: list[str] = []
    start = 0
    while start < len(there):
        for end in range(min(len(there), start + longest), start, -1):
            key = names.get(tuple(there[start:end]))
            if key is not None:
                found.append(key)
                start = end
                break
        else:
            unknown.append(words[start])
            start += 1
    return tuple(found), tuple(unknown)
