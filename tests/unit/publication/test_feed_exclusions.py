"""`exclude` of a feed: read with clear errors, and patterns that fit what they say."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.feed_exclusions import Exclusion, fits, parse_exclusions
from newsletter.publication.toml_table import TomlTable


def read(*rows: object) -> tuple[Exclusion, ...]:
    return parse_exclusions(TomlTable({"exclude": list(rows)}, "feeds[2]"), "exclude")


def test_each_entry_has_one_pattern_or_more() -> None:
    assert read({"title": " Viikon työpaikat* "}, {"category": "Sisäinen", "url": "*/en/*"}) == (
        Exclusion(title="Viikon työpaikat*"),
        Exclusion(category="Sisäinen", url="*/en/*"),
    )
    assert parse_exclusions(TomlTable({}, "feeds[2]"), "exclude") == ()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({}, "feeds[2].exclude[1].title: missing; give a title, category or url"),
        ({"titel": "x"}, "feeds[2].exclude[1].title: missing"),
        ({"title": "x", "name": "y"}, "feeds[2].exclude[1].name: unknown field"),
        ({"title": 3}, "feeds[2].exclude[1].title: give a line of text"),
        ({"category": ["a"]}, "feeds[2].exclude[1].category: give a line of text"),
        ({"title": "*"}, "feeds[2].exclude[1].title: '*' fits everything"),
        ({"url": " ** "}, "feeds[2].exclude[1].url: '**' fits everything"),
        ("Viikon*", "feeds[2].exclude[1]: give a table"),
    ],
)
def test_a_wrong_entry_is_named(row: object, fault: str) -> None:
    with pytest.raises(InvalidPublication, match=f"^{re.escape(fault)}"):
        read(row)


def test_there_is_an_end_to_the_list() -> None:
    with pytest.raises(InvalidPublication, match=r"^feeds\[2\]\.exclude: at most 50"):
        read(*[{"title": f"x{n}"} for n in range(51)])


@given(st.text("ab*", min_size=1, max_size=8), st.text("ab", max_size=8))
def test_a_star_stands_for_any_text(pattern: str, value: str) -> None:
    assert fits(pattern, value) == fnmatchcase(value, pattern)


def test_a_pattern_with_many_stars_is_no_burden() -> None:
    assert not fits("*a" * 90 + "*b", "a" * 2_000)
