"""The inflected forms of a keyword, in Finnish, Swedish and English.

A keyword is inflected, and a word of a text is compared with its forms. The other way, to bring both to a stem, takes
words for each other that only begin alike (docs/decisions/0075). What makes the forms is imported when it is first
asked for: few functions classify articles.
"""

from __future__ import annotations

from functools import lru_cache

CACHED_WORDS = 20_000
"""Words in the cache; a blog repeats most of its words."""
CACHED_KEYWORDS = 2_000

LONGEST_ABBREVIATION = 3
"""Letters of a word in capitals that is inflected behind a colon (SEO:n), if at all."""
SHORTEST_NOUN = 3
"""Letters; AI is not the stem of aina and aita. Shorter words with forms of their own are listed."""
SHORT_NOUNS = ("yö", "by", "ko", "kö", "bi", "is", "ox", "ö")

LONGEST_ENDING = 60
"""Letters at the end of a word in which a keyword with a wildcard before it is looked for."""

INFLECTED = ("fi", "sv", "en")
"""Languages whose keywords are inflected. In others a keyword is found as it is written."""


def is_abbreviation(word: str) -> bool:
    """Whether a word as it is written, with its capitals, is an abbreviation such as AI or SEO."""
    return word.isupper() and len(word) <= LONGEST_ABBREVIATION


def is_inflected(word: str) -> bool:
    """Whether a word in lower case has endings: it is long enough, or listed."""
    return len(word) >= SHORTEST_NOUN or word in SHORT_NOUNS


@lru_cache(CACHED_KEYWORDS)
def forms_of(word: str, language: str, *, before_noun: bool = False) -> frozenset[str]:
    """The forms of a word of a keyword, in lower case; a word `before_noun` in a keyword may be an adjective."""
    if not is_inflected(word):
        return frozenset((word,))
    if language == "fi":
        from newsletter.articles.classification.finnish_forms import finnish_forms

        return finnish_forms(word)
    if language == "sv":
        from newsletter.articles.classification.swedish_forms import adjective_forms, swedish_forms

        return swedish_forms(word).union(adjective_forms(word) if before_noun else ())
    if language == "en":
        from newsletter.articles.classification.english_forms import english_forms

        return english_forms(word)
    return frozenset((word,))


@lru_cache(CACHED_WORDS)
def readings_of(word: str, language: str) -> frozenset[str]:
    """What a word of a text, in lower case, may be among the forms of a keyword."""
    if language == "fi":
        from newsletter.articles.classification.finnish_forms import finnish_readings

        return finnish_readings(word)
    return frozenset((word,))


@lru_cache(CACHED_WORDS)
def endings_of(word: str, language: str) -> frozenset[str]:
    """The readings of a word, and all that ends one of them: what a keyword with a wildcard before it may match."""
    readings = readings_of(word[-LONGEST_ENDING:], language)
    return frozenset(reading[start:] for reading in readings for start in range(len(reading)))
