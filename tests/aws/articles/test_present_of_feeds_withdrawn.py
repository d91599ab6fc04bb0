"""What a feed drops is withdrawn, if the feed is well and says so twice, and comes back with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.mailings.digests.digest import compose_digest
from newsletter.publication.publication import Feed
from tests.support.articles import read_posts
from tests.support.articles.blog import HOUR, NOW, Blog
from tests.support.articles.posts import Post, write_posts
from tests.support.articles.read_posts import WEEK, digest, mine, post, read, unchanged, weekly, withdrawn

pytestmark = pytest.mark.parametrize("adapters", ["moto"], indirect=True)
blog = read_posts.blog


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
    blog.addresses.answers_404 = {"https://b.example/s002"}
    read(blog, NOW + 4 * HOUR, *several[:2])
    assert set(withdrawn(blog)) == {"s002"}


@pytest.mark.parametrize("known", [1, 2])
def test_an_empty_feed_of_hardly_an_entry_withdraws_nothing_but_what_is_gone(blog: Blog, known: int) -> None:
    read(blog, NOW, *weekly(0, known))
    read(blog, NOW + HOUR)
    read(blog, NOW + 2 * HOUR)
    assert withdrawn(blog) == {}
    blog.addresses.answers_404 = {"https://b.example/s000"}
    read(blog, NOW + 3 * HOUR)
    assert set(withdrawn(blog)) == {"s000"}


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
