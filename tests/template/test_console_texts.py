"""The texts of the console: every language has all of them, none is left over, and no template has words of its own."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from newsletter.mail.console_words import ENGLISH, ConsoleTexts, recognizable
from newsletter.mail.locales import VALUE, Message
from newsletter.platform.words.said import Said
from tests.support.console.console_texts import (
    FUNCTIONS,
    ROOT,
    TEMPLATES,
    WORDS,
    keys_asked_for,
    patterns_said,
    texts_in,
)

LOCALES = ROOT / "templates" / "locales"
STRING = re.compile(r"""\"([^"\n]*)\"|'([^'\n]*)'|`([^`]*)`""")
"""Of JavaScript."""
TRANSLATED = sorted(TEMPLATES.glob("*.html"))
SPOKEN = ConsoleTexts(LOCALES)
OTHERS = [language for language in SPOKEN.languages if language != ENGLISH]


def shape(message: Message) -> tuple[frozenset[str], frozenset[str]]:
    """The plural forms of a message, and the values that it takes."""
    forms = {"": message} if isinstance(message, str) else message
    return frozenset(forms), frozenset(VALUE.findall(" ".join(forms.values())))


def test_the_console_speaks_finnish_swedish_and_english() -> None:
    assert SPOKEN.languages == ("en", "fi", "sv")


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_in_every_language_with_the_same_values(language: str) -> None:
    english, other = (
        {key: shape(text) for key, text in SPOKEN.all_messages(each).items()} for each in ("en", language)
    )
    assert other == english


def test_no_message_is_missing_and_none_is_left_over() -> None:
    asked = set(chain.from_iterable(keys_asked_for(path.read_text("utf-8")) for path in TEMPLATES.glob("*.html")))
    asked |= {
        key
        for path in (*(FUNCTIONS / "console").rglob("*.py"), FUNCTIONS / "newsletter/mail/console_words.py")
        for key in keys_asked_for(path.read_text("utf-8").replace(".text(", ".t("))
    }
    known = SPOKEN.all_messages(ENGLISH).keys()
    beginnings = tuple(key for key in asked if key.endswith("."))
    assert {key for key in asked - known if key.startswith("console.")} - set(beginnings) == set()
    assert {key for key in known - asked if not key.startswith(beginnings)} == set()


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.stem)
def test_a_translated_page_has_no_words_of_its_own(path: Path) -> None:
    assert texts_in(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.js")), ids=lambda path: path.stem)
def test_a_script_has_no_words_of_its_own(path: Path) -> None:
    """It shows what the page gives it in attributes `data-…`."""
    code = re.sub(r"(?m)^\s*//.*| // .*", "", path.read_text("utf-8"))
    strings = [double or plain or template for double, plain, template in STRING.findall(code)]
    assert [each for each in strings if WORDS.search(each)] == []
    assert strings != []


def said_patterns() -> tuple[set[str], set[str]]:
    """Every sentence of the product that is marked as one to be said; and those that say it of a single thing, which
    need a translation of their own only where they are stored.
    """
    found = list(chain.from_iterable(map(patterns_said, FUNCTIONS.rglob("*.py"))))
    return {pattern for pattern, _ in found}, {one for _, one in found if one}


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_that_is_said_is_translated_and_none_is_left_over(language: str) -> None:
    translated = SPOKEN.file("said").messages(language)
    known, single = said_patterns()
    assert known <= {key.removeprefix("said.") for key in translated} <= known | single
    wrong = [
        key
        for key, message in translated.items()
        if set(VALUE.findall(key)) | {"count"} < shape(message)[1]
        or not shape(message)[1] - {"count"} >= set(VALUE.findall(key)) - {"count"}
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_that_was_stored_is_recognized(language: str) -> None:
    words = SPOKEN.words(language)
    amiss = {}
    for pattern in filter(recognizable, sorted(said_patterns()[0])):
        values = {name: 7 if name == "count" else f"Q{number}" for number, name in enumerate(VALUE.findall(pattern))}
        said = Said(pattern, values)
        if words.said(said) != words.said(str(said)):
            amiss[pattern] = words.said(str(said))
    assert amiss == {}


def test_the_choice_of_a_subject_that_was_stored_is_said_whole() -> None:
    stored = "Subject 1 goes to the other 15: 2 of 3 clicked (66.7%), the largest part"
    assert (
        SPOKEN.words("fi").said(stored)
        == "Otsikko 1 lähtee muille 15 lukijalle: eniten klikkaajia, 2/3 (66.7\N{NO-BREAK SPACE}%)"
    )


def test_every_decision_that_the_guide_names_has_words() -> None:
    table = (ROOT / "docs/marketing.md").read_text("utf-8").partition("| decision | it means |")[2].partition("\n\n")[0]
    first = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = {word for cell in first for word in re.findall(r"`([^`]+)`", cell)}
    assert len(named) > 20
    known = SPOKEN.all_messages(ENGLISH)
    assert {word for word in named if f"console.words.decision.{word.replace(' ', '_')}" not in known} == set()


def test_words_that_are_no_text_of_a_template_are_told_from_those_that_are() -> None:
    assert texts_in('<a href="/x" class="y">{{ t("a.b") }}</a> {{ "first last" if x else "ok" }}') == ["first last"]
    assert texts_in('<p data-state="held" data-done="It is saved."></p>') == ["It is saved."]
    assert texts_in('<p title="Read it">{% if a %}No.{% endif %}</p><code>GET</code> HTTP 503 · {# Words #}') == [
        "Read it",
        "No.",
    ]
