"""A year of a blog, read through and mailed week by week, against the list of what readers should have got."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.mailings.digests.carry_again import carry_again
from newsletter.mailings.digests.digest import compose_digest, week_of
from tests.support.articles.blog import Blog, sample_publication
from tests.support.articles.posts import Post, write_posts
from tests.support.aws.dynamodb import Adapters

pytestmark = pytest.mark.parametrize("adapters", ["rehearsal"], indirect=True)
START = datetime(2026, 1, 5, 4, tzinfo=UTC)
"""A Monday; the digest of a week comes at the end of it."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ZONE = ZoneInfo("Europe/Helsinki")
SUBJECTS = (
    "lukija",
    "otsikko",
    "kohu",
    "verkosto",
    "puhe",
    "tiedote",
    "haastattelu",
    "kuva",
    "blogi",
    "kokous",
    "juhla",
)


def written(number: int) -> Post:
    """The post of a week, with a text of its own."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    text = f"Viikolla {number} aiheena {subject}. " + f"Mitä {subject} kertoo johtajasta, ja kuka sen lukee? " * 5
    return Post(f"p{number}", f"p{number}", START + number * WEEK + DAY + 3 * HOUR, text)


@dataclass
class Site:
    """The blog: its posts, the newest first, how many of them its feed shows, and whether it answers."""

    posts: list[Post] = field(default_factory=list)
    window: int = 10
    down: bool = False

    def publish(self, *posts: Post) -> None:
        self.posts = sorted([*self.posts, *posts], key=lambda post: post.date or START, reverse=True)

    def change(self, slug: str, **changes: Any) -> None:
        self.posts = [replace(each, **changes) if each.slug == slug else each for each in self.posts]
        self.publish()

    def delete(self, slug: str) -> Post:
        (gone,) = [each for each in self.posts if each.slug == slug]
        self.posts.remove(gone)
        return gone

    def move(self) -> None:
        self.posts = [replace(each, guid=f"new:{each.slug}", path=f"uusi/{each.slug}") for each in self.posts]


Event = Callable[[Site], object]


def story(removed: dict[str, Post]) -> dict[tuple[int, int], Event]:
    """What happens besides a post a week, before which of the three readings of a week."""

    def take(slug: str) -> Event:
        return lambda site: removed.update({slug: site.delete(slug)})

    def put_back(slug: str) -> Event:
        return lambda site: site.publish(removed[slug])

    imported = [Post(f"i{n}", f"tuonti {n} {SUBJECTS[n]}", START + 38 * WEEK + 2 * DAY) for n in range(11)]
    return {
        (5, 2): lambda site: site.change("p4", title="p4 korjattuna", text="Korjattu kauan lähetyksen jälkeen."),
        (6, 1): lambda site: site.change("p6", title="p6 korjattuna"),
        (8, 1): take("p5"),
        (10, 1): take("p10"),
        (11, 1): put_back("p10"),
        (13, 0): lambda site: site.move(),
        (16, 1): lambda site: setattr(site, "window", 20),
        (18, 1): lambda site: setattr(site, "window", 10),
        (20, 0): lambda site: site.change("p20", title="Suojattu: p20"),
        (22, 1): lambda site: site.change("p20", title="p20"),
        (24, 1): lambda site: site.publish(Post("tuleva", "tuleva", START + 27 * WEEK + 2 * DAY)),
        (25, 1): lambda site: site.change("tuleva", date=START + 28 * WEEK + 2 * DAY),
        (30, 1): lambda site: site.change(
            "p29",
            guid="p29-b",
            path="p29-uudelleen",
            date=START + 30 * WEEK + 4 * DAY,
            text=f"{written(29).text} Näin.",
        ),
        (33, 0): lambda site: setattr(site, "down", True),
        (35, 2): lambda site: setattr(site, "down", False),
        (38, 1): lambda site: site.publish(*imported),
        (39, 1): lambda site: [site.delete(post.slug) for post in imported],
        (42, 1): lambda site: site.publish(Post("takautuva", "takautuva", START + 42 * WEEK - DAY)),
    }


def expected() -> dict[int, set[str]]:
    """What the digest of each week carries: its own post, except where the story says otherwise."""
    plan = {week: {f"p{week}"} for week in range(52)}
    plan[6] = {"p6 korjattuna"}
    plan[10] = set()  # withdrawn before its digest
    plan[11] = {"p11", "p10"}  # it is back
    plan[20] = set()  # with a password
    plan[22] = {"p22", "p20"}  # without
    plan[28] = {"p28", "tuleva"}  # its day, after it was put off once
    plan[33] = plan[34] = set()  # nobody could read the feed
    plan[35] = {"p33", "p34", "p35"}
    plan[38] = {"p38"}  # the import came after it, and is held …
    plan[39] = {"p39"}  # … until it is taken back
    plan[42] = {"p42", "takautuva"}
    plan[45] = {"p45", "p1"}  # once more, on purpose
    return plan


def test_a_year_of_a_feed_brings_readers_exactly_its_news(adapters: Adapters, tmp_path: Path) -> None:
    blog = Blog(adapters, sample_publication(), tmp_path / "feed.xml").alone()
    site = Site()
    removed: dict[str, Post] = {}
    carried: dict[int, set[str]] = {}
    events = story(removed)
    write_posts(blog.path, [])
    blog.ingest(START - 2 * HOUR)
    site.publish(*(written(-number) for number in range(1, 16)))
    write_posts(blog.path, site.posts[: site.window])
    blog.ingest(START - HOUR)
    digests = [
        digest for digest in [compose_digest(week_of(START, ZONE), START, adapters.articles.all(), [], 3)] if digest
    ]
    assert [len(digest.articles) for digest in digests] == [1]

    for week in range(52):
        site.publish(written(week))
        for reading, after in enumerate((DAY + 6 * HOUR, 4 * DAY + 6 * HOUR, 6 * DAY)):
            now = START + week * WEEK + after
            if event := events.get((week, reading)):
                event(site)
            write_posts(blog.path, site.posts[: site.window])
            if site.down:
                blog.path.write_text("huolto")
            blog.ingest(now)
        now = START + (week + 1) * WEEK
        articles = {article.id: article for article in adapters.articles.all() if article.feed == blog.feed.url}
        if week == 45:
            (first,) = [article for article in articles.values() if article.title == "p1"]
            assert carry_again(first, now - HOUR, blog.app())
            articles = adapters.articles.some(articles)
        digest = compose_digest(week_of(now, ZONE), now, list(articles.values()), digests, 3)
        carried[week] = {articles[each].title for each in digest.articles} if digest else set()
        if digest:
            digests.append(digest)
            offered = {articles[each].title for each in digest.related}
            assert not offered & carried[week]
            assert "p5" not in offered or week < 8

    assert carried == expected()
    assert [line["decision"] for line in blog.decisions()] == [
        "released",
        "held",
        "readable",
        "unreadable for a day",
        "unreadable",
    ]
