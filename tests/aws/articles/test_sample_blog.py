"""The sample blog: articles that fit the publication, and a feed that readers parse."""

from __future__ import annotations

import tomllib
import xml.etree.ElementTree as ET
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.site.blog import site
from rehearsal.site.blog.article import BlogArticle, load_articles, parse_article
from tests.support.articles.sample_blog import BASE, STARTED, parsed_feed
from tests.support.mailings.templates import TEMPLATES

PUBLICATION = TEMPLATES / "publication.toml"


def publication_labels() -> set[str]:
    publication = tomllib.loads(PUBLICATION.read_text("utf-8"))
    return {topic["label"]["fi"] for topic in publication["topics"]}


# Articles


def test_every_category_is_a_topic_of_the_publication_and_every_topic_has_articles() -> None:
    counts = Counter(category for article in load_articles() for category in article.categories)
    assert counts.keys() == publication_labels()
    assert min(counts.values()) >= 2


def test_the_last_seven_days_hold_six_articles_on_at_least_five_topics() -> None:
    week = [article for article in load_articles() if timedelta() <= article.age < timedelta(days=7)]
    assert len(week) == 6
    assert len({category for article in week for category in article.categories}) >= 5


def test_each_of_the_four_weeks_to_come_has_an_article_and_together_they_are_on_every_topic() -> None:
    to_come = [article for article in load_articles() if article.age < timedelta()]
    assert sorted(-article.age // timedelta(days=7) for article in to_come) == [0, 1, 2, 3]
    assert {category for article in to_come for category in article.categories} == publication_labels()


FRONT_MATTER = {
    "slug": '"koe"', "title": '"Koe"', "categories": '["LinkedIn"]', "author": '"Helmi"', "age_days": "1.5",
    "summary": '"Koe."',
}  # fmt: skip


def article_file(**fields: str | None) -> str:
    lines = [f"{name} = {value}" for name, value in (FRONT_MATTER | fields).items() if value is not None]
    return "\n".join(["+++", *lines, "+++", "", "Leipäteksti.", ""])


def test_an_article_file_is_read_into_an_article() -> None:
    assert parse_article("koe.md", article_file()) == BlogArticle(
        slug="koe",
        title="Koe",
        categories=("LinkedIn",),
        author="Helmi",
        age=timedelta(days=1.5),
        summary="Koe.",
        markdown="Leipäteksti.",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", None), ("title", '""'), ("title", "3"), ("colour", '"green"'), ("slug", '"toinen"'),
        ("categories", "[]"), ("categories", "[1]"), ("image_alt", '"Kuva."'),
        ("age_days", '"1"'), ("age_days", "true"), ("age_days", "-366"), ("age_days", "nan"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_file(field: str, value: str | None) -> None:
    with pytest.raises(ValueError, match=rf"^koe\.md: {field} "):
        parse_article("koe.md", article_file(**{field: value}))


@pytest.mark.parametrize("text", ["", "Leipäteksti.", "+++\nslug = 1\n", "+++\nslug =\n+++\n", "x\n+++\n+++\n"])
def test_a_file_without_readable_front_matter_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"^koe\.md: front matter "):
        parse_article("koe.md", text)


# Feed


def test_the_feed_is_well_formed_and_names_itself() -> None:
    feed = parsed_feed()
    assert not feed.bozo
    assert feed.version == "rss20"
    assert feed.feed.language == "fi"
    assert {link.href for link in feed.feed.links if link.rel == "self"} == {f"{BASE}/feed.xml"}


@pytest.mark.parametrize(("days", "expected"), [(0, 14), (2, 14), (3, 15), (16, 16), (30, 18)])
def test_the_feed_has_every_article_that_is_out_newest_first(days: int, expected: int) -> None:
    entries = parsed_feed(now=STARTED + timedelta(days=days)).entries
    articles = load_articles()[-expected:]
    assert len(entries) == expected
    assert [(entry.link, entry.title, entry.author, entry.summary) for entry in entries] == [
        (f"{BASE}/{article.slug}", article.title, article.author, article.summary) for article in articles
    ]
    assert [tuple(tag.term for tag in entry.tags) for entry in entries] == [article.categories for article in articles]
    dates = [datetime.fromtimestamp(timegm(entry.published_parsed), UTC) for entry in entries]
    assert dates == [(STARTED - article.age).replace(microsecond=0) for article in articles]
    assert dates == sorted(dates, reverse=True)


def test_guids_are_unique_and_survive_a_restart_at_another_address() -> None:
    guids = [entry.id for entry in parsed_feed().entries]
    assert len(set(guids)) == len(guids)
    assert guids == [entry.id for entry in parsed_feed("https://blogi.example", STARTED + timedelta(days=40)).entries]
    items = ET.fromstring(site.feed_xml(BASE, STARTED)).iter("guid")
    assert {item.get("isPermaLink") for item in items} == {"false"}


@given(st.timezones())
def test_the_zone_of_the_start_does_not_move_the_dates(zone: tzinfo) -> None:
    for article in load_articles():
        assert article.published(STARTED.astimezone(zone)) == article.published(STARTED)


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^started_at: "):
        site.feed_xml(BASE, STARTED.replace(tzinfo=None))


def test_an_address_with_a_closing_slash_makes_no_double_slash() -> None:
    assert site.feed_xml(f"{BASE}/", STARTED) == site.feed_xml(BASE, STARTED)
