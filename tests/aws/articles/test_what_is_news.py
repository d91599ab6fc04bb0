"""What is unknown is not new: archives, and windows that slide, grow or burst, are not mailed."""

from __future__ import annotations

import pytest

from newsletter.articles.feeds.accept_feed import accept_feed
from newsletter.container import app
from tests.support.articles import read_posts
from tests.support.articles.blog import HOUR, NOW, Blog
from tests.support.articles.read_posts import DAY, WEEK, listed_since, mine, post, read, weekly

pytestmark = pytest.mark.parametrize("adapters", ["moto"], indirect=True)
blog = read_posts.blog


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
