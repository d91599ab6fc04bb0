"""What is unknown is not new: archives, windows that slide or grow, moved and repeated articles are not mailed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.articles.article import Article
from newsletter.articles.feeds.accept_feed import accept_feed
from newsletter.container import app
from newsletter.mailings.digests.digest import compose_digest
from tests.support.blog import HOUR, NOW, Blog, sample_publication
from tests.support.dynamodb import Adapters
from tests.support.posts import Post, write_posts

pytestmark = pytest.mark.parametrize("adapters", ["moto"], indirect=True)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
TEXT = "Kun johtaja kirjoittaa itse, lukija huomaa sen ja vastaa, eikä mikään tiedote pääse samaan. " * 4


@pytest.fixture
def blog(adapters: Adapters, tmp_path: Path) -> Blog:
    return Blog(adapters, sample_publication(), tmp_path / "feed.xml").alone()


def weekly(first: int, last: int) -> list[Post]:
    """Posts of their own titles and texts, one a week; number `first` is the newest of them."""
    return [post(n) for n in range(first, last)]


def post(number: int, **changes: Any) -> Post:
    words = f"Kirjoitus {chr(97 + number % 26) * 4} numero {number}"
    usual = {"slug": f"s{number:03}", "title": words, "date": NOW - DAY - number * WEEK, "text": f"{words}. {TEXT}"}
    return Post(**{**usual, **changes})


def read(blog: Blog, at: datetime, *posts: Post, broken: int = 0) -> dict[str, Any]:
    write_posts(blog.path, posts, broken=broken)
    return blog.ingest(at)[0]


def mine(blog: Blog) -> dict[str, Article]:
    return {a.url.rpartition("/")[2]: a for a in blog.adapters.articles.all() if a.feed == blog.feed.url}


def news(blog: Blog, since: datetime, now: datetime) -> set[str]:
    """What a digest at `now` carries as new when the one before it was at `since`."""
    articles = [article for article in mine(blog).values() if article.listed_at >= since or not article.archived]
    digest = compose_digest("2026-W60", now, articles, [], 0)
    names = {article.id: name for name, article in mine(blog).items()}
    return {names[article] for article in digest.articles} if digest else set()


def listed_since(blog: Blog, at: datetime) -> set[str]:
    return {name for name, article in mine(blog).items() if article.listed_at >= at}


# --- a first reading that says little ---------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_first_reading_with_hardly_an_entry_makes_the_archive_no_news(blog: Blog, first: int) -> None:
    assert read(blog, NOW, *weekly(3, 3 + first))["new"] == first
    assert read(blog, NOW + HOUR, *weekly(0, 12))["held"] == ""
    assert listed_since(blog, NOW) <= {"s000"}
    assert {name for name, article in mine(blog).items() if not article.archived} <= {"s000"}


def test_a_first_reading_of_which_every_entry_was_left_out_is_none(blog: Blog) -> None:
    read(blog, NOW, broken=9)
    assert blog.state().never_read
    assert read(blog, NOW + HOUR, *weekly(0, 12))["new"] == 12
    assert listed_since(blog, NOW) == set()
    assert all(article.archived for article in mine(blog).values())


def test_a_feed_that_was_empty_brings_its_first_article_as_news(blog: Blog) -> None:
    for hour in range(3):
        read(blog, NOW + hour * HOUR)
    assert read(blog, NOW + 3 * HOUR, post(0, date=NOW + 2.5 * HOUR), *weekly(1, 3))["new"] == 3
    assert listed_since(blog, NOW) == {"s000"}


def test_an_empty_reading_later_makes_nothing_news_that_was_not(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 2))
    assert read(blog, NOW + HOUR)["held"] == ""
    assert read(blog, NOW + 2 * HOUR, *weekly(0, 12))["new"] == 10
    assert listed_since(blog, NOW) == set()


def test_a_feed_that_was_accepted_without_entries_brings_its_archive_back_quietly(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 4))
    assert read(blog, NOW + HOUR)["held"] == "only 0 of 4 entries are left"
    accept_feed(blog.feed.url, NOW + HOUR, app)
    for hour in (2, 3):
        assert read(blog, NOW + hour * HOUR)["held"] == ""
    fresh = post(70, slug="uusi", date=NOW + 3 * HOUR)
    assert read(blog, NOW + 4 * HOUR, fresh, *weekly(0, 9))["new"] == 6
    assert listed_since(blog, NOW) == {"uusi"}


def test_a_copy_of_which_most_entries_are_left_out_is_trouble_until_it_is_whole(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    report = read(blog, NOW + HOUR, post(99, date=NOW, slug="uusi"), *weekly(0, 5), broken=20)
    assert report["new"] == 1
    failure = blog.state().failure
    assert failure is not None
    assert failure.problem.startswith("most of its entries cannot be used: 20 of 26 entries cannot be used")
    read(blog, NOW + 2 * HOUR, *weekly(0, 6), broken=20)
    assert not any(article.withdrawn for article in mine(blog).values())
    read(blog, NOW + 3 * HOUR, post(99, date=NOW, slug="uusi"), *weekly(0, 10))
    assert blog.state().failure is None
    assert [line["decision"] for line in blog.decisions()] == ["readable", "unreadable"]
    assert listed_since(blog, NOW) == {"uusi"}


# --- windows that slide and grow --------------------------------------------------------------------------------------


def test_the_eleventh_that_slides_in_when_one_is_deleted_goes_to_the_archive(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    read(blog, NOW + HOUR, *weekly(0, 4), *weekly(5, 11))
    assert mine(blog)["s010"].archived
    assert listed_since(blog, NOW) == set()


def test_the_next_one_that_slides_in_is_old_though_it_is_dated_yesterday(blog: Blog) -> None:
    several = [post(n, date=NOW - n * 3 * HOUR) for n in range(12)]
    read(blog, NOW, *several[:10])
    read(blog, NOW + HOUR, *several[:4], *several[5:11])
    assert mine(blog)["s010"].archived


def test_a_window_that_grows_brings_no_old_article(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    report = read(blog, NOW + HOUR, post(99, date=NOW + HOUR / 2, slug="uusi"), *weekly(0, 20))
    assert (report["new"], report["held"]) == (11, "")
    assert listed_since(blog, NOW) == {"uusi"}
    assert all(mine(blog)[f"s{n:03}"].archived for n in range(10, 20))


@pytest.mark.parametrize("known", [1, 2, 3])
def test_a_small_window_that_grows_brings_no_old_article(blog: Blog, known: int) -> None:
    read(blog, NOW, *weekly(0, known))
    read(blog, NOW + HOUR, *weekly(0, known + 2))
    assert listed_since(blog, NOW) == set()


def test_the_last_one_that_is_deleted_makes_what_slides_in_no_news(blog: Blog) -> None:
    several = [post(n, date=NOW - n * 6 * HOUR) for n in range(12)]
    read(blog, NOW, *several[:10])
    for hour in (1, 2):
        read(blog, NOW + hour * HOUR, *several[:9], several[10])
    assert listed_since(blog, NOW) == {"s000"}
    assert mine(blog)["s010"].archived
    assert {name for name, article in mine(blog).items() if article.withdrawn} == {"s009"}


def test_a_feed_that_has_older_ones_than_it_shows_brings_no_old_article_of_this_week(blog: Blog) -> None:
    several = [post(n, date=NOW - n * 6 * HOUR) for n in range(14)]
    read(blog, NOW, *several[2:12])
    read(blog, NOW + HOUR, *several[1:11])
    read(blog, NOW + 2 * HOUR, *several[1:11], *several[12:14])
    assert listed_since(blog, NOW + HOUR) == {"s001"}
    assert mine(blog)["s012"].archived
    assert mine(blog)["s013"].archived


@pytest.mark.parametrize(("known", "shown"), [(3, 13), (10, 30)])
def test_a_window_that_more_than_doubles_is_read_on(blog: Blog, known: int, shown: int) -> None:
    read(blog, NOW, *weekly(0, known))
    fresh = post(99, date=NOW + HOUR / 2, slug="uusi")
    report = read(blog, NOW + HOUR, fresh, *weekly(0, shown))
    assert (report["new"], report["held"]) == (shown - known + 1, "")
    assert listed_since(blog, NOW) == {"uusi"}


def test_old_ones_between_those_that_were_there_are_held(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    between = [post(300 + n, date=NOW - 2 * DAY - n * 2 * DAY, slug=f"v{n}") for n in range(12)]
    assert read(blog, NOW + HOUR, *between, *weekly(0, 10))["held"].startswith("12 of 22 entries are new here")


def test_one_that_is_dated_some_days_back_is_news(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    read(blog, NOW + HOUR, post(50, slug="sisalla", date=NOW - 5 * DAY), *weekly(0, 9))
    assert listed_since(blog, NOW) == {"sisalla"}


def test_an_undated_article_is_news_on_top_and_old_below_all_that_were_known(blog: Blog) -> None:
    undated = [post(n, date=None) for n in range(14)]
    read(blog, NOW, *undated[2:12])
    assert read(blog, NOW + HOUR, undated[1], *undated[2:11])["new"] == 1
    read(blog, NOW + 2 * HOUR, undated[1], *undated[3:13])
    assert listed_since(blog, NOW) == {"s001"}
    assert mine(blog)["s012"].archived


def test_a_sticky_post_on_top_does_not_make_what_slides_in_news(blog: Blog) -> None:
    sticky = post(200, slug="pysyva", date=NOW - 900 * DAY)
    read(blog, NOW, sticky, *weekly(0, 9))
    read(blog, NOW + HOUR, sticky, *weekly(0, 3), *weekly(4, 10))
    assert listed_since(blog, NOW) == set()


def test_after_a_long_pause_what_came_since_is_news(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    later = NOW + 4 * WEEK
    fresh = [post(300 + n, slug=f"u{n}", date=NOW + n * WEEK + DAY) for n in range(4)]
    report = read(blog, later, *reversed(fresh), *weekly(0, 6))
    assert (report["new"], report["held"]) == (4, "")
    assert listed_since(blog, NOW) == {"u0", "u1", "u2", "u3"}


# --- the same article again -------------------------------------------------------------------------------------------


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


# --- too many at once -------------------------------------------------------------------------------------------------


def test_a_burst_is_held_and_said_until_a_person_accepts_it(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    many = [post(400 + n, slug=f"u{n}", date=NOW + HOUR / 2) for n in range(8)]
    for hour in (1, 2, 400):
        report = read(blog, NOW + hour * HOUR, *many, *weekly(0, 10))
        assert report["held"] == "8 new entries at once, three times the usual 2 in 7 days"
        assert report["new"] == 0
    assert [line["decision"] for line in blog.decisions()] == ["held"]
    assert listed_since(blog, NOW) == set()
    accept_feed(blog.feed.url, NOW + 401 * HOUR, app)
    assert read(blog, NOW + 402 * HOUR, *many, *weekly(0, 10))["new"] == 8
    assert len(listed_since(blog, NOW)) == 8
    assert blog.state().hold is None


def test_half_of_a_feed_replaced_is_held(blog: Blog) -> None:
    read(blog, NOW, *weekly(0, 10))
    others = [post(400 + n, slug=f"u{n}", date=NOW + HOUR / 2) for n in range(5)]
    report = read(blog, NOW + HOUR, *others, *weekly(0, 5))
    assert report["held"] == "5 new entries at once replace half of the feed: 5 of 10 are left"


@pytest.mark.parametrize("known", [0, 1, 2])
def test_a_burst_in_a_feed_of_hardly_an_entry_is_held(blog: Blog, known: int) -> None:
    read(blog, NOW, *weekly(0, known))
    many = [post(400 + n, slug=f"u{n}", date=NOW + HOUR / 2) for n in range(25)]
    assert read(blog, NOW + HOUR, *many, *weekly(0, known))["held"].startswith("25 new entries at once")


def test_a_young_feed_has_a_busy_week(blog: Blog) -> None:
    read(blog, NOW, post(0))
    posts = [post(0)]
    for day in range(1, 6):
        posts.insert(0, post(400 + day, slug=f"u{day}", date=NOW + day * DAY))
    report = read(blog, NOW + 6 * DAY, *posts)
    assert (report["held"], report["new"]) == ("", 5)
