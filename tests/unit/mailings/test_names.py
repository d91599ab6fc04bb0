"""Names that are made from subjects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.drafts.names import name_from
from newsletter.mailings.mailing import NAME


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Kevään sparraukset!", "kevaan-sparraukset"),
        ("  Ö & Å: 50 % ", "o-a-50"),
        ("Größe", "grosse"),
        ("🎉", "campaign"),
        ("sana " * 30, "-".join(["sana"] * 12)),
        ("x" * 90, "x" * 60),
    ],
)
def test_a_name_has_the_words_of_its_subject(subject: str, name: str) -> None:
    assert name_from(subject) == name


@given(st.text(max_size=300), st.integers(10, 60))
def test_every_subject_gives_a_name_that_can_be_used(subject: str, most: int) -> None:
    name = name_from(subject, most)
    assert NAME.fullmatch(name)
    assert len(name) <= most
