"""Placeholders: whatever the text, SES's substitution gives it back as written, with the values in their places."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.mail.placeholders import (
    CLOSE,
    LITERALS,
    OPEN,
    mark,
    names_in,
    substitute,
    to_ses_template,
    without_marks,
)
from tests.support.strategies import WHOLE

NAMES = ("click", "hello_html", "x")
awkward = st.text(
    st.one_of(
        st.sampled_from("{}{}\\\\ab_ \r\n\t\u202e\u200d😀שålrbs" + OPEN + CLOSE),
        WHOLE,
    ),
    max_size=12,
)
pieces = st.lists(st.one_of(awkward, st.sampled_from(NAMES).map(lambda name: (name,))), max_size=8)
values = st.fixed_dictionaries(dict.fromkeys(NAMES, awkward))

Piece = str | tuple[str]


def marked(parts: list[Piece]) -> str:
    return "".join(mark(part[0]) if isinstance(part, tuple) else without_marks(part) for part in parts)


def as_written(parts: list[Piece], data: dict[str, str]) -> str:
    return "".join(data[part[0]] if isinstance(part, tuple) else without_marks(part) for part in parts)


def naive(template: str, data: dict[str, str]) -> str:
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: data[found[1]], template)


def handlebars(template: str, data: dict[str, str]) -> str:
    r"""As the lexer of Handlebars reads it: `\{{` is an escape, `\\{{` a backslash, `{{{x}}}` a triple-stash."""
    written, rest = [], template
    while "{{" in rest:
        text, rest = rest.split("{{", 1)
        if text.endswith("\\\\"):
            text = text[:-1]
        elif text.endswith("\\"):
            literal, brace, after = rest.partition("{{")
            written.append(text[:-1] + "{{" + literal)
            rest = brace + after
            continue
        written.append(text)
        if rest.startswith("{"):
            found = re.match(r"\{\s*(\w+)\s*\}\}\}", rest)
        else:
            found = re.match(r"\s*(\w+)\s*\}\}(?!\})", rest)
        assert found, f"Handlebars cannot parse: {{{{{rest[:40]}"
        written.append(data[found[1]])
        rest = rest[found.end() :]
    return "".join([*written, rest])


@given(pieces, values)
@example(["{", ("x",), "}"], dict.fromkeys(NAMES, "v"))
@example(["\\", ("x",)], dict.fromkeys(NAMES, "v"))
@example(["\\\\{{click}}{{{x}}}"], dict.fromkeys(NAMES, "v"))
@example(["{}{{}\\{", ("x",), ("x",)], dict.fromkeys(NAMES, "{{click}}"))
def test_substitution_gives_the_text_as_written_with_the_values_put_in(
    parts: list[Piece], data: dict[str, str]
) -> None:
    template = to_ses_template(marked(parts))
    expected = as_written(parts, data)
    everything = {**LITERALS, **data}
    assert expected == naive(template, everything)
    assert expected == handlebars(template, everything)
    assert expected == substitute(template, data)


@given(pieces)
def test_only_marked_names_ask_for_values(parts: list[Piece]) -> None:
    expected = {part[0] for part in parts if isinstance(part, tuple)}
    assert expected == names_in(to_ses_template(marked(parts)))


@given(awkward)
def test_text_that_cannot_confuse_a_substitution_is_left_alone(text: str) -> None:
    plain = without_marks(text).replace("{", "(")
    assert plain == to_ses_template(plain)


def test_the_handlebars_reader_of_these_tests_sees_what_handlebars_sees() -> None:
    data = {"x": "v"}
    assert handlebars("a{{x}}b", data) == "avb"
    assert handlebars("a{{{x}}}b", data) == "avb"
    assert handlebars(r"a\{{x}}b{{x}}", data) == "a{{x}}bv"
    assert handlebars(r"a\\{{x}}b", data) == r"a\vb"
    for broken in ("{{x}}}", "{{{x}}", "{{ {x}}"):
        with pytest.raises(AssertionError, match="cannot parse"):
            handlebars(broken, data)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(KeyError, match="hello_text"):
        substitute("Hei {{hello_text}}", {"click": "x"})


def test_an_empty_value_is_a_value() -> None:
    assert substitute("a{{x}}b", {"x": ""}) == "ab"


@pytest.mark.parametrize("name", ["", "Click", "a b", "1a", "a}}", *LITERALS])
def test_a_name_that_ses_or_the_literals_could_take_otherwise_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a placeholder"):
        mark(name)


@pytest.mark.parametrize("text", [OPEN, CLOSE, f"{OPEN}x", f"{OPEN}{CLOSE}", f"{OPEN}X y{CLOSE}"])
def test_outside_text_that_was_not_cleaned_is_noticed(text: str) -> None:
    with pytest.raises(ValueError, match="without_marks"):
        to_ses_template(text)
