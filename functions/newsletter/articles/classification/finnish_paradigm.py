"""How the stems and the whole forms of a Finnish noun follow from its vowel stems in singular and plural.

`A` stands for a or ä, as the harmony of vowels has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from newsletter.articles.classification.finnish_sounds import VOWELS, weakened


class Stems(NamedTuple):
    """Of one way to inflect a word: the stems before endings, and whole forms where these differ between classes."""

    strong: str
    weak: str
    strong_plural: str
    weak_plural: str
    partitives: tuple[str, ...]
    illatives: tuple[str, ...]
    plural_genitives: tuple[str, ...]
    plural_partitives: tuple[str, ...]
    plural_illatives: tuple[str, ...]


def vowel_stems(strong: str, weak: str, strong_plural: str, weak_plural: str, *, long: bool = False) -> Stems:
    """Of a stem that ends in a vowel. A `long` one has the plural of vieraita, vieraiden, not of valoja, valojen."""
    last = strong[-1]
    doubled = strong[-2:-1] == last
    return Stems(
        strong,
        weak,
        strong_plural,
        weak_plural,
        (f"{strong}A", *((f"{strong}tA",) if strong[-2] in VOWELS else ())),
        (f"{strong}seen", f"{strong}h{last}n") if doubled else (f"{strong}{last}n",),
        *_plural_forms(strong_plural, weak_plural, long=long),
    )


def _plural_forms(strong: str, weak: str, *, long: bool) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Genitives, partitives and illatives of the plural."""
    if strong[-2] not in VOWELS:  # koiri-: koirien, koiria, koiriin
        return (f"{strong}en",), (f"{strong}A",), (f"{strong}in",)
    glide = f"{strong[:-1]}j"  # kaloi-: kalojen, kaloja, kaloihin; omenoi-: omenoiden, omenoita
    both = tuple(dict.fromkeys((strong, weak))) if long else ()
    return (
        (f"{glide}en", *(f"{stem}{ending}" for stem in both for ending in ("den", "tten"))),
        (f"{glide}A", *(f"{stem}tA" for stem in both)),
        (f"{strong}hin", *(f"{stem}{ending}" for stem in both for ending in ("hin", "siin"))),
    )


def graded_stems(strong: str, strong_plural: str, *, changes: bool = True, long: bool = False) -> Iterator[Stems]:
    """Of a word whose nominative has the strong grade."""
    weak_plurals = weakened(strong_plural) if changes else (strong_plural,)
    for index, weak in enumerate(weakened(strong) if changes else (strong,)):
        yield vowel_stems(strong, weak, strong_plural, weak_plurals[min(index, len(weak_plurals) - 1)], long=long)
