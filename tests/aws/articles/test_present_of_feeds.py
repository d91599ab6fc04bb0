"""What a feed says now: articles wait for their day, stay out once they are withdrawn, and come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from newsletter.articles.article import Article
from newsletter.articles.feeds.feed_client import Feeds, Fetched
from newsletter.mailings.digests.digest import compose_digest
from newsletter.publication.feed_exclusions import Exclusion
from newsletter.publication.publication import Feed
from tests.support.blog import HOUR, NOW, Blog, sample_publication
from tests.support.dynamodb import Adapters
from tests.support.posts import Post, write_posts

pytestmark = pytest.mark.parametrize("adapters", ["moto"], indirect=True)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def blog(adapters: Adapters, tmp_path: Path) -> Blog:
    return Blog(adapters, sample_publication(), tmp_path / "feed.xml").alone()


def post(number: int, **changes: Any) -> Post:
    usual = {"slug": f"s{number}", "title": f"Kirjoitus {chr(97 + number) * 4}", "date": NOW - DAY - number * WEEK}
    return Post(**{**usual, **changes})


def weekly(first: int, last: int) -> list[Post]:
    return [post(n) for n in range(first, last)]


def read(blog: Blog, at: Any, *posts: Post, broken: int = 0) -> dict[str, Any]:
    write_posts(blog.path, posts, broken=broken)
    return blog.ingest(at)[0]


def mine(blog: Blog) -> dict[str, Article]:
    return {a.url.rpartition("/")[2]: a for a in blog.adapters.articles.all() if a.feed == blog.feed.url}


def withdrawn(blog: Blog) -> dict[str, str]:
    return {name: article.withdrawn for name, article in mine(blog).items() if article.withdrawn}


def digest(blog: Blog, at: Any) -> list[str]:
    """What the next digest carries."""
    composed = compose_digest("2026-W60", at, list(mine(blog).values()), [], 3)
    names = {article.id: name for name, article in mine(blog).items()}
    return [names[each] for each in composed.articles] if composed else []


@contextmanager
def unchanged(blog: Blog) -> Iterator[None]:
    """The server says that the feed is as it was."""
    source, blog.source = blog.source, Mock(spec=Feeds)
    blog.source.fetch.return_value = Fetched((), unchanged=True)
    yield
    blog.source = source


# --- dated in the future ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False], ids=["in the first reading", "later"])
def test_an_article_that_is_dated_in_the_future_waits_for_its_day(blog: Blog, *, first: bool) -> None:
    if not first:
        read(blog, NOW - HOUR, *weekly(0, 3))
    report = read(blog, NOW, post(9, slug="tuleva", date=NOW + 3 * DAY), *weekly(0, 3))
    note = "“Kirjoitus jjjj” waits for its day: it is dated 2026-11-27 06:00 UTC"
    assert (report["new"], report["problems"]) == (4 if first else 1, (note,))
    for later in (NOW + HOUR, NOW + 2 * DAY, NOW + 3 * DAY - HOUR):
        assert "tuleva" not in digest(blog, later)
    with unchanged(blog):
        blog.ingest(NOW + 3 * DAY + HOUR)
    assert "tuleva" in digest(blog, NOW + 3 * DAY + 2 * HOUR)
    assert mine(blog)["tuleva"].listed_at == NOW + 3 * DAY


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), 3 * HOUR])
def test_clocks_may_differ_by_some_hours(blog: Blog, ahead: timedelta) -> None:
    read(blog, NOW - HOUR, *weekly(0, 3))
    read(blog, NOW, post(9, slug="uusi", date=NOW + ahead), *weekly(0, 3))
    assert mine(blog)["uusi"].listed_at == NOW


def test_an_article_that_waits_follows_its_date(blog: Blog) -> None:
    read(blog, NOW - HOUR, *weekly(0, 3))
    listed = []
    for hour, date in enumerate([NOW + 3 * DAY, NOW + 9 * DAY, NOW + 2 * DAY, NOW - HOUR, NOW - 2 * HOUR]):
        read(blog, NOW + hour * HOUR, post(9, slug="tuleva", date=date), *weekly(0, 3))
        listed.append(mine(blog)["tuleva"].listed_at - NOW)
    assert listed == [3 * DAY, 9 * DAY, 2 * DAY, 3 * HOUR, 3 * HOUR]


def test_what_was_listed_and_is_put_off_waits_again(blog: Blog) -> None:
    read(blog, NOW - HOUR, *weekly(0, 3))
    read(blog, NOW, post(9, slug="x", date=NOW), *weekly(0, 3))
    read(blog, NOW + HOUR, post(9, slug="x", date=NOW + 9 * DAY), *weekly(0, 3))
    assert "x" not in digest(blog, NOW + 2 * HOUR)
    assert "x" in digest(blog, NOW + 10 * DAY)


# --- withdrawn --------------------------------------------------------------------------------------------------------


def test_an_article_that_a_healthy_feed_dropped_stays_out_after_two_readings_and_comes_back(blog: Blog) -> None:
    read(blog, NOW - HOUR, *weekly(0, 5))
    fresh = post(9, slug="virhe", date=NOW)
    read(blog, NOW, fresh, *weekly(0, 4))
    assert "virhe" in digest(blog, NOW + HOUR)
    assert read(blog, NOW + HOUR, *weekly(0, 5))["withdrawn"] == 0
    assert read(blog, NOW + 2 * HOUR, *weekly(0, 5))["withdrawn"] == 1
    assert withdrawn(blog) == {"virhe": "its feed has dropped it (missing since 2026-11-24 07:00 UTC)"}
    assert "virhe" not in digest(blog, NOW + 3 * HOUR)
    read(blog, NOW + 3 * HOUR, fresh, *weekly(0, 4))
    assert "virhe" in digest(blog, NOW + 4 * HOUR)
    assert mine(blog)["virhe"].listed_at == NOW


def test_an_unchanged_feed_confirms_what_it_dropped(blog: Blog) -> None:
    read(blog, NOW, post(9, slug="virhe", date=NOW), *weekly(0, 4))
    read(blog, NOW + HOUR, *weekly(0, 5))
    with unchanged(blog):
        assert blog.ingest(NOW + 2 * HOUR)[0]["withdrawn"] == 1
    assert set(withdrawn(blog)) == {"virhe"}


def test_a_run_that_is_repeated_is_no_second_reading(blog: Blog) -> None:
    read(blog, NOW, post(9, slug="virhe", date=NOW), *weekly(0, 4))
    for _ in range(3):
        read(blog, NOW + HOUR, *weekly(0, 5))
    assert withdrawn(blog) == {}


def test_an_address_that_is_gone_is_believed_at_once(blog: Blog) -> None:
    read(blog, NOW, post(9, slug="virhe", date=NOW), *weekly(0, 4))
    blog.addresses.answers_404 = {"https://b.example/virhe"}
    assert read(blog, NOW + HOUR, *weekly(0, 5))["withdrawn"] == 1
    assert withdrawn(blog) == {"virhe": "its feed has dropped it, and its address is gone"}
    assert blog.addresses.asked == ["https://b.example/virhe"]


def test_what_slides_out_at_the_end_is_not_withdrawn(blog: Blog) -> None:
    read(blog, NOW, *weekly(2, 12))
    for hour in range(1, 6):
        read(blog, NOW + hour * HOUR, *weekly(1, 11))
        assert withdrawn(blog) == {}
    assert blog.state().missing == {}
    # It is too old for a digest, so nobody asks for its page.
    assert blog.addresses.asked == []


def test_an_article_at_the_end_is_withdrawn_when_its_address_is_gone(blog: Blog) -> None:
    several = [post(n, date=NOW - n * HOUR) for n in range(3)]
    read(blog, NOW, *several)
    read(blog, NOW + HOUR, *several[:2])
    read(blog, NOW + 2 * HOUR, *several[:2])
    assert withdrawn(blog) == {}
    read(blog, NOW + 3 * HOUR, *several)
    blog.addresses.answers_404 = {"https://b.example/s2"}
    read(blog, NOW + 4 * HOUR, *several[:2])
    assert set(withdrawn(blog)) == {"s2"}


@pytest.mark.parametrize("known", [1, 2])
def test_an_empty_feed_of_hardly_an_entry_withdraws_nothing_but_what_is_gone(blog: Blog, known: int) -> None:
    read(blog, NOW, *weekly(0, known))
    read(blog, NOW + HOUR)
    read(blog, NOW + 2 * HOUR)
    assert withdrawn(blog) == {}
    blog.addresses.answers_404 = {"https://b.example/s0"}
    read(blog, NOW + 3 * HOUR)
    assert set(withdrawn(blog)) == {"s0"}


@pytest.mark.parametrize("trouble", ["held", "mostly left out", "unreadable"])
def test_a_feed_in_trouble_withdraws_nothing(blog: Blog, trouble: str) -> None:
    read(blog, NOW, *weekly(0, 10))
    blog.addresses.answers_404 = {post.url for post in weekly(0, 10)}
    for hour in (1, 2, 3):
        if trouble == "unreadable":
            blog.path.write_text("huolto")
            blog.ingest(NOW + hour * HOUR)
        else:
            broken = 20 if trouble == "mostly left out" else 0
            read(blog, NOW + hour * HOUR, *(weekly(7, 10) if trouble == "held" else weekly(4, 10)), broken=broken)
    assert withdrawn(blog) == {}


@pytest.mark.parametrize("more", [[], [post(8, slug="muu")]], ids=["that alone", "among others"])
def test_what_another_feed_still_has_is_not_withdrawn(blog: Blog, more: list[Post]) -> None:
    other = blog.path.with_name("toinen.xml")
    shared = post(9, slug="yhteinen", date=NOW)
    blog.publication = replace(blog.publication, feeds=(Feed(str(other), "fi"), blog.feed))
    write_posts(blog.path, [shared, *weekly(0, 3)])
    blog.ingest(NOW)
    write_posts(other, [shared, *more])
    blog.ingest(NOW + HOUR, Feed(str(other), "fi"))
    write_posts(blog.path, weekly(0, 3))
    for hour in (2, 3, 4):
        blog.ingest(NOW + hour * HOUR, Feed(str(other), "fi"))
    assert withdrawn(blog) == {}
    assert "yhteinen" in digest(blog, NOW + 5 * HOUR)


def test_a_withdrawn_article_is_not_offered_beside_new_ones(blog: Blog) -> None:
    topics = {"title": "Tekoäly ja johtaja", "category": ""}
    olds = [
        post(n, slug=f"v{n}", date=NOW - n * WEEK, **{**topics, "title": f"Tekoäly {chr(97 + n) * 3}"}) for n in (2, 3)
    ]
    read(blog, NOW, *olds, post(5))
    read(blog, NOW + HOUR, olds[1], post(5))
    read(blog, NOW + 2 * HOUR, olds[1], post(5))
    read(blog, NOW + 3 * HOUR, post(9, slug="uusi", title="Tekoäly nyt", date=NOW + 2 * HOUR), olds[1], post(5))
    composed = compose_digest("2026-W60", NOW + 4 * HOUR, list(mine(blog).values()), [], 3)
    assert composed is not None
    assert set(withdrawn(blog)) == {"v2"}
    assert composed.related == (mine(blog)["v3"].id,)


# --- left out ---------------------------------------------------------------------------------------------------------


def test_a_protected_post_is_not_kept_and_is_news_when_it_is_opened(blog: Blog) -> None:
    read(blog, NOW - HOUR, *weekly(0, 3))
    secret = post(9, slug="salainen", title="Suojattu: Hallituksen muistio", date=NOW - HOUR / 2)
    report = read(blog, NOW, secret, *weekly(0, 3))
    assert report["new"] == 0
    why = "a post with a password: its title begins with 'Suojattu'"
    assert report["problems"] == (f"“Suojattu: Hallituksen muistio” is left out: {why}",)
    assert blog.state().problems == report["problems"]
    read(blog, NOW + HOUR, replace(secret, title="Hallituksen muistio"), *weekly(0, 3))
    assert digest(blog, NOW + 2 * HOUR)[0] == "salainen"


def test_an_article_that_gets_a_password_stays_out_at_once_and_keeps_its_title(blog: Blog) -> None:
    read(blog, NOW - HOUR, *weekly(0, 3))
    fresh = post(9, slug="muistio", title="Muistio", date=NOW)
    read(blog, NOW, fresh, *weekly(0, 3))
    assert read(blog, NOW + HOUR, replace(fresh, title="Yksityinen: Muistio"), *weekly(0, 3))["withdrawn"] == 1
    assert mine(blog)["muistio"].title == "Muistio"
    assert "muistio" not in digest(blog, NOW + 2 * HOUR)
    for hour in (2, 3):
        read(blog, NOW + hour * HOUR, replace(fresh, title="Yksityinen: Muistio"), *weekly(0, 3))
    read(blog, NOW + 4 * HOUR, fresh, *weekly(0, 3))
    assert "muistio" in digest(blog, NOW + 5 * HOUR)


def test_what_the_publication_excludes_stays_out_and_its_rules_may_change(blog: Blog) -> None:
    jobs = post(9, slug="tyopaikat", title="Viikon työpaikat", category="Rekry", date=NOW)
    read(blog, NOW - HOUR, *weekly(0, 3))
    read(blog, NOW, jobs, *weekly(0, 3))
    assert "tyopaikat" in digest(blog, NOW + HOUR)
    plain, blog.feed = blog.feed, replace(blog.feed, exclude=(Exclusion(category="rekry"),))
    for hour in (1, 2, 3):
        read(blog, NOW + hour * HOUR, jobs, *weekly(0, 3))
    assert mine(blog)["tyopaikat"].excluded == 'excluded by { category = "rekry" }'
    assert "tyopaikat" not in digest(blog, NOW + 4 * HOUR)
    another = post(8, slug="lisaa", title="Lisää työpaikkoja", category="Rekry", date=NOW + 3 * HOUR)
    assert read(blog, NOW + 4 * HOUR, another, jobs, *weekly(0, 3))["new"] == 0
    blog.feed = plain
    read(blog, NOW + 5 * HOUR, another, jobs, *weekly(0, 3))
    assert "tyopaikat" in digest(blog, NOW + 6 * HOUR)
    # What appeared while it was excluded counts as listed at its own date, as in a first reading.
    assert mine(blog)["lisaa"].archived


def test_other_rules_are_applied_though_the_feed_is_unchanged(blog: Blog) -> None:
    source = Mock(spec=Feeds, wraps=Feeds(allow_local=True))
    blog.source = source
    read(blog, NOW, *weekly(0, 3))
    state = blog.state()
    assert blog.adapters.feed_states.put(blog.feed.url, replace(state, etag='"v1"'))
    blog.feed = replace(blog.feed, exclude=(Exclusion(title="x*"),))
    blog.ingest(NOW + HOUR)
    assert source.fetch.call_args.args[1:] == ("", "")


# --- a series ---------------------------------------------------------------------------------------------------------


def test_each_edition_of_a_series_is_news_and_the_last_one_stands(blog: Blog) -> None:
    blog.feed = replace(blog.feed, edits_are_news=True)
    page = Post("viikko", "Viikon nostot", NOW - WEEK, "Ensimmäinen viikko.")
    assert read(blog, NOW, page, post(1))["new"] == 2
    editions = [
        replace(page, text="Toinen viikko."),
        replace(page, text="Toinen viikko.", title="Viikon nostot 2"),
        replace(page, text="Toinen viikko.", title="Viikon nostot 2", date=NOW + HOUR),
        replace(page, text="Toinen viikko.", title="Viikon nostot 2", date=NOW + HOUR, guid="uusi"),
    ]
    for hour, edition in enumerate(editions, start=1):
        assert read(blog, NOW + hour * HOUR, edition, post(1))["new"] == 1
        assert read(blog, NOW + hour * HOUR, edition, post(1))["new"] == 0
    there = [a for a in blog.adapters.articles.all() if a.url == page.url]
    assert len(there) == 5
    (last,) = [article for article in there if not article.withdrawn]
    assert (last.title, last.listed_at) == ("Viikon nostot 2", NOW + 4 * HOUR)
    assert {article.withdrawn for article in there} == {"", "a newer edition is at its address"}
    assert {article.as_mailed().withdrawn for article in there} == {""}


def test_pages_that_are_all_rewritten_each_week_are_no_other_feed_and_no_burst(blog: Blog) -> None:
    blog.feed = replace(blog.feed, edits_are_news=True)
    for week in range(4):
        pages = [
            Post(f"sivu{number}", f"Sivu {number}", NOW + week * WEEK, f"Sivun {number} viikko {week}.")
            for number in range(8)
        ]
        report = read(blog, NOW + week * WEEK + HOUR, *pages)
        assert (report["held"], report["new"]) == ("", 8)
    others = [Post(f"vieras{number}", f"Vieras {number}", NOW + 3 * WEEK, "Muuta.") for number in range(8)]
    assert read(blog, NOW + 3 * WEEK + 2 * HOUR, *others)["held"]


def test_a_feed_that_becomes_a_series_mails_nothing_of_before(blog: Blog) -> None:
    read(blog, NOW, Post("viikko", "Viikon nostot", NOW - WEEK, "Ensimmäinen viikko."), *weekly(0, 3))
    blog.feed = replace(blog.feed, edits_are_news=True)
    report = read(blog, NOW + HOUR, Post("viikko", "Viikon nostot", NOW - WEEK, "Ensimmäinen viikko."), *weekly(0, 3))
    assert (report["new"], report["withdrawn"]) == (0, 0)
    page = Post("viikko", "Viikon nostot", NOW + HOUR, "Toinen viikko.")
    assert read(blog, NOW + 2 * HOUR, page, *weekly(0, 3))["new"] == 1


def test_without_that_an_edit_is_an_edit(blog: Blog) -> None:
    read(blog, NOW, Post("viikko", "Viikon nostot", NOW - WEEK, "Ensimmäinen viikko."), post(1))
    report = read(blog, NOW + HOUR, Post("viikko", "Viikon nostot 2", NOW, "Toinen viikko."), post(1))
    assert (report["new"], report["edited"]) == (0, 1)


def test_a_feed_that_replaces_the_publications_has_the_settings_of_the_first(blog: Blog) -> None:
    first = replace(blog.feed, url="https://b.example/feed", edits_are_news=True, exclude=(Exclusion(title="x*"),))
    blog.publication = replace(blog.publication, feeds=(first,))
    container = blog.app()
    assert container.feeds_read == (first,)
    vars(container)["settings"] = replace(container.settings, feed_url="/tmp/rehearsal.xml")  # noqa: S108
    assert container.feeds_read == (replace(first, url="/tmp/rehearsal.xml"),)  # noqa: S108
