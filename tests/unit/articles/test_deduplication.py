"""Which entry is which article: through edits, moves and changed guids, and never two in one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.articles.article import Article, Entry, article_id
from newsletter.articles.deduplication import (
    MAX_FINGERPRINTS,
    fingerprints,
    match_entries,
    merge_fingerprints,
)

FEED = "https://b.example/feed"
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
TEXT = "Kun johtaja kirjoittaa itse, lukija huomaa sen. " * 6


def entry(slug: str = "1", **changes: Any) -> Entry:
    usual = Entry(
        identity=f"tag:{slug}",
        guid=f"tag:{slug}",
        url=f"https://b.example/{slug}",
        title=f"Otsikko {slug}",
        summary="",
        categories=(),
        author="",
        published=NOW,
        text=f"{TEXT}{slug}",
    )
    made = replace(usual, **changes)
    return replace(made, identity=made.guid or made.url)


def article(of: Entry, feed: str = FEED) -> Article:
    name = article_id(feed, of.identity)
    return Article(
        name,
        of.url,
        of.title,
        "",
        (),
        (),
        "fi",
        "",
        "",
        of.published,
        NOW,
        feed=feed,
        fingerprints=fingerprints(feed, of),
    )


def is_known(now: Entry, before: Entry) -> bool:
    return now.identity in match_entries(FEED, [now], [article(before)])


OTHER_GUID = {"guid": "https://b.example/?p=99"}
MOVED = {"url": "https://new.example/blogi/1"}
EDITED = {"title": "Uusi otsikko", "text": "Kokonaan uusi teksti."}
NO_DATE = {"published": None}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        EDITED,
        MOVED | EDITED | {"published": NOW + timedelta(days=90)},
        OTHER_GUID,
        {"guid": ""},
        OTHER_GUID | EDITED,
        OTHER_GUID | {"published": NOW + timedelta(days=90)},
        OTHER_GUID | MOVED,
        OTHER_GUID | MOVED | NO_DATE,
        OTHER_GUID | {"url": "http://www.b.example/1/#kommentit"} | EDITED,
    ],
)
def test_an_article_is_the_same_after(changes: dict[str, Any]) -> None:
    assert is_known(entry(**changes), entry())


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (entry("2"), entry("1")),
        # A link that is used again for something else.
        (entry("2", url="https://b.example/1", published=NOW + timedelta(days=7)), entry("1")),
        # The same words every week.
        (
            entry("2", title="Linkit", text=TEXT, published=NOW + timedelta(days=7)),
            entry("1", title="Linkit", text=TEXT),
        ),
        # Every entry leads to the front page.
        (entry("2", url="https://b.example/"), entry("1", url="https://b.example/")),
        # Too little text to tell, and no date.
        (entry("2", title="Hei", text="", **NO_DATE), entry("1", title="Hei", text="", **NO_DATE)),
    ],
)
def test_another_article_is_not_taken_for_it(now: Entry, before: Entry) -> None:
    assert not is_known(now, before)


def test_a_link_or_text_that_several_share_identifies_none_of_them() -> None:
    old = [article(entry("1", url="https://b.example/x")), article(entry("2", url="https://b.example/x"))]
    new = [entry(slug, url="https://b.example/x", guid=f"new:{slug}", text="", title="Sama") for slug in "12"]
    assert match_entries(FEED, new, old) == {}


def test_a_guid_goes_before_a_link_and_a_link_before_a_text() -> None:
    first, second = article(entry("1")), article(entry("2"))
    crossed = [entry("1", url="https://b.example/2"), entry("2", url="https://b.example/1")]
    assert match_entries(FEED, crossed, [first, second]) == {"tag:1": first, "tag:2": second}


def test_a_guid_counts_in_its_own_feed_only() -> None:
    elsewhere = article(entry("1", url="https://c.example/1", text="Muuta."), feed="https://c.example/feed")
    assert match_entries(FEED, [entry("1")], [elsewhere]) == {}


slugs = st.lists(st.sampled_from("123456"), unique=True, max_size=6)


@settings(max_examples=50)
@given(slugs, slugs, st.sets(st.sampled_from(["guid", "url"])))
def test_no_article_is_two_entries_and_a_feed_read_again_is_known_whole(
    before: list[str], now: list[str], changed: set[str]
) -> None:
    articles = [article(entry(slug)) for slug in before]
    entries = [entry(slug, **{name: f"https://new.example/{name}/{slug}" for name in changed}) for slug in now]
    found = match_entries(FEED, entries, articles)
    assert len({each.id for each in found.values()}) == len(found)
    assert {each.title for each in entries if each.identity in found} == {
        f"Otsikko {slug}" for slug in set(before) & set(now)
    }


def test_fingerprints_are_kept_while_new_ones_come_and_settle_when_nothing_changes() -> None:
    kept = merge_fingerprints(("guid:a", "link:a"), ("guid:b", "link:a"))
    assert kept == ("guid:a", "guid:b", "link:a")
    assert merge_fingerprints(kept, ("guid:b", "link:a")) == kept
    many: tuple[str, ...] = ()
    for number in range(30):
        many = merge_fingerprints(many, (f"guid:{number}", "link:a"))
    assert len(many) == MAX_FINGERPRINTS
    assert many[-2:] == ("guid:29", "link:a")
