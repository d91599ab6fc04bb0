"""All forms of an English noun: singular and plural; and of verbs that their ending shows to be verbs.

The possessive needs no form of its own: the words of a text end at the apostrophe. A noun is not taken for the verb
that is written like it: `market` does not find `marketing`. Rules: Quirk et al., *A Comprehensive Grammar of the
English Language* (1985), § 5.79 to 5.97.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

IRREGULAR = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "person": "people persons",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "louse": "lice",
    "ox": "oxen",
    "die": "dice",
    "penny": "pennies pence",
    "medium": "media mediums",
    "datum": "data",
    "memorandum": "memoranda memorandums",
    "bacterium": "bacteria",
    "stratum": "strata",
    "symposium": "symposia symposiums",
    "forum": "forums fora",
    "stadium": "stadiums stadia",
    "referendum": "referendums referenda",
    "curriculum": "curricula curriculums",
    "phenomenon": "phenomena",
    "criterion": "criteria",
    "automaton": "automata automatons",
    "index": "indexes indices",
    "appendix": "appendices appendixes",
    "matrix": "matrices matrixes",
    "axis": "axes",
    "apex": "apexes apices",
    "vertex": "vertices",
    "focus": "focuses foci",
    "stimulus": "stimuli",
    "alumnus": "alumni",
    "nucleus": "nuclei",
    "radius": "radii radiuses",
    "syllabus": "syllabuses syllabi",
    "corpus": "corpora corpuses",
    "genus": "genera",
    "opus": "opuses opera",
    "formula": "formulas formulae",
    "antenna": "antennas antennae",
    "larva": "larvae",
    "alumna": "alumnae",
    "vertebra": "vertebrae",
    "schema": "schemas schemata",
    "leaf": "leaves",
    "loaf": "loaves",
    "thief": "thieves",
    "sheaf": "sheaves",
    "half": "halves",
    "calf": "calves",
    "elf": "elves",
    "self": "selves",
    "shelf": "shelves",
    "wolf": "wolves",
    "hoof": "hooves hoofs",
    "scarf": "scarves scarfs",
    "wharf": "wharves wharfs",
    "dwarf": "dwarves dwarfs",
    "knife": "knives",
    "life": "lives",
    "wife": "wives",
    "quiz": "quizzes",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
    "veto": "vetoes",
    "torpedo": "torpedoes",
    "embargo": "embargoes",
    "mosquito": "mosquitoes mosquitos",
    "volcano": "volcanoes volcanos",
    "tornado": "tornadoes tornados",
    "cargo": "cargoes cargos",
    "motto": "mottoes mottos",
    "buffalo": "buffaloes buffalo buffalos",
    "stomach": "stomachs",
    "monarch": "monarchs",
    "patriarch": "patriarchs",
    "epoch": "epochs",
    "tech": "techs",
    "passerby": "passersby",
    "consortium": "consortia consortiums",
    "equilibrium": "equilibria",
    "cactus": "cacti cactuses",
    "fungus": "fungi",
    "bureau": "bureaus bureaux",
    "plateau": "plateaus plateaux",
    "fish": "fish fishes",
}
"""Plurals that no rule makes. They hold for compounds, too: businesswoman, spokesperson."""
LEAST_FIRST = 3
"""Letters of the first part of a compound; `human` is none with `man`."""
IN_MAN = re.compile(r"(?:hu|ger|ro|sha|talis|otto|nor|cay)man$")
NO_PLURAL = re.compile(
    r"(?:ics|[^aeiou]ss|news|series|species|means|headquarters|aircraft|spacecraft|sheep|offspring)$"
)
NOUN_IN_IC = re.compile(
    r"(?:top|crit|clin|com|mechan|fabr|metr|graph|statist|lyr|tact|characterist|scept|skept|academ|rel|ton|traff|mus"
    r"|log|rubr|ep|fanat|heret|cyn|cathol)ic$"
)
"""Of the words in -ic, those that have a plural; economics is none of economic."""
LEXICAL_PLURAL = re.compile(
    r"^(?:goods|customs|earnings|savings|clothes|glasses|arms|works|thanks|always|perhaps|besides|sometimes|lens|texas"
    r"|business|media|data|hers|ours|yes|this|atlas|canvas|bias|alias|christmas|pancreas|pyjamas|pajamas|madras)$"
)
"""Words that mean something else without their -s."""
VERB = re.compile(r"(?:[aeiou][^aeiou]?(?:ise|ize|yse|yze|ify)|(?:nic|loc|duc|ic|str|cip|ul|in|er)ate)$")
NOUNS_LIKE_VERBS = re.compile(
    r"(?:prize|size|exercise|enterprise|franchise|merchandise|paradise|promise|premise|"
    r"expertise|candidate|certificate|estimate|graduate|template|corporate|climate|rate|date)$"
)


def english_forms(word: str) -> frozenset[str]:
    """Every form of the noun (or of a verb in -ize, -ify, -ate) `word`, its singular or its plural in lower case."""
    return frozenset((word, *_plurals(word), *_singulars(word), *_verbs(word)))


def _plurals(word: str) -> Iterator[str]:
    known = next((each for each in IRREGULAR if _ends(word, each)), "")
    if known:
        first = word.removesuffix(known)
        yield from (first + plural for plural in IRREGULAR[known].split())
    elif NO_PLURAL.search(word) or (word.endswith("ic") and not NOUN_IN_IC.search(word)):
        return
    elif re.search(r"[aeiouy]\w?sis$", word):
        yield f"{word[:-2]}es"  # crisis, analysis
    elif re.search(r"[^aeiou]y$|quy$", word):
        yield f"{word[:-1]}ies"
    elif re.search(r"(?:s|x|z|ch|sh)$", word):
        yield f"{word}es"
    else:
        yield f"{word}s"
        if re.search(r"[^aeiou]o$", word):
            yield f"{word}es"


def _ends(word: str, known: str) -> bool:
    if word == known:
        return True
    return len(word) >= len(known) + LEAST_FIRST and word.endswith(known) and not IN_MAN.search(word)


def _singulars(word: str) -> Iterator[str]:
    """The words of which `word` is the plural. What only looks like a plural (news, series, politics) has none."""
    if NO_PLURAL.search(word) or LEXICAL_PLURAL.search(word) or re.search(r"(?:ss|us|is)$", word):
        return
    guesses = [word[:-1]] if word.endswith("s") and len(word) > LEAST_FIRST else []
    if word.endswith("ies"):
        guesses = [f"{word[:-3]}y", word[:-1]]
    elif word.endswith("es"):
        guesses += [word[:-2], f"{word[:-2]}is"]
    guesses += [
        word.removesuffix(plural) + singular
        for singular, plurals in IRREGULAR.items()
        for plural in plurals.split()
        if _ends(word, plural)
    ]
    yield from (guess for guess in guesses if len(guess) > 2 and word in _plurals(guess))


def _verbs(word: str) -> Iterator[str]:
    if VERB.search(word) and not NOUNS_LIKE_VERBS.search(word):
        if word.endswith("y"):
            yield from (f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing")
        else:
            yield from (f"{word}s", f"{word}d", f"{word[:-1]}ing")
