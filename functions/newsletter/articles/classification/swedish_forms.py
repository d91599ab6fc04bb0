"""All forms of a Swedish noun or adjective: definite and indefinite, singular and plural, with and without genitive -s.

The gender and the plural of a noun are not always seen in the word. Where they are not, the forms of every declension
are given, but for words that are listed (swedish_words.py) because a form of another declension is another word: the
plural of `bild` is not `bildar`, which is a verb. Rules: *Svenska Akademiens språklära*, § 20 to 27.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.articles.classification import swedish_words as words

FEWEST_LETTERS = 3
"""Of what is left of a plural without its ending."""

VOWELS = "aeiouyåäöé"
ER = re.compile(r"(?:het|nad|[st]ion|tet|ist|ör|ans|ens|[^m]ent|graf|log|[^b]ur|ant|ism|skap|fon|krat|al|or)$")
AR = re.compile(r"(?:ing|dom|lek)$")
LONG_STEM = 5
"""Letters of a stem that is hardly a word of its own by chance, as that of `center` is."""

NONE = re.compile(r"ik$")
NEUTER = re.compile(r"(?:ment|skap|otek|[^i]um)$")
ADJECTIVE = re.compile(r"\w\w(?:isk|ig|ell|al|iv|bar|sam|ös|[^n]ad|ställd|ant|ent|är)$")


def swedish_forms(word: str) -> frozenset[str]:
    """Every form of the noun or adjective `word` (indefinite singular, or an indefinite plural, in lower case)."""
    nominatives = {word, *_forms(word)}
    for singular in _singulars(word):
        nominatives |= {singular, *_forms(singular)}
    return frozenset(form for each in nominatives for form in (each, each if each[-1] in "sxz" else f"{each}s"))


def _singulars(word: str) -> Iterator[str]:
    """The words of which `word` is the indefinite plural, where that is certain enough."""
    yield from words.singulars(word)
    ending, stem = word[-2:], word[:-2]
    if ending not in ("or", "ar", "er") or len(stem) < FEWEST_LETTERS or words.declensions(word):
        return
    if word.endswith(("tor", "sor", "jor")):  # faktor is no plural of fakta
        return
    for guess in (f"{stem}a",) if ending == "or" else (stem, f"{stem}e"):
        certain = ending == "or" or len(stem) >= LONG_STEM or ending in _declensions(guess)
        if certain and word in set(_forms(guess)):
            yield guess


def _declensions(word: str) -> frozenset[str]:
    """Those of `neuter`, `ar`, `er`, `none` that the word is known or shown by its ending to be; else empty."""
    endings = (("neuter", NEUTER), ("ar", AR), ("er", ER), ("none", NONE))
    return words.declensions(word) or frozenset(name for name, ending in endings if ending.search(word))


def _forms(word: str) -> Iterator[str]:
    if found := words.irregular(word):
        yield from found
        return
    if ADJECTIVE.search(word) and not words.declensions(word):
        yield from adjective_forms(word)
    if word[-1] not in VOWELS:
        yield from _of_consonant(word)
    elif word[-1] == "a":
        yield from _of_a(word)
    elif word[-1] == "e":
        yield from _of_e(word)
    else:  # strategi, nivå, foto
        yield from (word + ending for ending in ("n", "en", "t", "et", "er", "erna", "na"))
        if word.endswith("o"):  # video, demo
            yield from (f"{word}r", f"{word}rna")


def adjective_forms(word: str) -> Iterator[str]:
    """Of an adjective: artificiell, artificiellt, artificiella; of its plural sociala, social and socialt."""
    if word.endswith("a"):
        yield from (word[:-1], f"{word[:-1]}t", f"{word[:-1]}e")
    elif word.endswith("ad"):
        yield from (f"{word[:-1]}t", f"{word}e")
    else:
        yield from (f"{word}t", f"{word}a", f"{word}e")


def _of_a(word: str) -> Iterator[str]:
    stem = word[:-1]
    if "neuter" in words.declensions(word):
        yield from (f"{word}t", f"{word}n", f"{word}na")
        if word.endswith("ma"):
            yield from (f"{stem}er", f"{stem}erna")  # drama
    elif word.endswith("era"):
        yield from (f"{word}{ending}" for ending in ("r", "s", "de", "des", "t", "ts", "d", "nde"))  # a verb
    else:
        yield from (f"{word}n", f"{stem}or", f"{stem}orna")


def _of_e(word: str) -> Iterator[str]:
    stem, listed = word[:-1], words.declensions(word)
    yield f"{word}n"
    if word.endswith("are"):
        yield f"{stem}na"
    elif ("neuter" not in listed and word.endswith(("else", "arie"))) or "er" in listed:
        yield from (f"{word}r", f"{word}rna")
    elif "ar" in listed:
        yield from (f"{stem}ar", f"{stem}arna")
    else:
        yield from (f"{word}t", f"{word}na")
        if "neuter" not in listed and not word.endswith(("ande", "ende")):
            yield from (f"{stem}ar", f"{stem}arna")


def _of_consonant(word: str) -> Iterator[str]:
    declensions = _declensions(word) or frozenset(("neuter", "ar", "er"))
    for stem in _stems(word):
        yield f"{stem}en"
        if "neuter" in declensions:
            yield from (f"{stem}et", f"{stem}ena")
        for plural in declensions - {"neuter", "none"}:
            yield from (f"{stem}{plural}", f"{stem}{plural}na")
    if re.search(r"\w\w(?:[aeo]r|e[ln])$", word):
        yield from (f"{word}n", f"{word}na")
    if word.endswith(("ium", "eum")):
        stem = word[:-2]
        yield from (f"{stem}et", f"{stem}er", f"{stem}erna")


def _stems(word: str) -> Iterator[str]:
    yield word
    if re.search(r"[aeiouyåäö]m$", word) and "er" not in words.declensions(word):
        yield f"{word}m"  # program, programmet
    if found := re.search(r"^(.*[^aeiouyåäö])(?:e(?=[lnr])|a(?=r))(.)$", word):
        yield re.sub(r"([mn])\1$", r"\1", found[1]) + found[2]  # nyckel, nyckl-ar; sommar, somr-ar
