"""A Hebrew or Arabic name stays in its place in a Finnish sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.bidi import END, ISOLATE, isolated


@pytest.mark.parametrize("name", ["שרה כהן", "محمد", "abc שרה", "x\u202ey", "٣"])
def test_what_runs_from_right_to_left_is_isolated(name: str) -> None:
    assert isolated(name) == f"{ISOLATE}{name}{END}"


@pytest.mark.parametrize("name", ["", "Maija", "Åsa Öberg", "Ольга", "李", "123", "😀"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert isolated(name) == name


@given(st.text())
def test_isolating_changes_no_character(text: str) -> None:
    assert isolated(text) in {text, f"{ISOLATE}{text}{END}"}
