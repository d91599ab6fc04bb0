"""Topics in a cell, by key or label, in any language of the publication."""

from __future__ import annotations

import pytest

from newsletter.articles.classification.topic_names import topics_named, words_of
from newsletter.publication.publication import Topic

TOPICS = tuple(
    Topic(key, {"fi": fi, "en": en}, {}, (), ())
    for key, fi, en in (
        ("kriisit", "Kriisit, ja vaikeat keskustelut", "Crises"),
        ("vaikeat", "Vaikeat", "Hard things"),
        ("linkedin", "LinkedIn", "LinkedIn"),
    )
)


@pytest.mark.parametrize(
    ("cell", "found", "unknown"),
    [
        ("kriisit linkedin", ("kriisit", "linkedin"), ()),
        ("LINKEDIN;kriisit", ("linkedin", "kriisit"), ()),
        ("kriisit, ja VAIKEAT keskustelut", ("kriisit",), ()),
        ("Kriisit ja vaikeat keskustelut | Hard things", ("kriisit", "vaikeat"), ()),
        ("Kriisit ja vaikeat asiat", ("kriisit", "vaikeat"), ("ja", "asiat")),
        ('"LinkedIn","Crises"', ("linkedin", "kriisit"), ()),
        ('["LinkedIn", "golf"]', ("linkedin",), ("golf",)),
        ("", (), ()),
    ],
)
def test_the_longest_name_counts_and_what_names_none_is_told(
    cell: str, found: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert topics_named(words_of(cell), TOPICS) == (found, unknown)
