"""Excerpts that end where a reader would stop, and how long reading takes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.articles.parsing.excerpts import excerpt, reading_minutes

prose = st.lists(st.text("aäö bc.!?,;–-… \n\t", min_size=1, max_size=12), max_size=12).map(" ".join)


@given(prose, st.integers(min_value=2, max_value=80))
@example("foo - bar baz", 8)
@example("Yksi lause. Toinen lause, joka jatkuu.", 20)
@example("yhdyssanahirviö" * 20, 30)
def test_an_excerpt_is_a_beginning_of_the_text_and_never_too_long(text: str, most: int) -> None:
    folded = " ".join(text.split())
    short = excerpt(text, most)
    assert len(short) <= most
    assert folded.startswith((short, short.removesuffix("…")))
    assert short == short.strip()
    assert folded.startswith(short) or not short.endswith(" …")


@given(prose, st.integers(min_value=2, max_value=80))
def test_an_excerpt_of_what_fits_is_the_text(text: str, most: int) -> None:
    folded = " ".join(text.split())
    assert (excerpt(text, most) == folded) or len(folded) > most


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Yksi lause riittää. Toinen jäi pois.", 30, "Yksi lause riittää."),
        ("Ei. Pitkä lause ilman loppua kohdallaan", 30, "Ei. Pitkä lause ilman loppua…"),
        ("Versio 3.13 ilmestyi, ja siinä on paljon uutta", 24, "Versio 3.13 ilmestyi…"),
        ("Ensin tämä, sitten – lopuksi tuo", 21, "Ensin tämä, sitten…"),
    ],
)
def test_an_excerpt_ends_with_a_sentence_or_a_whole_word(text: str, most: int, short: str) -> None:
    assert excerpt(text, most) == short


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Kuten esim. LinkedIn tekee. Ja sitten muuta tekstiä", 40, "Kuten esim. LinkedIn tekee."),
        ("Näin esim. LinkedIn tekee nyt tämän", 24, "Näin esim. LinkedIn…"),
        ("Se alkaa 24. Marraskuuta ei", 26, "Se alkaa 24. Marraskuuta…"),
        ("Det gäller t.ex. Facebook och andra", 28, "Det gäller t.ex. Facebook…"),
        ("As Dr. Smith says so. More of it", 30, "As Dr. Smith says so."),
        ("Hän sanoi: ”Se riittää.” Muut olivat hiljaa", 32, "Hän sanoi: ”Se riittää.”"),
        ("Yksi kaksi kolme. neljä viisi kuusi", 30, "Yksi kaksi kolme. neljä viisi…"),
    ],
)
def test_a_full_stop_that_ends_no_sentence_ends_no_excerpt(text: str, most: int, short: str) -> None:
    assert excerpt(text, most) == short


@pytest.mark.parametrize(("characters", "minutes"), [(0, 0), (1, 1), (1_400, 1), (1_600, 2), (12_000, 12)])
def test_reading_takes_whole_minutes(characters: int, minutes: int) -> None:
    assert reading_minutes("x" * characters) == minutes
