"""Stems of Finnish, Swedish and English words: Snowball's, and where Finnish needs more, what it leaves apart."""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from typing import Any

from newsletter.domain.topics import Stem

SNOWBALL = {"fi": "finnish", "sv": "swedish", "en": "english"}
REMEMBERED = 20_000
"""Words: a blog uses the same ones over and over."""

NOUN_IN_NEN = re.compile(r"nen$")
FINNISH_TAILS = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        (r"(?<=\w{4})is$", ""),  # johtaminen, johtamisen; johtamista is johtam already
        (r"(?<=\w{3})(uu|yy)[dkst]s?$", r"\1"),  # johtajuus, johtajuuden, johtajuutta, johtajuuksia
        (r"(?<=\w{3})(u|y)\1$", r"\1"),  # the same, and tekoälyyn
        (r"(?<=\w{3}[uy])ks$", "s"),  # vastaus, vastauksen
        (r"(?<=\w{3}[uy])[dt]$", "s"),  # rohkeus, rohkeuden, rohkeutta
        (r"(?<=\w{3})[aä]s$", ""),  # lähettiläs, lähettilään
        (r"(?<=\w{3})nt$", "n"),  # viestintää, viestinnän
        (r"(?<=\w{3}[eouyö])j$", ""),  # kriisejä, kohuja
        (r"(?<=\w{3})[ei]$", ""),  # kriisi, kriisin, kriiseistä
    )
)
"""Endings that are the same word in another case, each with words that show it."""


def stem_in(language: str) -> Stem:
    """The stemmer of a language; one that is not known gives words back as they are."""
    return partial(_stem, language)


@lru_cache(REMEMBERED)
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
