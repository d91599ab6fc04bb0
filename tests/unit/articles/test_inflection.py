"""A keyword is found in its inflected forms, and not in words that are near it.

Of each language there are two lists: one that was written beside the rules, and one that was drawn from a public table
and to which the rules were not fitted.
"""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.articles.classification.inflection import INFLECTED, endings_of, forms_of, readings_of
from newsletter.articles.classification.topics import classify
from newsletter.publication.publication import Topic

LISTS = Path(__file__).parent / "inflection"
FUNCTIONS = Path(__file__).parents[3] / "functions"
KINDS = ("", "_held_out")
LEAST_RECALL = 0.98
JOINED = "|"
"""Between the words of a form of several words."""


class Tried(NamedTuple):
    """A list, the forms of it that should be found, those that are not, and the words that are taken for a keyword."""

    name: str
    forms: int
    missed: list[str]
    others: int
    taken: list[str]

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.forms

    def row(self) -> str:
        return (
            f"{self.name:12} {self.forms:5} forms, {self.recall:7.2%} found; {self.others:4} others,"
            f" {len(self.taken):2} taken; missed {self.missed}, taken {self.taken}"
        )


def pairs(name: str) -> list[tuple[str, str]]:
    """Each keyword of a list with each of the words beside it."""
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    entries = (line.split(": ", 1) for line in lines if not line.startswith("#"))
    return [(keyword, word.replace(JOINED, " ")) for keyword, words in entries for word in words.split()]


def finds(keyword: str, text: str, language: str) -> bool:
    topic = Topic("it", {"fi": "it"}, {"fi": "it"}, (), (keyword,))
    return bool(classify(text, "", (), (topic,), language).topics)


def tried(language: str, kind: str) -> Tried:
    forms, others = pairs(f"{language}{kind}"), pairs(f"{language}{kind}_false_friends")
    missed = [f"{keyword}/{form}" for keyword, form in forms if not finds(keyword, f"x {form} y", language)]
    taken = [f"{keyword}/{other}" for keyword, other in others if finds(keyword, f"x {other} y", language)]
    return Tried(f"{language}{kind}", len(forms), missed, len(others), taken)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", INFLECTED)
def test_keywords_are_found_in_98_of_100_forms_and_in_no_false_friend(language: str, kind: str) -> None:
    table = tried(language, kind)
    assert table.recall >= LEAST_RECALL, table.row()
    assert table.taken == [], table.row()


def test_the_lists_are_long_enough_to_say_something() -> None:
    for language in INFLECTED:
        assert len(pairs(language)) > 150
        assert len(pairs(f"{language}_false_friends")) > 100
        assert len(pairs(f"{language}_held_out")) > 50
        assert len(pairs(f"{language}_held_out_false_friends")) > 100


LETTERS = "abcdefghijklmnopqrstuvwxyzåäöéüšž0123456789"
WORDS = st.text(LETTERS, min_size=1, max_size=12)


@given(WORDS, st.sampled_from((*INFLECTED, "de", "")))
@example("straße", "de")
@example("e", "fi")
@example("yö", "fi")
@example("ö", "fi")
@example("ies", "en")
def test_a_keyword_finds_itself_however_it_is_capitalised_and_composed(word: str, language: str) -> None:
    for text in (word, word.upper(), word.capitalize(), unicodedata.normalize("NFD", word)):
        assert finds(word, text, language)
        assert finds(word.upper(), text, language)
        assert finds(f"{word}*", text, language) or len(word) < 3
        assert finds(f"*{word}", f"etu{text}", language)


def test_a_keyword_is_found_with_its_letters_decomposed_and_with_marks_that_nobody_sees() -> None:
    assert finds("viestinta\u0308", "Viestinn\u00e4st\u00e4", "fi")
    assert finds("viestint\u00e4", "Viestinna\u0308ssa\u0308", "fi")
    assert finds("viestint\u00e4", "Vies\u00adtin\u00adn\u00e4n arvo", "fi")
    assert finds("ledare", "Leda\u200brna", "sv")


@pytest.mark.parametrize(
    ("keyword", "text", "language", "there"),
    [
        ("*viestintä", "Kriisiviestinnästäkin", "fi", True),
        ("*viestintä", "Kriisiviestijä", "fi", False),
        ("*asiantuntija", "Huippuasiantuntijoidensa", "fi", True),
        ("*möte", "Årsmötena", "sv", True),
        ("*crisis", "Polycrises", "en", True),
        ("johtaja", "Johtaja-asiantuntijat", "fi", True),
        ("LinkedIn-profiili", "LinkedIn-profiilini", "fi", True),
        ("kriisi", "kriiseissä", "sv", False),
        ("kriisi", "kriisin", "", False),
        ("AI", "Aina ja aita", "fi", False),
        ("AI", "AI:n aika", "fi", True),
        ("SEO", "Taas seota", "fi", False),
        ("SEO", "SEO-opas", "fi", True),
        ("KPI", "Our KPIs", "en", True),
    ],
)
def test_wildcards_and_hyphens_stand_beside_inflection(keyword: str, text: str, language: str, *, there: bool) -> None:
    assert finds(keyword, text, language) is there


def test_rules_and_lists_are_loaded_by_the_first_article_and_not_before() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import newsletter.container, newsletter.articles.ingest\n"
        "print([name for name in sys.modules if 'classification' in name and name.endswith(('_forms', '_words'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(FUNCTIONS)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_word_of_any_length_is_looked_through() -> None:
    assert finds("*viestintä", "x" * 100_000 + "viestinnässä", "fi")
    assert not finds("*viestintä", "x" * 100_000, "fi")
    assert max(map(len, endings_of("x" * 100_000, "fi"))) < 100


def test_a_language_without_rules_has_the_word_alone() -> None:
    assert forms_of("strategie", "de") == {"strategie"} == readings_of("strategie", "de")
    assert "johtaja" in endings_of("toimitusjohtaja", "fi")
