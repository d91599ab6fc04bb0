"""Tokens of our own forms: they tell when a form was handed out, for one form and one thing it is bound to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.links.form_tokens import MAX_TOKEN, Forms
from tests.support.console.altered_tokens import altered_tokens
from tests.support.strategies import anything

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
forms = Forms(("old", "new"))


@given(st.integers(0, 10_000_000), st.text(max_size=40))
def test_a_token_tells_its_age_in_whole_seconds(seconds: int, bound: str) -> None:
    token = forms.token("subscribe", NOW, bound)
    age = timedelta(seconds=seconds)
    assert forms.age("subscribe", token, NOW + age, bound) == age
    assert len(token) < MAX_TOKEN


def test_a_token_is_good_for_its_form_and_what_it_is_bound_to_alone() -> None:
    token = forms.token("wait", NOW, "maija@example.com")
    assert forms.age("wait", token, NOW, "kalle@example.com") is None
    assert forms.age("wait", token, NOW) is None
    assert forms.age("subscribe", token, NOW, "maija@example.com") is None


def test_a_token_outlives_a_rotation_of_keys_and_no_more() -> None:
    token = forms.token("subscribe", NOW)
    assert Forms(("new", "newest")).age("subscribe", token, NOW) == timedelta()
    assert Forms(("newest",)).age("subscribe", token, NOW) is None


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: f"9{t}", lambda t: t.replace(".", ""), lambda t: t * 9])
def test_a_token_that_was_touched_is_none_of_ours(change: object) -> None:
    assert callable(change)
    assert forms.age("subscribe", change(forms.token("subscribe", NOW)), NOW) is None


def test_a_token_is_accepted_in_the_one_spelling_that_we_gave_it() -> None:
    token = forms.token("subscribe", NOW)
    assert [spelled for spelled in altered_tokens(token) if forms.age("subscribe", spelled, NOW) is not None] == []


@given(anything(60))
def test_any_other_text_is_none_of_ours(text: str) -> None:
    assert forms.age("subscribe", text, NOW) is None


@given(st.integers(0, 10_000_000), st.from_regex("[a-z0-9]{1,40}", fullmatch=True))
def test_a_token_with_a_note_tells_it_and_its_age_in_milliseconds(milliseconds: int, note: str) -> None:
    token = forms.token("offer", NOW, "bound", note)
    shown = forms.shown("offer", token, NOW + timedelta(milliseconds=milliseconds), "bound")
    assert shown is not None
    assert (shown.note, round(shown.age / timedelta(milliseconds=1))) == (note, milliseconds)
    assert forms.shown("offer", token, NOW) is None
    assert forms.shown("offer", token.replace(note, f"{note}x", 1), NOW, "bound") is None
    assert len(token) < MAX_TOKEN


@pytest.mark.parametrize("note", ["Ä", "a b", "a~b", "x" * 41, "A"])
def test_a_note_is_of_lower_case_letters_and_digits(note: str) -> None:
    with pytest.raises(ValueError, match="no note"):
        forms.token("offer", NOW, note=note)


def test_a_token_without_a_note_has_none() -> None:
    shown = forms.shown("offer", forms.token("offer", NOW), NOW)
    assert shown is not None
    assert (shown.note, shown.age) == ("", timedelta())
