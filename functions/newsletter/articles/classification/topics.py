"""Classifies articles into topics by the categories of the feed, else by keywords, with the reason for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from newsletter.platform.text import composed, folded

if TYPE_CHECKING:
    from newsletter.publication.publication import Topic

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
ANY = "*"
"""Wildcard at the end of a keyword (any ending) or at its beginning (any first part of a compound word)."""

Stem = Callable[[str], str]
"""Gives the stem of a word in lower case, in one language."""


@dataclass(frozen=True)
class Classified:
    """Topics of an article in the publication's order, and why it has each."""

    topics: tuple[str, ...]
    reasons: tuple[str, ...]


def classify(title: str, summary: str, categories: Iterable[str], topics: Iterable[Topic], stem: Stem) -> Classified:
    """The topics that have one of the categories, or a keyword that is in the title.

    The summary is searched only when these give no topic: it is longer and mentions more things in passing.
    """
    labels = {fold(category): category.strip() for category in categories}
    listed = tuple(topics)
    words = _words(title)
    found = {
        topic.key: reason
        for topic in listed
        if (reason := _by_category(topic, labels) or _by_keyword(topic, words, "title", stem))
    }
    if not found:
        words = _words(summary)
        found = {topic.key: reason for topic in listed if (reason := _by_keyword(topic, words, "summary", stem))}
    return Classified(tuple(found), tuple(found.values()))


def fold(text: str) -> str:
    """A text without differences of case, white space and encoding."""
    return folded(text)


def _by_category(topic: Topic, labels: dict[str, str]) -> str:
    label = next((labels[name] for name in map(fold, topic.categories) if name in labels), None)
    return f"category {label!r}" if label else ""


def _words(text: str) -> tuple[list[str], list[str]]:
    """The parts of hyphenated words, and the whole words: `LinkedIn-profiili` is about LinkedIn too."""
    wholes = WORD.findall(composed(text))
    return [part for whole in wholes for part in whole.split("-")], wholes


def _by_keyword(topic: Topic, words: tuple[list[str], list[str]], where: str, stem: Stem) -> str:
    for keyword in topic.keywords:
        pieces = [_Piece.of(piece, stem) for piece in fold(keyword).split()]
        if seen := _seen(pieces, words[0], stem) or _seen(pieces, words[1], stem):
            return f"keyword {keyword!r} as {seen!r} in the {where}"
    return ""


def _seen(pieces: list[_Piece], words: list[str], stem: Stem) -> str:
    """The consecutive words of the text that match the pieces of a keyword; empty when there are none."""
    for start in range(len(words) - len(pieces) + 1):
        stretch = words[start : start + len(pieces)]
        if all(piece.fits(word.casefold(), stem) for piece, word in zip(pieces, stretch, strict=True)):
            return " ".join(stretch)
    return ""


class _Piece(NamedTuple):
    """A word of a keyword: its letters without wildcards, their stem, and where a wildcard is."""

    core: str
    stem: str
    open_before: bool
    open_after: bool

    @classmethod
    def of(cls, piece: str, stem: Stem) -> _Piece:
        core = piece.strip(ANY)
        return cls(core, stem(core), piece.startswith(ANY), piece.endswith(ANY))

    def fits(self, word: str, stem: Stem) -> bool:
        if self.open_after:
            return self.core in word if self.open_before else word.startswith(self.core)
        stemmed = stem(word)
        if self.open_before:
            return word.endswith(self.core) or stemmed.endswith(self.stem)
        return word in (self.core, self.stem) or stemmed in (self.core, self.stem)
