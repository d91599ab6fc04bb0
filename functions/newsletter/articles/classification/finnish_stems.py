"""The stems of a Finnish noun or adjective, from which all its forms are made.

A word's ending tells how it inflects, but for some that are listed (finnish_words.py). Where an ending allows several
classes, the stems of each are given: a form that nobody uses is in no text. `A` stands for a or ä, as the harmony
of vowels has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.articles.classification import finnish_words as words
from newsletter.articles.classification.finnish_paradigm import Stems, graded_stems, vowel_stems
from newsletter.articles.classification.finnish_sounds import VOWELS, harmonies, strengthened, syllables, weakened


def stems_of(word: str) -> Iterator[Stems]:
    """The stems for every class the word may be of; `word` is the nominative, in lower case."""
    for listed, make in LISTED:
        if words.listed(word, listed):
            yield from make(word)
            if not word.endswith(words.ALSO_BY_ENDING):
                return
    irregular = [entry for entry in words.IRREGULAR if words.listed(word, entry[0])]
    for nominative, *stems in irregular:
        strong, weak, *plurals = (word.removesuffix(nominative) + stem for stem in stems)
        consonant = () if word[-1] in VOWELS else (f"{word}tA",)
        made = vowel_stems(strong, weak, *plurals, long=strong[-1] == strong[-2])
        yield made._replace(partitives=(*made.partitives, *consonant))
    if irregular:
        return
    for ending, make in BY_ENDING:
        if ending.search(word):
            yield from make(word)
            return


def _changes(word: str) -> bool:
    """Whether k, p, t of a word that ends in a vowel change."""
    return word not in words.words_of(words.AUTO) and not word.endswith(words.LIKE_AUTO)


AGENT = re.compile(r"(aa|ee|ie|oi|ui|ai)j[aä]$")
"""saaja, saajia"""


def _in_a(word: str) -> Iterator[Stems]:
    """9 to 15: kala, kaloja; koira, koiria; omena, omenoita; korkea, korkeita."""
    stem, long = word[:-1], syllables(word) > 2
    front = word[-1] == "ä"
    first = re.findall(rf"[{VOWELS}]", word)[0]
    if word[-2] in "eoö":
        each = vowel_stems(word, word, f"{stem}i", f"{stem}i", long=True)
        yield each._replace(plural_genitives=each.plural_genitives[1:], plural_partitives=each.plural_partitives[1:])
    elif word[-2] not in VOWELS and (long or front or first in "ou" or AGENT.search(word)):
        yield from graded_stems(word, f"{stem}i", changes=_changes(word), long=long)
    if long or (not front and first not in "ou"):
        changes = _changes(word) and word[-2] not in VOWELS
        yield from graded_stems(word, f"{stem}{'ö' if front else 'o'}i", changes=changes, long=long)
    if long and word[-2] not in VOWELS:
        each = vowel_stems(word, word, f"{stem}i", f"{stem}i")
        yield each._replace(plural_genitives=(f"{word}in",))  # johtajain, in old texts


def _in_i(word: str) -> Iterator[Stems]:
    """5 and 6: risti, ristejä; paperi, papereita."""
    for each in graded_stems(word, f"{word[:-1]}ei", changes=_changes(word), long=syllables(word) > 2):
        yield each._replace(plural_genitives=(f"{word}en", *each.plural_genitives))


def _in_mpi(word: str) -> Iterator[Stems]:
    """16: nopeampi, nopeamman; and risti."""
    for vowel in harmonies(word):
        yield from graded_stems(f"{word[:-1]}{vowel}", word)
    yield from _in_i(word)


def _in_rounded(word: str) -> Iterator[Stems]:
    """1 to 4: valo, palvelu, valtio, laatikko."""
    yield from graded_stems(word, f"{word}i", changes=_changes(word), long=syllables(word) > 2)


def _in_long(word: str) -> Iterator[Stems]:
    """17, 18, 20: vapaa, maa, filee; tiistai."""
    plural = word if word[-1] == "i" else f"{word[:-1]}i"
    yield vowel_stems(word, word, plural, plural, long=True)._replace(
        partitives=(f"{word}tA",), illatives=(f"{word}seen", f"{word}h{word[-1]}n")
    )


def _in_tie(word: str) -> Iterator[Stems]:
    """19: suo, tie, työ."""
    plural = f"{word[:-2]}{word[-1]}i"
    yield vowel_stems(word, word, plural, plural, long=True)._replace(
        partitives=(f"{word}tA",), illatives=(f"{word}h{word[-1]}n",)
    )


def _in_e(word: str) -> Iterator[Stems]:
    """48: hame, hameen, hametta; the stem has the strong grade."""
    for strong in dict.fromkeys(strengthened(word)):
        yield vowel_stems(f"{strong}e", f"{strong}e", f"{strong}i", f"{strong}i", long=True)._replace(
            partitives=(f"{word}ttA",)
        )
    if re.search(r"[bcfgqwxz]", word):
        yield from _nalle(word)


def _nalle(word: str) -> Iterator[Stems]:
    yield from graded_stems(word, f"{word}i")


def _in_nen(word: str) -> Iterator[Stems]:
    """38: nainen, naisen, naista."""
    core = word[:-3]
    yield vowel_stems(f"{core}se", f"{core}se", f"{core}si", f"{core}si")._replace(
        partitives=(f"{core}stA",), plural_genitives=(f"{core}sten", f"{core}sien")
    )
    yield from _foreign(word)


def _in_s(word: str) -> Iterator[Stems]:
    """39 to 41: vastaus, vastauksen; kalleus, kalleuden; vieras, vieraan; and whatever foreign word ends so."""
    core = word[:-1]
    plural = f"{core}ksi"
    yield vowel_stems(f"{core}kse", f"{core}kse", plural, plural)._replace(
        partitives=(f"{word}tA",), plural_genitives=(f"{core}sten", f"{core}ksien")
    )
    if core[-1:] in ("u", "y"):
        yield vowel_stems(f"{core}te", f"{core}de", plural, plural)._replace(partitives=(f"{core}ttA",))
    elif core[-1:] in ("a", "ä", "i"):
        for strong in dict.fromkeys(strengthened(core)):
            yield vowel_stems(
                f"{strong}{core[-1]}", f"{strong}{core[-1]}", f"{strong}i", f"{strong}i", long=True
            )._replace(partitives=(f"{word}tA",))
    yield from _foreign(word)


def _in_consonant(word: str) -> Iterator[Stems]:
    """32, 33, 36: sisar, kytkin, suurin; and whatever foreign word ends so, with -i-: LinkedInin."""
    bases = dict.fromkeys((word[:-1], *strengthened(word[:-1]))) if word[-2:-1] in VOWELS else ()
    for strong in bases:
        if word[-1] in "lnr":
            yield _of_consonant(word, f"{strong}{word[-1]}")
            yield _of_consonant(word, f"{strong}{word[-1]}e")
        if word.endswith("in"):
            yield _of_consonant(word, f"{strong}m")
    if word.endswith("in"):
        core = word[:-1]
        yield vowel_stems(f"{core}mpA", f"{core}mmA", f"{core}mpi", f"{core}mmi")._replace(
            partitives=(f"{word}tA",), plural_genitives=(f"{word}ten", f"{core}mpien")
        )
    yield from _foreign(word)


def _of_consonant(word: str, stem: str) -> Stems:
    made = vowel_stems(f"{stem}e", f"{stem}e", f"{stem}i", f"{stem}i", long=True)
    return made._replace(partitives=(f"{word}tA", f"{stem}eA"), plural_genitives=(f"{word}ten", *made.plural_genitives))


def _foreign(word: str) -> Iterator[Stems]:
    each = vowel_stems(f"{word}i", f"{word}i", f"{word}ei", f"{word}ei", long=syllables(word) > 1)
    yield each._replace(plural_genitives=(f"{word}ien", *each.plural_genitives))


def _in_ton(word: str) -> Iterator[Stems]:
    """34: onneton, onnettoman, onnetonta."""
    stem = f"{word[:-3]}tt{word[-2]}m"
    yield vowel_stems(f"{stem}A", f"{stem}A", f"{stem}i", f"{stem}i")._replace(partitives=(f"{word}tA",))
    yield from _foreign(word)


def _in_ut(word: str) -> Iterator[Stems]:
    """43 and 47: ohut, ohuen; kuollut, kuolleen; tuhat is 46."""
    core = word[:-1]
    yield vowel_stems(f"{core}e", f"{core}e", f"{core}i", f"{core}i", long=True)._replace(partitives=(f"{word}tA",))
    if re.search(r"(n|l|r|ss)[uy]t$", word):
        stem = word[:-2]
        yield vowel_stems(f"{stem}ee", f"{stem}ee", f"{stem}ei", f"{stem}ei", long=True)._replace(
            partitives=(f"{word}tA",)
        )
    yield from _foreign(word)


def _ovi(word: str) -> Iterator[Stems]:
    strong = f"{word[:-1]}e"
    for weak in weakened(strong):
        yield vowel_stems(strong, weak, word, f"{weak[:-1]}i")


def _kieli(word: str) -> Iterator[Stems]:
    core = word[:-1]
    joint = f"{core[:-1]}n" if core[-1] == "m" else core
    for each in graded_stems(f"{core}e", word):
        yield each._replace(partitives=(f"{joint}tA", f"{core}eA"), plural_genitives=(f"{joint}ten", f"{core}ien"))


def _si(word: str, strong: str, weak: str, partitive: str) -> Iterator[Stems]:
    """Of a word in -si with `strong` and `weak` before its e."""
    core = word[:-2]
    yield vowel_stems(f"{core}{strong}e", f"{core}{weak}e", word, word)._replace(
        partitives=(f"{core}{partitive}A",), plural_genitives=(f"{word}en", f"{core}{partitive}en")
    )


def _kasi(word: str) -> Iterator[Stems]:
    yield from _si(word, "t", "d", "tt")


def _kynsi(word: str) -> Iterator[Stems]:
    yield from _si(word, "t", word[-3], "tt")


def _lapsi(word: str) -> Iterator[Stems]:
    for each in graded_stems(f"{word[:-1]}e", word, changes=False):
        core = word[:-3]
        yield each._replace(partitives=(f"{core}stA",), plural_genitives=(f"{word}en", f"{core}sten"))


def _kaksi(word: str) -> Iterator[Stems]:
    core = word[:-3]
    yield vowel_stems(f"{core}hte", f"{core}hde", word, word)._replace(partitives=(f"{core}htA",))


def _mies(word: str) -> Iterator[Stems]:
    core = word[:-1]
    yield vowel_stems(f"{core}he", f"{core}he", f"{core}hi", f"{core}hi")._replace(
        partitives=(f"{word}tA",), plural_genitives=(f"{word}ten", f"{core}hien")
    )


def _kevat(word: str) -> Iterator[Stems]:
    core = word[:-1]
    yield vowel_stems(f"{core}ä", f"{core}ä", f"{core}i", f"{core}i", long=True)._replace(partitives=(f"{word}tA",))


def _kolmas(word: str) -> Iterator[Stems]:
    core = word[:-1]
    yield vowel_stems(f"{core}nte", f"{core}nne", f"{core}nsi", f"{core}nsi")._replace(partitives=(f"{core}ttA",))


LISTED = (
    (words.OVI, _ovi),
    (words.KIELI, _kieli),
    (words.KASI, _kasi),
    (words.KYNSI, _kynsi),
    (words.LAPSI, _lapsi),
    (words.KAKSI, _kaksi),
    (words.NALLE, _nalle),
    (words.TIE, _in_tie),
    (words.MIES, _mies),
    (words.KEVAT, _kevat),
    (words.KOLMAS, _kolmas),
)
BY_ENDING = tuple(
    (re.compile(ending), make)
    for ending, make in (
        (r"(aa|ee|oo|uu|yy|ää|öö|[aeouyäö]i)$", _in_long),
        (r"mpi$", _in_mpi),
        (r"[aä]$", _in_a),
        (r"[ouöyå]$", _in_rounded),
        (r"i$", _in_i),
        (r"e$", _in_e),
        (r"[^aeiouyäöå]?nen$", _in_nen),
        (r"t[oö]n$", _in_ton),
        (r"[uy]t$", _in_ut),
        (r"s$", _in_s),
        (r"", _in_consonant),
    )
)
