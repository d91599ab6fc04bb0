"""What readers choose: whatever is declared is read, kept and planned with, and nothing of it is lost on the way."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.aws.items import to_item
from newsletter.platform.text import one_line
from newsletter.readers.choice import Frequency, Rules, read_text
from newsletter.readers.choices import (
    CHOICES,
    DEFAULT_CHOICES,
    FILTERS,
    LINES,
    TEXTS,
    Choices,
    choices_from,
    read_choices,
    stored_choices,
)
from newsletter.readers.profiles.subscriber_items import FOR_AUDIENCES, read_recipient
from newsletter.readers.subscriber import Recipient
from tests.support.console.pages import publication

RULES = Rules(publication, date(2026, 11, 24), every_topic=True)
KEYS = tuple(topic.key for topic in publication.topics)
lines = st.text(st.characters(codec="utf-8", categories=["L", "N"]), max_size=60).map(one_line)
choices = st.builds(
    Choices,
    **dict.fromkeys(TEXTS, lines),
    topics=st.lists(st.sampled_from(KEYS), unique=True).map(lambda some: tuple(key for key in KEYS if key in some)),
    frequency=st.sampled_from(Frequency),
    paused_until=st.none() | st.dates(date(2026, 11, 25), date(2027, 11, 24)),
    language=st.sampled_from(publication.languages),
    tracking=st.booleans(),
)


def typed(chosen: Choices) -> dict[str, Any]:
    """What a form holds of them."""
    return {name: getattr(chosen, name) for name in CHOICES} | {"paused_until": str(chosen.paused_until or "")}


def cells(chosen: Choices) -> dict[str, str]:
    """What our export writes of them."""
    stored = {name: value for name, value in stored_choices(chosen).items() if value is not None}
    return {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in stored.items()}


def test_every_field_is_declared() -> None:
    assert list(CHOICES) == [each.name for each in fields(Choices)] == list(DEFAULT_CHOICES)
    assert set(FILTERS) <= set(TEXTS) <= set(LINES)


@given(choices)
def test_what_is_kept_comes_back_and_what_is_as_usual_need_not_be_kept(chosen: Choices) -> None:
    stored = stored_choices(chosen)
    assert choices_from(stored) == chosen
    assert choices_from({name: value for name, value in stored.items() if value is not None}) == chosen
    assert all(
        CHOICES[name].needed for name, value in stored.items() if value is not None and value == DEFAULT_CHOICES[name]
    )


@given(choices, st.text(max_size=9))
def test_planning_sees_of_what_is_kept_all_that_audiences_may_look_at_and_no_more(
    chosen: Choices, frequency_history: str
) -> None:
    item = to_item({"id": "a", "mailable": "a", **stored_choices(chosen), "cadence": frequency_history or None})
    seen = {name: getattr(chosen, name) for name in FOR_AUDIENCES}
    assert read_recipient(item) == ("a", Recipient(Choices(**seen), frequency_history))


@given(choices)
def test_a_form_and_a_list_say_the_same(chosen: Choices) -> None:
    names = {name: " ".join(getattr(chosen, name).split()) for name in TEXTS}
    assert read_choices(typed(chosen), RULES) == (Choices(**{**vars_of(chosen), **names}), {})
    assert read_choices(cells(chosen), RULES, from_list=True) == (Choices(**{**vars_of(chosen), **names}), {})


def vars_of(chosen: Choices) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in CHOICES}


@given(choices, choices)
def test_choices_are_one_key_exactly_when_they_are_equal(one: Choices, other: Choices) -> None:
    assert ({one: 1}.get(other) == 1) is (one == other)
    assert {one: 1}[Choices(**vars_of(one))] == 1


@pytest.mark.parametrize("name", [*TEXTS, "topics", "frequency", "paused_until", "language"])
def test_every_fault_of_a_form_is_told_at_its_field_in_a_text_of_the_pages(name: str) -> None:
    wrong: Any = ("no such topic",) if name == "topics" else "x" * 81
    _, faults = read_choices(typed(Choices(language="fi")) | {name: wrong}, RULES)
    assert faults == {name: f"pages.errors.{name}"}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ma\u0308kela\u0308", "Mäkelä"),
        ("Mä\u00adkelä\u200b", "Mäkelä"),
        ("\ufeffMäkelä\u00a0 Oy", "Mäkelä Oy"),
        ("Maija 👩‍💻", "Maija 👩‍💻"),
    ],
)
def test_a_name_is_kept_as_it_looks(written: str, name: str) -> None:
    assert read_text(written, RULES) == name


@pytest.mark.parametrize("written", ["Maija\x00", "Maija\ue000", "x" * 81])
def test_a_name_has_no_characters_without_a_shape(written: str) -> None:
    with pytest.raises(ValueError, match="80"):
        read_text(written, RULES)
