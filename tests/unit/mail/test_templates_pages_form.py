"""The pages with a form: what is ticked, what was typed, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.readers.choices import TEXTS
from tests.support.console.page_cases import ERRORS, form, typed
from tests.support.console.pages import page, publication, templates


@pytest.mark.parametrize("language", publication.languages)
def test_each_fault_is_told_at_its_field_and_in_the_summary(language: str) -> None:
    document = page("subscribe", language, form(errors=ERRORS))
    (summary,) = (element for element in document.elements if element.attributes.get("role") == "alert")
    for name, key in ERRORS.items():
        text = templates.text(key, language)
        (told,) = (element for element in document.elements if element.attributes.get("id") == f"{name}-error")
        assert told.text == text
        assert text in summary.text
        (field_,) = (element for element in document.elements if element.attributes.get("id") == name)
        assert field_.attributes["aria-invalid"] == "true"
        assert f"{name}-error" in (field_.attributes["aria-describedby"] or "").split()


def test_nothing_is_ticked_for_the_reader_but_all_topics_every_week_and_their_language() -> None:
    document = page("subscribe", "fi", form())
    ticked = [element.attributes for element in document.all("input") if "checked" in element.attributes]
    assert [(field_["name"], field_["value"]) for field_ in ticked] == [
        ("every_topic", "yes"),
        ("frequency", "weekly"),
        ("language", "fi"),
    ]


def test_nobody_meets_the_field_that_only_programs_fill_in() -> None:
    document = page("subscribe", "fi", form())
    (trap,) = (element for element in document.all("input") if element.attributes["name"] == "website")
    assert trap.attributes["tabindex"] == "-1"
    assert [element.attributes["aria-hidden"] for element in trap.around if "aria-hidden" in element.attributes]


@pytest.mark.parametrize("number", [0, 1])
def test_each_answer_to_the_suggestion_sends_all_that_was_typed(number: int) -> None:
    given: dict[str, Any] = {
        "topics": ("linkedin", "kriisit"),
        "frequency": "monthly",
        "language": "sv",
        "name": "Maija",
    }
    given |= {"every_topic": False, "tracking": False}
    asked = typed(email="maija@gmial.com", consent=True, next="https://www.example.fi/", **given)
    document = page("subscribe", "sv", form(form=asked, suggestion="maija@gmail.com"))
    answer = document.all("form")[number]
    inside = [element.attributes for element in document.all("input") if answer in element.around]
    assert [(field_["name"], field_["value"]) for field_ in inside] == [
        ("form", "t"),
        ("email", ("maija@gmail.com", "maija@gmial.com")[number]),
        ("topics", "linkedin"),
        ("topics", "kriisit"),
        ("tracking", "no"),
        ("frequency", "monthly"),
        ("language", "sv"),
        *((name, given.get(name, "")) for name in TEXTS),
        ("consent", "yes"),
        ("next", "https://www.example.fi/"),
        ("kept", "yes"),
    ]


@given(email=st.text(max_size=40), name=st.text(max_size=40))
def test_what_was_typed_stays_text(email: str, name: str) -> None:
    plain = page("subscribe", "fi", form(form=typed(email="x", name="x")))
    document = page("subscribe", "fi", form(form=typed(email=email, name=name)))
    assert [element.tag for element in document.elements] == [element.tag for element in plain.elements]
    visible = {
        e.attributes["name"]: e.attributes["value"] or "" for e in document.all("input") if "value" in e.attributes
    }
    for field_, text in (("email", email), ("name", name)):
        if text.isprintable():
            assert visible[field_] == text


def test_single_topics_are_seen_to_count_before_all_topics() -> None:
    css = templates.page("subscribe", "fi", **form()).partition("<style>")[2].partition("</style>")[0]
    assert '[action="/subscribe"] fieldset:has(.choices :checked) > .every {' in css
