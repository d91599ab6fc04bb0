"""Classifies articles into topics by the categories of the feed, else by keywords, with the reason for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from newsletter.articles.classification.inflection import (
    CACHED_KEYWORDS,
    endings_of,
    forms_of,
    is_abbreviation,
    readings_of,
)
from newsletter.platform.text import composed, folded
from newsletter.platform.words.said import say
from newsletter.publication.topic_keywords import ANY, WORD, words_of_keyword

if TYPE_CHECKING:
    from newsletter.publication.publication import Topic

HALVES = re.compile(
    r"(?<![\w-])([^\W_]{2,})-(?=(,? (?:[^\W_]+-,? ){0,3}(?:ja|tai|sekä|eli|och|eller|samt|und|oder) ([^\W_]{4,})))"
)
"""`kriisi- ja muutosviestintä`: compounds that share their last part, which is written once."""
SHORTEST_PART = 4
"""Letters of a last part that compounds share."""
MOST_HALVES = 20


@dataclass(frozen=True)
class Classified:
    """Topics of an article in the publication's order, and why it has each."""

    topics: tuple[str, ...]
    reasons: tuple[str, ...]


def classify(title: str, summary: str, categories: Iterable[str], topics: Iterable[Topic], language: str) -> Classified:
    """The topics that have one of the categories, or a keyword that is in the title.

    The summary is searched only when these give no topic: it is longer and mentions more things in passing. `language`
    is that of title and summary; a keyword is found in the forms that it has there.
    """
    labels = {folded(category): category.strip() for category in categories}
    listed = tuple(topics)
    text = _Text.of(title, language)
    found = {
        topic.key: reason
        for topic in listed
        if (reason := _by_category(topic, labels) or _by_keyword(topic, text, "title"))
    }
    if not found:
        text = _Text.of(summary, language)
        found = {topic.key: reason for topic in listed if (reason := _by_keyword(topic, text, "summary"))}
    return Classified(tuple(found), tuple(found.values()))


def _by_category(topic: Topic, labels: dict[str, str]) -> str:
    label = next((labels[name] for name in map(folded, topic.categories) if name in labels), None)
    return say("category '{label}'", label=label) if label else ""


Words = list[tuple[str, str]]
"""Words of a text, each as written and in lower case."""


class _Text(NamedTuple):
    """The parts of hyphenated words, and the whole words: `LinkedIn-profiili` is about LinkedIn too.

    `joined` has the compounds that a text writes with a hyphen or in two halves.
    """

    parts: Words
    wholes: Words
    joined: Words
    readings: frozenset[str]
    language: str

    @classmethod
    def of(cls, text: str, language: str) -> _Text:
        text = composed(text)
        wholes = [(word, word.casefold()) for word in WORD.findall(text)]
        parts = [(part, part.casefold()) for whole, _ in wholes for part in whole.split("-")]
        hyphenated = wholes if len(parts) > len(wholes) else []
        joined = list(_compounds(text)) if hyphenated or "- " in text else []
        readings = (readings_of(word, language) for _, word in (*parts, *hyphenated, *joined))
        return cls(parts, hyphenated, joined, frozenset().union(*readings), language)


def _compounds(text: str) -> Iterator[tuple[str, str]]:
    """What a compound may be, in lower case, and how it is written: `kriisi-viestintä`, `kriisi- ja uhkaviestintä`.

    Where a last part begins in the other compound is not known; every end of it is tried.
    """
    for word in WORD.findall(text):
        if "-" in word:
            yield word, word.casefold().replace("-", "")
    for halves in islice(HALVES.finditer(text), MOST_HALVES):
        first, other = halves[1].casefold(), halves[3].casefold()
        for start in range(1, len(other) - SHORTEST_PART + 1):
            yield f"{halves[0]}{halves[2]}", first + other[start:]


def _by_keyword(topic: Topic, text: _Text, where: str) -> str:
    for keyword in topic.keywords:
        pieces = _pieces(keyword, text.language)
        if seen := _seen(pieces, text):
            said = {"keyword": keyword, "seen": seen}
            if where == "title":
                return say("keyword '{keyword}' as '{seen}' in the title", **said)
            return say("keyword '{keyword}' as '{seen}' in the summary", **said)
    return ""


def _seen(pieces: tuple[_Piece, ...], text: _Text) -> str:
    """The consecutive words of the text that match the pieces of a keyword; empty when there are none."""
    if any(piece.closed and piece.forms.isdisjoint(text.readings) for piece in pieces):
        return ""
    for words in (text.parts, text.wholes, text.joined if len(pieces) == 1 else []):
        for start in range(len(words) - len(pieces) + 1):
            stretch = words[start : start + len(pieces)]
            if all(piece.fits(word, text.language) for piece, (_, word) in zip(pieces, stretch, strict=True)):
                return " ".join(written for written, _ in stretch)
    return ""


class _Piece(NamedTuple):
    """A word of a keyword: its letters without wildcards, their forms, and where a wildcard is."""

    core: str
    forms: frozenset[str]
    open_before: bool
    open_after: bool

    @property
    def closed(self) -> bool:
        return not (self.open_before or self.open_after)

    def fits(self, word: str, language: str) -> bool:
        if self.open_after:
            return self.core in word if self.open_before else word.startswith(self.core)
        if self.open_before:
            return not self.forms.isdisjoint(endings_of(word, language))
        return not self.forms.isdisjoint(readings_of(word, language))


@lru_cache(CACHED_KEYWORDS)
def _pieces(keyword: str, language: str) -> tuple[_Piece, ...]:
    written = words_of_keyword(keyword)
    pieces = []
    for place, piece in enumerate(written, 1):
        core = piece.strip(ANY).casefold()
        inflected = not is_abbreviation(piece) or language == "en"  # KPIs
        forms = forms_of(core, language, before_noun=place < len(written)) if inflected else frozenset((core,))
        pieces.append(_Piece(core, forms, piece.startswith(ANY), piece.endswith(ANY)))
    return tuple(pieces)
