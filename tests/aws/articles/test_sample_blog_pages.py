"""Pages of the sample blog as people read them: Finnish, linked, escaped, and with enough contrast."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.site.blog import site
from rehearsal.site.blog.article import BlogArticle, load_articles
from tests.support.articles.sample_blog import BASE, LATER, STARTED, Html, links, page, parsed_feed, words

OFFER = "Sparraamme mielellämme johtajia ja asiantuntijoita, jotka haluavat aktiivisiksi viestijöiksi."
slugs = pytest.mark.parametrize("slug", [article.slug for article in load_articles()])
paths = pytest.mark.parametrize("path", ["", site.OFFER_SLUG, *(article.slug for article in load_articles())])


# The offer and the way onwards


@slugs
def test_every_article_ends_with_the_offer_on_its_page_and_in_the_feed(slug: str) -> None:
    content = next(entry for entry in parsed_feed(now=LATER).entries if entry.link == f"{BASE}/{slug}").content[0].value
    article = page(slug).partition("<article")[2].partition("</article>")[0]
    for html in (content, article):
        assert html.count(OFFER) == 1
        assert html.rstrip().endswith("</aside>")
        assert links(html)[-1] == f"{BASE}/{site.OFFER_SLUG}"
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
    outside = {str(target).partition("?")[0] for target in targets if not str(target).startswith(BASE)}
    (contact,) = {target for target in outside if target.startswith("mailto:")}
    assert outside == {"#sisalto", "http://127.0.0.1:8000/subscribe", contact}


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
