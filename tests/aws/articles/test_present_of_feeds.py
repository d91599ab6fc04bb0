"""What a feed says now: articles wait for their day or for their password, and follow the rules of the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from newsletter.articles.feeds.feed_client import Feeds
from newsletter.publication.feed_exclusions import Exclusion
from tests.support.articles import read_posts
from tests.support.articles.blog import HOUR, NOW, Blog
from tests.support.articles.posts import Post
from tests.support.articles.read_posts import DAY, WEEK, digest, mine, post, read, unchanged, weekly

pytestmark = pytest.mark.parametrize("adapters", ["moto"], indirect=True)
blog = read_posts.blog


# --- dated in the future ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False], ids=["in the first reading", "later"])
def test_an_article_that_is_dated_in_the_future_waits_for_its_day(blog: Blog, *, first: bool) -> None:
    if not first:
        read(blog, NOW - HOUR, *weekly(0, 3))
    report = read(blog, NOW, post(9, slug="tuleva", date=NOW + 3 * DAY), *weekly(0, 3))
    note = "“Kirjoitus jjjj numero 9” waits for its day: it is dated 2026-11-27 06:00 UTC"
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
