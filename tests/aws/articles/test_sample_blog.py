"""The sample blog: a feed that readers parse, pages that people read, and articles that fit the publication."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.site.blog import site
from rehearsal.site.blog.article import BlogArticle, load_articles, parse_article
from tests.support.templates import TEMPLATES

BASE = "http://127.0.0.1:8000/_local/blog"
STARTED = datetime(2026, 3, 2, 8, 15, 30, 123456, tzinfo=UTC)
LATER = STARTED + timedelta(days=30)
PUBLICATION = TEMPLATES / "publication.toml"
OFFER = "Sparraamme mielellämme johtajia ja asiantuntijoita, jotka haluavat aktiivisiksi viestijöiksi."
VOID = {"br", "hr", "img", "link", "meta"}

slugs = pytest.mark.parametrize("slug", [article.slug for article in load_articles()])
paths = pytest.mark.parametrize("path", ["", "sparraus", *(article.slug for article in load_articles())])


class Html(HTMLParser):
    """What a reader gets: tags, headings, links, images and text. Mark-up that does not nest is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.runs: list[str] = [""]
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.runs.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.runs.append("")

    def handle_data(self, data: str) -> None:
        self.runs[-1] += data

    @property
    def text(self) -> str:
        return "".join(self.runs)

    def strings(self) -> list[str]:
        """The text between one tag and the next."""
        return [run.strip() for run in self.runs]

    def all(self, tag: str, attribute: str) -> list[str | None]:
        return [attributes.get(attribute) for name, attributes in self.tags if name == tag]

    def headings(self) -> list[int]:
        return [int(name[1]) for name, _ in self.tags if re.fullmatch("h[1-6]", name)]


def page(path: str) -> str:
    answer = site.respond(BASE, path, STARTED, LATER)
    assert answer is not None
    return answer[1].decode()


def words(html: str) -> str:
    return " ".join(Html(html).text.split())


def links(html: str) -> list[str]:
    return re.findall(r'<a [^>]*href="([^"]+)"', html)


def parsed_feed(base_url: str = BASE, started_at: datetime = STARTED, now: datetime | None = None) -> Any:
    return feedparser.parse(site.feed_xml(base_url, started_at, now), sanitize_html=False)


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


# The offer and the way onwards


@slugs
def test_every_article_ends_with_the_offer_on_its_page_and_in_the_feed(slug: str) -> None:
    content = next(entry for entry in parsed_feed(now=LATER).entries if entry.link == f"{BASE}/{slug}").content[0].value
    article = page(slug).partition("<article")[2].partition("</article>")[0]
    for html in (content, article):
        assert html.count(OFFER) == 1
        assert html.rstrip().endswith("</aside>")
        assert links(html)[-1] == f"{BASE}/sparraus"
    assert words(content) in words(page(slug))


@slugs
def test_below_an_article_stand_the_three_newest_others_on_its_topics(slug: str) -> None:
    articles = load_articles()
    topics = next(set(article.categories) for article in articles if article.slug == slug)
    others = [f"{BASE}/{a.slug}" for a in articles if a.slug != slug and topics & set(a.categories)]
    below = page(slug).partition("</article>")[2].partition("</main>")[0]
    assert len(others) >= 3
    assert links(below) == others[:3]


# Pages


@paths
def test_a_page_is_finnish_with_one_main_heading_and_no_level_skipped(path: str) -> None:
    html = Html(page(path))
    levels = html.headings()
    assert html.all("html", "lang") == ["fi"]
    assert (levels.count(1), levels[0]) == (1, 1)
    assert all(lower - upper <= 1 for upper, lower in pairwise(levels))


@paths
def test_everything_a_page_points_to_inside_the_blog_exists(path: str) -> None:
    html = Html(page(path))
    targets = [*html.all("a", "href"), *html.all("img", "src"), *html.all("link", "href")]
    inside = [str(target).removeprefix(BASE) for target in targets if str(target).startswith(BASE)]
    assert [target for target in inside if site.respond(BASE, target, STARTED, LATER) is None] == []
    outside = {target for target in targets if not str(target).startswith(BASE)}
    assert {str(target).partition("?")[0] for target in outside} == {
        "#sisalto", "http://127.0.0.1:8000/subscribe", "mailto:hei@sanaharju.example",
    }  # fmt: skip


@paths
def test_every_image_says_what_it_shows_or_that_it_is_decoration(path: str) -> None:
    assert None not in Html(page(path)).all("img", "alt")


def test_the_index_leads_to_every_article_newest_first() -> None:
    headings = re.findall(rf'<h2><a href="{re.escape(BASE)}/([^"]+)">', page(""))
    assert headings == [article.slug for article in load_articles()]


@pytest.mark.parametrize("path", ["olematon", "assets", "assets/", "assets/../site.py", "assets/..", "feed.xml/x"])
def test_an_unknown_path_has_no_answer(path: str) -> None:
    assert site.respond(BASE, path, STARTED, LATER) is None


@pytest.mark.parametrize(
    "article", [article for article in load_articles() if article.age < timedelta()], ids=lambda article: article.slug
)
def test_an_article_to_come_is_nowhere_before_its_time(article: BlogArticle) -> None:
    second = timedelta(seconds=1)
    out = article.published(STARTED)
    for now, there in ((None, False), (out - second, False), (out, True)):
        answer = site.respond(BASE, "", STARTED, now)
        assert answer is not None
        assert (article.title in answer[1].decode()) is there
        assert (site.respond(BASE, article.slug, STARTED, now) is not None) is there


texts = (
    st.text(st.sampled_from("<>&\"'/{}%#`*äö€ a") | st.characters(categories=("L", "N", "P", "S")))
    .map(str.strip)
    .filter(bool)
)


@given(title=texts, category=texts, author=texts, summary=texts, image_alt=texts)
def test_what_an_article_says_of_itself_is_shown_as_written(**fields: str) -> None:
    category = fields.pop("category")
    article = BlogArticle("koe", categories=(category,), age=timedelta(), markdown="", image="harju.png", **fields)
    with patch.object(site, "load_articles", lambda: (article,)):
        index, html, feed = Html(page("")), Html(page("koe")), ET.fromstring(page("feed.xml"))
    for shown in (index, html):
        assert {article.title, category, article.author, article.summary} <= set(shown.strings())
        assert article.image_alt in shown.all("img", "alt")
        assert "script" not in {tag for tag, _ in shown.tags}
    item = feed.find("channel/item")
    assert item is not None
    creator = "{http://purl.org/dc/elements/1.1/}creator"
    told = [item.findtext(tag) for tag in ("title", "category", creator, "description")]
    assert told == [article.title, category, article.author, article.summary]
    content = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or ""
    assert Html(content).all("img", "alt") == [article.image_alt]


def test_markup_in_an_article_is_shown_as_text() -> None:
    hostile = "<script>alert(1)</script> [tästä](javascript:alert(1)) {{ 7 * 7 }}"
    article = BlogArticle("koe", "Koe", ("LinkedIn",), "Helmi", timedelta(), "Koe.", hostile)
    with patch.object(site, "load_articles", lambda: (article,)):
        assert "Koe" in Html(page("")).strings()
        for html in (page("koe"), parsed_feed().entries[0].content[0].value):
            assert hostile in words(html)
            assert "script" not in {tag for tag, _ in Html(html).tags}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_reach_the_contrast_of_wcag_aa(scheme: str) -> None:
    light, dark = page("assets/blog.css").split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", light + (dark if scheme == "dark" else "")))

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(colours[one]), luminance(colours[other])))
        return (high + 0.05) / (low + 0.05)

    text = [(ink, ground) for ink in ("ink", "muted", "primary", "accent-text") for ground in ("paper", "surface")]
    text += [("on-panel", "panel"), ("on-button", "button")]
    assert [pair for pair in text if contrast(*pair) < 4.5] == []
    assert [ground for ground in ("paper", "surface") if contrast("accent", ground) < 3] == []
