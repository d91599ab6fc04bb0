"""What drawn tests may draw as text: the one place that says so.

`st.text()` draws what UTF-8 can hold. `st.characters()` draws halves of surrogate pairs besides (category Cs), which
JSON can bring from outside and which nothing can store, sign or mail: a test that is not about them goes red by them
once in a few hundred runs.
"""

from __future__ import annotations

from hypothesis import strategies as st

WHOLE = st.characters(codec="utf-8")
"""Any character that can be stored, mailed and shown."""

ANY = st.characters()
"""Halves of surrogate pairs too: for what is read from outside before anybody has looked at it."""


def whole_without(characters: str) -> st.SearchStrategy[str]:
    """Any character that can be stored, mailed and shown, except these."""
    return st.characters(codec="utf-8", exclude_characters=characters)


def anything(max_size: int) -> st.SearchStrategy[str]:
    """Text as somebody may send it who wishes us ill."""
    return st.text(ANY, max_size=max_size)
