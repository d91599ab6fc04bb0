"""Articles that are published again, elsewhere or edited, are not mailed again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from newsletter.mailings.digests.digest import compose_digest
from tests.support.articles import read_posts
from tests.support.articles.blog import HOUR, NOW, Blog
from tests.support.articles.posts import Post
from tests.support.articles.read_posts import DAY, TEXT, listed_since, mine, post, read, weekly

pytestmark = pytest.mark.parametrize("adapters", ["moto"], indirect=True)
blog = read_posts.blog


def news(blog: Blog, since: datetime, now: datetime) -> set[str]:
    """What a digest at `now` carries as new when the one before it was at `since`."""
    articles = [article for article in mine(blog).values() if article.listed_at >= since or not article.archived]
    digest = compose_digest("2026-W60", now, articles, [], 0)
    names = {article.id: name for name, article in mine(blog).items()}
    return {names[article] for article in digest.articles} if digest else set()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"text": ""},
        {"date": NOW},
        {"title": "Kirjoitus aaaa nro 0", "text": f"Kirjoitus aaaa nro 0. {TEXT}"},
        {"text": f"Kirjoitus aaaa numero 0. {TEXT.replace('vastaa', 'vastailee', 1)}", "date": NOW},
    ],
    ids=["all else the same", "title and date", "text, with another date", "edited title", "edited text, another date"],
)
def test_an_article_that_is_published_again_elsewhere_is_no_news(blog: Blog, changes: dict[str, Any]) -> None:
    before = read(blog, NOW, *weekly(0, 10))
    assert before["new"] == 10
    report = read(blog, NOW + HOUR, post(0, **{"slug": "uusi-osoite", "guid": "uusi-guid", **changes}), *weekly(1, 10))
    assert (report["new"], report["edited"]) == (0, 1)
    assert len(mine(blog)) == 10
    assert mine(blog)["uusi-osoite"].listed_at == NOW - DAY


def test_an_article_that_is_published_twice_in_one_feed_is_one(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 5))
    fresh = post(0, slug="eka", title="Uusi kirjoitus", text=TEXT, date=NOW)
    twice = post(0, slug="toka", title="Uusi kirjoitus", text=TEXT, date=NOW + HOUR)
    for hour in (1, 2):
        read(blog, NOW + hour * HOUR, twice, fresh, *weekly(0, 5))
    assert len(listed_since(blog, NOW)) == 1


@pytest.mark.parametrize("title", ["Kirjoitus aaaa numero 0", "KIRJOITUS aaaa: numero 0!"])
def test_a_copy_with_a_word_edited_beside_the_article_is_no_news(blog: Blog, title: str) -> None:
    read(blog, NOW, *weekly(0, 10))
    edited = f"Kirjoitus aaaa numero 0. {TEXT.replace('vastaa', 'vastailee', 1)}"
    copy = post(0, slug="kopio", date=NOW, title=title, text=edited)
    for hour in (1, 2):
        read(blog, NOW + hour * HOUR, copy, *weekly(0, 9))
    assert listed_since(blog, NOW) == set()
    assert mine(blog)["s000"].withdrawn == ""


def test_what_slid_out_and_is_published_again_with_a_word_edited_is_no_news(blog: Blog) -> None:
    several = [post(n, date=NOW - n * DAY) for n in range(14)]
    read(blog, NOW, *several[4:14])
    read(blog, NOW + HOUR, *several[1:11])
    copy = replace(several[12], slug="uusi", date=NOW, text=several[12].text.replace("vastaa", "vastailee", 1))
    read(blog, NOW + 2 * HOUR, copy, *several[1:10])
    assert listed_since(blog, NOW + 2 * HOUR) == set()
    assert mine(blog)["uusi"].archived


def test_another_text_of_the_same_title_is_news(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    other = post(0, slug="muu", date=NOW, text=f"Aivan eri aihe tällä kertaa: verkosto. {TEXT}")
    later = post(
        1, slug="osa", date=NOW, title="Kirjoitus bbbb numero 1", text=post(1).text.replace("numero 1.", "numero 2.")
    )
    read(blog, NOW + HOUR, other, later, *weekly(0, 9))
    assert listed_since(blog, NOW) == {"muu", "osa"}


def test_a_column_with_one_title_every_day_is_news_every_day(blog: Blog) -> None:
    def column(day: int) -> Post:
        return Post(f"p{day}", "Päivän kuva", NOW + day * DAY, f"Kuvassa {chr(97 + day) * 5}.")

    for day in range(4):
        read(blog, NOW + day * DAY + HOUR, column(day))
    assert set(mine(blog)) == {"p0", "p1", "p2", "p3"}


def test_a_correction_replaces_what_was_not_mailed_yet(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 5))
    read(blog, NOW + HOUR, Post("virhe", "Tekoäli tuli", NOW, "Virheellinen ingressi."), *weekly(0, 5))
    read(blog, NOW + 2 * HOUR, Post("oikea", "Tekoäly tuli", NOW, "Oikea ingressi.", guid="virhe"), *weekly(0, 5))
    article = mine(blog)["oikea"]
    assert "virhe" not in mine(blog)
    assert (article.title, article.summary) == ("Tekoäly tuli", "Oikea ingressi.")
    assert article.listed_at == NOW + HOUR
    assert news(blog, NOW, NOW + 3 * HOUR) == {"oikea"}
