"""Verdicts in words: every code has its sentence in every language, with times as people say them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsletter.leads.visits import judge, reasons
from newsletter.leads.visits.judging import bursts, signals, summary
from newsletter.leads.visits.reasons import in_words, texts_in
from newsletter.leads.visits.rules import read_rules
from newsletter.leads.visits.verdict import Reason, Verdict, VerdictKind
from newsletter.mail.locales import Locales, MissingText
from newsletter.mail.templates import Templates
from tests.support.mailings.templates import TEMPLATES
from tests.unit.leads.corpus_traces import cases

SAMPLE = Templates(TEMPLATES, "https://news.example.fi")
LANGUAGES = SAMPLE.publication.languages
JARGON = re.compile(r"\b(user.agent|header|burst|canary|HEAD|bot|IP|http|sandbox)\b|[{}_]", re.IGNORECASE)
SOURCES = (bursts, judge, signals, summary)


def codes() -> set[str]:
    """Every code that the judge gives a reason."""
    text = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in SOURCES)
    given = re.findall(r'Reason\(\s*"(\w+)"(?: if \w+ else "(\w+)")?', text)
    given += re.findall(r'\("(\w+)" if age <= LONGEST_READING else "(\w+)"', text) + re.findall(
        r'odd\.append\("(\w+)()"', text
    )
    return {code for pair in given for code in pair if code} | {"pressed_after_reading", "pressed_left_open"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_sentence_for_every_code_and_for_no_other(language: str) -> None:
    told = {
        key.removeprefix("leads.reason.")
        for key in Locales(TEMPLATES / "locales").messages(language)
        if key.startswith("leads.reason.")
    }
    assert told == codes() == set(reasons.CODES)
    assert set(summary.TELLING_FIRST) <= told
    assert Locales(TEMPLATES / "locales").messages(language).keys() >= reasons.MESSAGES


def test_without_a_message_the_code_is_said_and_nothing_fails() -> None:
    def nothing(key: str, /, **_values: object) -> str:
        raise MissingText(key)

    verdict = Verdict(VerdictKind.MACHINE, (Reason("burst", {"links": 9, "during": 3}), Reason("canary")), "v1")
    assert in_words(verdict, nothing) == ("machine", "burst", "canary")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_of_the_corpus_reads_as_plain_sentences(language: str) -> None:
    rules = read_rules(TEMPLATES)
    for case in cases():
        judgement = judge.judge(case.trace, rules)
        for verdict in filter(None, (judgement.click, judgement.press)):
            words = in_words(verdict, texts_in(SAMPLE, language))
            assert len(words) == 1 + len(verdict.reasons)
            for sentence, reason in zip(words[1:], verdict.reasons, strict=True):
                name = str(reason.values.get("name", ""))
                assert not JARGON.search(sentence.replace(name, "") if name else sentence), sentence
                assert sentence[0].isupper()
                assert sentence.endswith(".")


def test_the_story_of_a_person_in_finnish() -> None:
    verdict = Verdict(
        VerdictKind.PERSON,
        (Reason("opened_offer", {"after": 240}), Reason("pressed_after_reading", {"during": 35})),
        "v1",
    )
    assert in_words(verdict, texts_in(SAMPLE, "fi")) == (
        "Kyseessä oli ihminen.",
        "Avasi vain tarjouksen sivun, 4 minuuttia viestin saapumisen jälkeen.",
        "Painoi nappia 35 sekunnin lukemisen jälkeen.",
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 sekuntia"),
        (1, "sekunti"),
        (119, "119 sekuntia"),
        (120, "2 minuuttia"),
        (3 * 3600 + 5, "3 tuntia"),
        (7200, "2 tuntia"),
        (3 * 86_400, "3 päivää"),
    ],
)
def test_times_are_in_the_unit_in_which_people_say_them(seconds: float, said: str) -> None:
    verdict = Verdict(VerdictKind.PERSON, (Reason("opened_offer", {"after": seconds}),), "v1")
    assert in_words(verdict, texts_in(SAMPLE, "fi"))[1] == (
        f"Avasi vain tarjouksen sivun, {said} viestin saapumisen jälkeen."
    )


def test_durations_of_reasons_are_known_to_be_such() -> None:
    texts = Locales(TEMPLATES / "locales").messages("fi")
    used = {name for key, text in texts.items() if key.startswith("leads.reason.") for name in _values(text)}
    assert used == {*reasons.DURATIONS, "links", "name"}


def _values(text: object) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", str(text)))
