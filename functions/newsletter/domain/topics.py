"""How articles get their topics: by the categories of the feed, else by keywords, and always with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.domain.publication import Topic

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
ANY = "*"
"""At the end of a keyword: any ending; at its beginning: any first part of a compound."""

Stem = Callable[[str], str]
"""A word in lower case to what its inflected forms have in common, in one language."""


@dataclass(frozen=True)
class Classified:
    """Topics of an article in the publication's order, and why it has each."""

    topics: tuple[str, ...]
    reasons: tuple[str, ...]


def classify(title: str, summary: str, categories: Iterable[str], topics: Iterable[Topic], stem: Stem) -> Classified:
    """The topics that list one of the categories, or one of whose keywords is in the title.

    Where neither says anything, the summary is looked through: it is longer and names more things in passing.
    """
    labels = {fold(category): category.strip() for category in categories}
    listed = tuple(topics)
    found = {
        topic.key: reason
        for topic in listed
        if (reason := _by_category(topic, labels) or _by_keyword(topic, title, "title", stem))
    }
    if not found:
        found = {topic.key: reason for topic in listed if (reason := _by_keyword(topic, summary, "summary", stem))}
    return Classified(tuple(found), tuple(found.values()))


def fold(text: str) -> str:
    """A category without differences of case and blanks."""
    return " ".join(text.split()).casefold()


def _by_category(topic: Topic, labels: dict[str, str]) -> str:
    label = next((labels[name] for name in map(fold, topic.categories) if name in labels), None)
    return f"category {label!r}" if label else ""


def _by_keyword(topic: Topic, text: str, where: str, stem: Stem) -> str:
    wholes = WORD.findall(text)
    parts = [part for whole in wholes for part in whole.split("-")]  # `LinkedIn-profiili` is about LinkedIn
    for keyword in topic.keywords:
        if seen := _seen(keyword, parts, stem) or _seen(keyword, wholes, stem):
            return f"keyword {keyword!r} as {seen!r} in the {where}"
    return ""


def _seen(keyword: str, words: list[str], stem: Stem) -> str:
    """The words of the text that the keyword's words are found as, one after the other; empty if not there."""
    pieces = keyword.casefold().split()
    for start in range(len(words) - len(pieces) + 1):
        stretch = words[start : start + len(pieces)]
        if all(_fits(piece, word.casefold(), stem) for piece, word in zip(pieces, stretch, strict=True)):
            return " ".join(stretch)
    return ""


def _fits(piece: str, word: str, stem: Stem) -> bool:
    core = piece.strip(ANY)
    if piece.startswith(ANY) and piece.endswith(ANY):
        return core in word
    if piece.endswith(ANY):
        return word.startswith(core)
    if piece.startswith(ANY):
        return word.endswith(core) or stem(word).endswith(stem(core))
    return bool({core, stem(core)} & {word, stem(word)})
