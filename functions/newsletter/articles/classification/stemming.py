"""Stems of Finnish, Swedish and English words.

They are those of Snowball. Its Finnish stemmer gives some inflected forms of one word different stems: further rules
make these equal.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from typing import Any

from newsletter.articles.classification.topics import Stem

SNOWBALL = {"fi": "finnish", "sv": "swedish", "en": "english"}
CACHED_WORDS = 20_000
"""Words in the cache; a blog repeats most of its words."""

NOUN_IN_NEN = re.compile(r"nen$")
FINNISH_TAILS = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        (r"(?<=\w{4})is$", ""),  # johtaminen, johtamisen; johtamista is johtam already
        (r"(?<=\w{3})(uu|yy)[dkst]s?$", r"\1"),  # johtajuus, johtajuuden, johtajuutta, johtajuuksia
        (r"(?<=\w{3})(u|y)\1$", r"\1"),  # also after the rule above; and tekoälyyn
        (r"(?<=\w{3}[uy])ks$", "s"),  # vastaus, vastauksen
        (r"(?<=\w{3}[uy])[dt]$", "s"),  # rohkeus, rohkeuden, rohkeutta
        (r"(?<=\w{3})[aä]s$", ""),  # lähettiläs, lähettilään
        (r"(?<=\w{3})nt$", "n"),  # viestintää, viestinnän
        (r"(?<=\w{3}[eouyö])j$", ""),  # kriisejä, kohuja
        (r"(?<=\w{3})[ei]$", ""),  # kriisi, kriisin, kriiseistä
    )
)
"""Endings of inflected forms and their replacements, each with examples."""


def stem_in(language: str) -> Stem:
    """The stemmer of a language; that of an unknown language returns words unchanged."""
    return partial(_stem, language)


@lru_cache(CACHED_WORDS)
def _stem(language: str, word: str) -> str:
    if language not in SNOWBALL:
        return word
    if language != "fi":
        return str(_snowball(language).stemWord(word))
    found = str(_snowball(language).stemWord(NOUN_IN_NEN.sub("sen", word)))
    for tail, kept in FINNISH_TAILS:
        found = tail.sub(kept, found)
    return found


@cache
def _snowball(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(SNOWBALL[language])
