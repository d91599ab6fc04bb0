"""What is described is what is checked: our check finds what an independent validator finds, and says it in words."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.description.check import APART, MISSING, UNKNOWN, faults

TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 5}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": TEXT,
        "kind": {"enum": ["x", "y"]},
        "name": {"type": ["string", "null"], "pattern": "^[a-z]+$", "description": "small letters."},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "on": {"type": "boolean"},
        "many": {"type": "array", "items": TEXT, "maxItems": 2},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        "among": {"type": "object", "propertyNames": {"enum": ["fi"]}, "additionalProperties": TEXT},
    },
    "required": ["a"],
    "additionalProperties": False,
}
PART: dict[str, Any] = {
    "type": "object",
    "properties": {"b": {"type": "number", "minimum": 0}},
    "required": ["b"],
    "additionalProperties": False,
}
JUDGE = jsonschema_rs.validator_for(SCHEMA | {"$defs": {"Part": PART}})

texts = st.one_of(st.text("abcX", max_size=7), st.none(), st.integers(0, 11), st.booleans())
values = st.one_of(
    texts, st.lists(texts, max_size=3), st.lists(st.dictionaries(st.sampled_from("bc"), texts, max_size=2), max_size=2)
)
objects = st.one_of(values, st.dictionaries(st.sampled_from(["fi", "sv"]), texts, max_size=2))


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "z"]), objects, max_size=5))
def test_it_refuses_what_another_validator_refuses_and_nothing_else(value: dict[str, Any]) -> None:
    assert (not faults(value, SCHEMA, {"Part": PART})) == JUDGE.is_valid(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, {"a": MISSING}),
        ({"a": "", "z": 1}, {"a": "empty; give a text", "z": UNKNOWN}),
        ({"a": "long text"}, {"a": "9 characters; give at most 5"}),
        (
            {"a": 1, "on": "yes", "count": 10},
            {"a": "give a text", "on": "give true or false", "count": "give a whole number from 1 to 9"},
        ),
        ({"a": "a", "count": True}, {"count": "give a whole number from 1 to 9"}),
        ({"a": "a", "kind": "z"}, {"kind": "one of x, y"}),
        ({"a": "a", "name": "A"}, {"name": "not of the right form: small letters."}),
        ({"a": "a", "many": "a"}, {"many": "give a list of texts"}),
        ({"a": "a", "many": ["a", 1]}, {"many": "give a list of texts"}),
        ({"a": "a", "many": ["a", ""]}, {"many": "item 2: empty; give a text"}),
        (
            {"a": "a", "parts": [{"b": 1}, {"b": -1, "c": 1}]},
            {"parts[2].b": "give a number from 0 on", "parts[2].c": UNKNOWN},
        ),
        ({"a": "a", "among": {"de": "a"}}, {"among": "'de' is not the name of a field here"}),
        ([], {"": "give an object"}),
    ],
)
def test_it_names_every_fault_with_what_would_be_right(value: Any, said: dict[str, str]) -> None:
    assert faults(value, SCHEMA, {"Part": PART}) == said


def test_of_alternatives_the_nearest_says_what_is_wrong() -> None:
    either = {"oneOf": [{**PART, "properties": {"b": TEXT}}, {**PART, "properties": {"c": TEXT}, "required": ["c"]}]}
    assert faults({"c": "c"}, either, {}) == {}
    assert faults({"c": ""}, either, {}) == {"c": "empty; give a text"}
    assert faults({"b": "b", "c": "c"}, either, {}) == {"c": APART}


def test_a_text_of_another_form_takes_no_time(  # a pattern that backtracks would take minutes
) -> None:
    assert faults("a" * 100_000, {"type": "string", "pattern": "^[a-z]{1,100}$"}, {})


def test_faults_without_end_are_cut() -> None:
    many = {f"field{number}": 1 for number in range(1000)}
    assert len(faults(many, SCHEMA, {"Part": PART})) == 50
