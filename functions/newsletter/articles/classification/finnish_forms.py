"""All forms of a Finnish noun or adjective: cases, numbers, and what takes a possessive suffix."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.articles.classification.finnish_paradigm import Stems
from newsletter.articles.classification.finnish_sounds import VOWELS, harmonies, strengthened, weakened
from newsletter.articles.classification.finnish_stems import stems_of
from newsletter.articles.classification.finnish_words import OTHERS

OWNED = "-"
"""At the end of a form that a possessive suffix may follow: `johtajassa-` for `johtajassani`, `johtajassaan`."""

WEAK_CASES = ("ssA", "stA", "llA", "ltA", "lle", "ttA")
POSSESSIVES = ("ni", "si", "nsa", "nsä", "mme", "nne")
CLITICS = (
    *("kin", "kaan", "kään", "han", "hän", "pa", "pä", "ko", "kö", "pas", "päs", "kos", "kös"),
    *("kohan", "köhän", "pahan", "pähän", "kokaan", "kökään", "kinko", "kinkö", "kinhan"),
)

FEWEST_LETTERS = 5
"""Of a keyword that may be a plural; shorter ones in -t are words such as olut and chat."""
PLURAL_ENDINGS = (
    ("se", ("nen",)),
    ("kse", ("s",)),
    ("de", ("s",)),
    ("me", ("n",)),
    ("ttoma", ("ton",)),
    ("ttömä", ("tön",)),
    ("e", ("", "i")),
    ("ee", ("e",)),
    ("aa", ("as",)),
    ("ää", ("äs",)),
)
"""Ends of stems in the plural, and those of the nominatives they may belong to."""


def finnish_forms(word: str) -> frozenset[str]:
    """Every form of the noun or adjective `word` (its nominative in lower case) without clitics."""
    return frozenset(form for nominative in (word, *_singulars(word)) for form in _all_forms(nominative))


def _all_forms(nominative: str) -> Iterator[str]:
    yield nominative
    if len(nominative) == 1:
        return  # a letter; Finnish has no noun so short
    for stems in stems_of(nominative):
        for vowel in harmonies(nominative):
            yield from (form.replace("A", vowel) for form in _forms(stems))


def _singulars(word: str) -> Iterator[str]:
    """The words of which `word` is the plural: `tavoite` of `tavoitteet`, `kasvo` of `kasvot`."""
    if len(word) < FEWEST_LETTERS or word[-1] != "t" or word[-2] not in VOWELS:
        return
    stem = word[:-1]
    guesses = dict.fromkeys(strengthened(stem))
    for ending, nominatives in PLURAL_ENDINGS:
        if stem.endswith(ending):
            core = stem.removesuffix(ending)
            guesses |= dict.fromkeys(each for nominative in nominatives for each in weakened(core + nominative))
            guesses |= dict.fromkeys(core + nominative for nominative in nominatives)
    yield from (guess for guess in guesses if word in _all_forms(guess))


def _forms(stems: Stems) -> Iterator[str]:
    for weak, strong in ((stems.weak, stems.strong), (stems.weak_plural, stems.strong_plural)):
        whole = (*(weak + case for case in WEAK_CASES), f"{strong}nA")
        yield from whole
        yield f"{weak}ksi"
        yield f"{weak}n"
        yield from (form + OWNED for form in (*whole, f"{weak}kse"))
    yield f"{stems.weak}t"
    yield stems.strong + OWNED
    yield f"{stems.strong_plural}ne"
    yield f"{stems.strong_plural}ne{OWNED}"
    for form in (*stems.partitives, *stems.plural_partitives):
        yield form
        yield form + OWNED
    for form in (*stems.illatives, *stems.plural_genitives, *stems.plural_illatives):
        yield form
        yield form[:-1] + OWNED


def finnish_readings(word: str) -> frozenset[str]:
    """What a word of a text may be in `finnish_forms`: itself, and without clitics and possessive suffixes."""
    bare = [word, *(word[: -len(clitic)] for clitic in CLITICS if word.endswith(clitic))]
    may_be_owned = [each for each in bare if each not in OTHERS]
    owned = [each[: -len(suffix)] + OWNED for each in may_be_owned for suffix in POSSESSIVES if each.endswith(suffix)]
    owned += [
        each[:-2] + OWNED  # johtajassaan, tavoitteitaan
        for each in may_be_owned
        if each.endswith("n") and each[-2:-1] in VOWELS and each[-2:-1] == each[-3:-2]
    ]
    return frozenset((*bare, *owned))
