"""Which language the articles are in: told where the language is chosen, and nothing untrue."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from typing import Any

import pytest

from newsletter.mail.templates import Templates
from newsletter.readers.signup.pending import pending
from tests.support.console.page_cases import form, preferences, waiting
from tests.support.console.pages import publication, templates


def with_feeds(*languages: str) -> Templates:
    """The templates of a publication that has a feed in each of the languages."""
    changed = copy(templates)
    feeds = tuple(replace(publication.feeds[0], url=f"https://b.example/{each}", language=each) for each in languages)
    vars(changed)["publication"] = replace(publication, feeds=feeds)
    return changed


FINNISH = {"sv": "Artiklarna är på finska.", "en": "The articles are in Finnish."}
BOTH = {"en": "The articles are in Finnish and in Swedish."}
"""Readers of a language that has feeds of its own get the articles of these alone."""


@pytest.mark.parametrize("language", publication.languages)
@pytest.mark.parametrize(("name", "values"), [("subscribe", form()), ("preferences", preferences())])
@pytest.mark.parametrize(("feeds", "expected"), [(("fi",), FINNISH), (("sv", "fi"), BOTH), (("sv", "fi", "fi"), BOTH)])
def test_each_language_says_beside_it_in_its_own_words_which_one_the_articles_are_in(
    name: str, values: dict[str, Any], feeds: tuple[str, ...], expected: dict[str, str], language: str
) -> None:
    """Without a script: whatever the reader ticks, its line is there to be read."""
    html = with_feeds(*feeds).page(name, language, **values)
    options = re.findall(r'name="language" value="(\w+)"[^>]*><span lang="(\w+)">(.*?)</label>', html)
    assert [(value, tongue) for value, tongue, _ in options] == [(each, each) for each in publication.languages]
    told = {value: re.findall(r'class="about">(.*?)</span>', inner) for value, _, inner in options}
    assert {value: lines[0] for value, lines in told.items() if lines} == expected


def test_a_page_says_nothing_of_languages_where_it_would_be_untrue() -> None:
    for feeds in ((), ("de",)):
        html = with_feeds(*feeds).page("subscribe", "sv", **form())
        assert "Artiklarna" not in html
        assert "The articles" not in html
    assert "The articles" not in with_feeds("en").page("subscribe", "en", **form())


def test_the_page_to_confirm_says_it_in_the_language_that_would_be_chosen() -> None:
    waits = waiting()[0]
    for language, expected in (("fi", ""), *FINNISH.items()):
        form_ = replace(waits.form, choices=replace(waits.form.choices, language=language))
        values = {"pending": pending(form_, None), "changed": False, "preferences_url": "/preferences/t"}
        html = templates.page("confirm", "fi", **values)
        assert re.findall(r'<p lang="(\w+)">(.*?)</p>', html) == ([(language, expected)] if expected else [])
