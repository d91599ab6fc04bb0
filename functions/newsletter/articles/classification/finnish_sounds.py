"""Sounds of Finnish words: vowel harmony, syllables, and the gradation of consonants.

Rules: Hakulinen et al., *Iso suomen kielioppi* (2004), § 15, 41 to 46.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

VOWELS = "aeiouyäöå"
NUCLEUS = re.compile(r"aa|ee|ii|oo|uu|yy|ää|öö|[aeouyäö]i|[aoei]u|[eiäö]y|[aeiouyäöå]")
FIRST_NUCLEUS = re.compile(r"ie|uo|yö")
"""Diphthongs of the first syllable alone."""

TAIL = re.compile(r"^(.*?)([^aeiouyäöå]*)([aeiouyäöå]+)$")
WEAKENED = {
    # what a closed syllable makes of the consonants before its vowel; the longest that fits counts
    "kk": ("k",),
    "pp": ("p",),
    "tt": ("t",),
    "nk": ("ng",),
    "mp": ("mm",),
    "lp": ("lv",),
    "rp": ("rv",),
    "lt": ("ll",),
    "nt": ("nn",),
    "rt": ("rr",),
    "ht": ("hd",),
    "hk": ("h", "hk"),
    "lk": ("l",),
    "rk": ("r",),
    "p": ("v",),
    "t": ("d",),
    "k": ("",),
}
UNCHANGED = ("st", "sk", "sp", "tk", "ft", "kt", "pt", "št")
STRENGTHENED = {
    "ng": ("nk",),
    "nk": ("nkk",),
    "mm": ("mp", "mm"),
    "lv": ("lp", "lv"),
    "rv": ("rp", "rv"),
    "ll": ("lt", "ll"),
    "nn": ("nt", "nn"),
    "rr": ("rt", "rr"),
    "hd": ("ht",),
    "lj": ("lk", "lj"),
    "rj": ("rk", "rj"),
    "hj": ("hk", "hj"),
    "k": ("kk",),
    "p": ("pp",),
    "t": ("tt",),
    "d": ("t", "d"),
    "v": ("v", "p"),
    "h": ("h", "hk"),
}


def harmonies(word: str) -> tuple[str, ...]:
    """The vowels that endings have after a word: a, ä, or both where a compound may hide which."""
    back = max(word.rfind(vowel) for vowel in "aou")
    front = max(word.rfind(vowel) for vowel in "äöy")
    if word[-1:] in VOWELS and (back < 0 or not re.search(r"[ei]", word[back + 1 :])):
        if 0 <= back < front and word[-1] == "y":
            return ("a", "ä")  # body
        return ("ä",) if front > back or back < 0 else ("a",)
    return ("a", "ä")


def syllables(word: str) -> int:
    """The number of syllables."""
    count, at = 0, 0
    while at < len(word):
        if word[at] not in VOWELS:
            at += 1
            continue
        nucleus = (FIRST_NUCLEUS.match(word, at) if not count else None) or NUCLEUS.match(word, at)
        at = nucleus.end() if nucleus else at + 1
        count += 1
    return count


def weakened(stem: str) -> tuple[str, ...]:
    """The stem in a closed syllable: `kadu` of `katu`, `tavoittee` of itself."""
    found = TAIL.match(stem)
    if not found or not found[1]:
        return (stem,)
    start, consonants, vowels = found.groups()
    if len(vowels) > 1 and not (len(vowels) == 2 and vowels[1] == "i" and vowels[0] != "i"):
        return (stem,)  # a long vowel or two syllables; a plural has a diphthong with i
    if consonants.endswith(UNCHANGED):
        return (stem,)
    for length in (2, 1):
        strong = consonants[-length:]
        if len(strong) == length and strong in WEAKENED:
            rest = start + consonants[:-length]
            return tuple(_joined(rest, weak, vowels, strong) for weak in WEAKENED[strong])
    return (stem,)


def _joined(rest: str, weak: str, vowels: str, strong: str) -> str:
    if strong == "k" and rest[-1:] == vowels[0]:
        if vowels[0] in "uy" and rest[-2:-1] not in VOWELS:
            return f"{rest}v{vowels}"  # puku, puvun
        if rest[-2:-1] in VOWELS and rest[-2:-1]:
            return f"{rest}'{vowels}"  # raaka, raa'an
    if strong in ("lk", "rk", "hk") and vowels == "e":
        return f"{rest}{weak}j{vowels}"  # jälki, jäljen
    return f"{rest}{weak}{vowels}"


def strengthened(stem: str) -> Iterator[str]:
    """The stems of which a closed syllable may have made this one: `tavoitte` and `tavoite` of `tavoite`."""
    found = TAIL.match(stem)
    if not found:
        yield stem
        return
    start, consonants, vowels = found.groups()
    if len(vowels) > 1 and not vowels.endswith("i"):
        yield stem  # joukkue
        yield f"{stem[:-1]}k{stem[-1]}"  # aie, aikeen
        return
    if consonants.endswith(UNCHANGED):
        yield stem
        return
    for length in (2, 1):
        weak = consonants[-length:]
        if len(weak) == length and weak in STRENGTHENED:
            rest = start + consonants[: len(consonants) - length]
            yield from (f"{rest}{strong}{vowels}" for strong in STRENGTHENED[weak])
            return
    yield stem
