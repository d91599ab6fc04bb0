"""Which entry is which article: through edits, moves and changed guids, and never two in one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.articles import deduplication
from newsletter.articles.article import Article, Entry, article_id
from newsletter.articles.deduplication import (
    MAX_FINGERPRINTS,
    fingerprints,
    is_nearly_same,
    match_entries,
    match_titles,
    merge_fingerprints,
    repeated_in_feed,
)
from newsletter.platform.text import folded

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
        OTHER_GUID | MOVED | {"published": NOW + timedelta(days=27)},
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
        # The same few words every week.
        (
            entry("2", title="Linkit", text="Viikon linkit tässä.", published=NOW + timedelta(days=7)),
            entry("1", title="Linkit", text="Viikon linkit tässä."),
        ),
        # A whole text once more, a month later.
        (
            entry("2", title="Linkit", text=TEXT, published=NOW + timedelta(days=29)),
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


def renamed(slug: str = "9", **changes: Any) -> Entry:
    """An entry with another guid and address than all others."""
    return entry(f"uusi-{slug}", **{"title": "Otsikko 1", "text": f"{TEXT}1", **changes})


def test_title_and_date_identify_an_article_when_nothing_else_does() -> None:
    known = [article(entry("1", text=""))]
    for date in (NOW, NOW + timedelta(hours=11)):
        again = renamed(title=" OTSIKKO  1 ", text="", published=date)
        assert match_titles([again], known) == {again.identity: known[0]}


@pytest.mark.parametrize(
    "other",
    [
        renamed(text="", published=NOW + timedelta(days=1)),
        renamed(text="", published=None),
        renamed(text="", title="Otsikko 2"),
    ],
)
def test_a_title_alone_identifies_nothing(other: Entry) -> None:
    assert match_titles([other], [article(entry("1", text=""))]) == {}


def test_a_title_and_date_that_several_share_identify_none_of_them() -> None:
    assert match_titles([renamed("1", text=""), renamed("2", text="")], [article(entry("1"))]) == {}
    twice = [article(entry(slug, title="Otsikko 1")) for slug in "12"]
    assert match_titles([renamed()], twice) == {}


LONG = (
    "Johtajan kannattaa kirjoittaa itse, sillä lukija tunnistaa äänen ja luottaa siihen enemmän kuin tiedotteeseen. "
    * 3
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"text": LONG.replace("luottaa", "uskoo", 1)},
        {"title": "Otsikko yksi ja vielä", "text": LONG},
        {"text": LONG, "published": NOW + timedelta(days=20)},
        {"text": LONG, "published": None},
    ],
)
def test_an_edited_word_beside_another_address_leaves_it_the_same_article(changes: dict[str, Any]) -> None:
    before = article(entry("1", title="Otsikko yksi", text=LONG))
    assert is_nearly_same(renamed(**{"title": "Otsikko yksi", "text": LONG, **changes}), before, LONG)


@pytest.mark.parametrize(
    "changes",
    [
        # A series: the number is what counts.
        {"title": "Viikko 48"},
        {"text": LONG.replace("itse", "12 kertaa", 1)},
        {"text": "Aivan toinen teksti, jossa puhutaan kokonaan muusta kuin kirjoittamisesta tai luottamuksesta. " * 3},
        {"published": NOW + timedelta(days=30)},
    ],
)
def test_another_number_text_or_month_is_another_article(changes: dict[str, Any]) -> None:
    before = article(entry("1", title="Viikko 47", text=LONG))
    assert not is_nearly_same(renamed(**{"title": "Viikko 47", "text": LONG, **changes}), before, LONG)


def test_of_a_few_words_one_may_change_on_the_same_date() -> None:
    before = article(entry("1", title="Näin kirjoitat hyvän otsikon", text=""))
    better = renamed(title="Näin kirjoitat paremman otsikon", text="")
    assert is_nearly_same(better, before, "")
    assert not is_nearly_same(replace(better, published=NOW + timedelta(days=2)), before, "")
    assert not is_nearly_same(replace(better, published=None), before, "")
    assert not is_nearly_same(replace(better, title="Näin luet paremman otsikon"), before, "")
    assert not is_nearly_same(renamed(title="Hyvä uutinen", text=""), article(entry("1", title="Paha uutinen")), "")


def test_an_entry_that_repeats_another_one_of_the_same_copy_is_told() -> None:
    first, second = entry("1"), renamed()
    assert repeated_in_feed([second, first], {first.identity}) == {second.identity}
    assert repeated_in_feed([first, second], ()) == {second.identity}
    assert repeated_in_feed([first, second], {first.identity, second.identity}) == set()
    assert repeated_in_feed([first, replace(second, published=NOW + timedelta(days=40))], ()) == set()
    assert repeated_in_feed([replace(first, text="Lyhyt."), replace(second, text="Lyhyt.")], ()) == set()


def test_texts_under_one_title_are_each_folded_a_few_times_and_not_once_for_every_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts: list[str] = []

    def counted(text: str) -> str:
        texts.append(text)
        return folded(text)

    monkeypatch.setattr(deduplication, "folded", counted)
    words = ("aamu", "ilta", "kevät", "syksy", "talvi", "kesä", "yö", "päivä")
    column = [
        entry(f"{other}{n}", title=f"{a} {b}" if other else "Kolumni", text=f"{a} {b} {n} {TEXT}")
        for other in (False, True)
        for n, (a, b) in enumerate((a, b) for a in words for b in words)
    ]
    assert repeated_in_feed(column, ()) == set()
    assert len(texts) <= 6 * len(column)


def test_an_edition_is_of_guid_date_title_and_text() -> None:
    page = entry("1")
    mark = fingerprints(FEED, page, editions=True)[-1]
    assert mark.startswith("edition:")
    assert fingerprints(FEED, page)[-1].startswith("text:")
    same = replace(page, summary="Muu ingressi", url="https://b.example/1?x", title=f" {page.title} ")
    assert fingerprints(FEED, same, editions=True)[-1] == mark
    for change in ({"guid": "2"}, {"title": "Uusi"}, {"text": "Uusi."}, {"published": NOW + timedelta(days=7)}):
        assert fingerprints(FEED, replace(page, **change), editions=True)[-1] != mark


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
