"""Articles: stable ids, topics from categories and titles, excerpts that end where a reader would stop."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.domain.article import article_id, classify, excerpt
from newsletter.domain.publication import Topic

prose = st.lists(st.text("aäö bc.!?,;–-… \n\t", min_size=1, max_size=12), max_size=12).map(" ".join)


def topic(key: str, categories: tuple[str, ...] = (), keywords: tuple[str, ...] = ()) -> Topic:
    return Topic(key, {"fi": key}, {"fi": key}, categories, keywords)


TOPICS = (
    topic("linkedin", ("LinkedIn",), ("linkedin",)),
    topic("kriisit", ("Kriisiviestintä",), ("kohu", "some-kohu")),
    topic("tekoaly", ("Tekoäly",), ("tekoäly",)),
)


@pytest.mark.parametrize(
    ("title", "categories", "topics"),
    [
        ("Mitä kuuluu?", (), ()),
        ("Mitä kuuluu?", ("Kriisiviestintä",), ("kriisit",)),
        ("Mitä kuuluu?", ("  kriisiviestintÄ ",), ("kriisit",)),
        ("Tekoäly ja LinkedIn: mitä nyt?", (), ("linkedin", "tekoaly")),
        ("KOHU!", (), ("kriisit",)),
        ("Some-kohu opettaa", (), ("kriisit",)),
        ("Kohuttu kirja", (), ()),
        ("Epälinkedin_mäinen juttu", (), ()),
        ("Linkedin", ("Tekoäly", "Kriisiviestintä"), ("linkedin", "kriisit", "tekoaly")),
    ],
)
def test_an_article_has_the_topics_of_its_categories_and_of_whole_words_of_its_title(
    title: str, categories: tuple[str, ...], topics: tuple[str, ...]
) -> None:
    assert classify(title, categories, TOPICS) == topics


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_topics_come_once_each_in_the_publications_order(title: str, categories: list[str]) -> None:
    order = [each.key for each in TOPICS]
    found = classify(title, [*categories, "LinkedIn", "tekoäly"], TOPICS)
    assert list(found) == [key for key in order if key in found]
    assert {"linkedin", "tekoaly"} <= set(found)


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


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_articles_id_depends_on_its_feed_and_its_identity_alone(feed: str, identity: str) -> None:
    name = article_id(feed, identity)
    assert re.fullmatch("[a-z2-7]{16}", name)
    assert name == article_id(feed, identity)
    assert name != article_id(feed + "x", identity)
    assert name != article_id(feed, identity + "x")
