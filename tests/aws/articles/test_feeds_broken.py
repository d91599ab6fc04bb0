"""Feeds as they should not be: letters survive, faults are named, and nothing gets in that is not text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.articles.feeds.feed_client import Feeds
from newsletter.articles.parsing.feed_parser import MAX_ENTRIES, parse
from newsletter.platform.errors import FeedUnreadable
from newsletter.platform.text import is_one_line
from tests.support.articles.feed_text import DIALECTS, HERE, item, one, read, rss
from tests.support.strategies import WHOLE

WILD = Path(__file__).parents[4] / "shared" / "feeds"
MEANT_TO_BE_BROKEN = {"incomplete-fields.atom", "missing-fields.atom", "unrecognized.rss"}


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("iso-8859-1", "iso-8859-1", "text/xml"),
        ("utf-8", "iso-8859-1", "application/rss+xml"),
        ("iso-8859-1", "utf-8", "application/rss+xml"),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("utf-16", "utf-16", "application/xml"),
        ("windows-1252", "windows-1252", "text/xml"),
    ],
)
def test_letters_survive_even_where_the_encoding_is_declared_wrongly(
    encoding: str, declared: str, content_type: str
) -> None:
    body = rss(item(title="Hyvää päivää"), encoding=encoding, declared=declared)
    assert one(body, {**HERE, "content-type": content_type}).title == "Hyvää päivää"


def test_relative_links_follow_the_base_that_the_feed_gives() -> None:
    body = DIALECTS["Atom 1.0"].replace(b"<feed ", b'<feed xml:base="https://other.example.com/a/" ')
    assert one(body.replace(b"https://blog.example.com/1", b"b")).url == "https://other.example.com/a/b"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not a feed"),
        (b"hello", "not a feed"),
        (b"<!doctype html><title>x</title><p>hello", "not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "broken JSON"),
        (b'{"items": []}', "JSON, but no JSON Feed"),
        (b"[" * 100_000, "broken JSON"),
        (b"/etc/passwd", "not a feed"),
        (b"<?xml version='1.0'?><catalog><book/></catalog>", "no RSS, Atom, RDF or JSON Feed found"),
        (b"\x1f\x8b\x08\x00\x00", "not a feed"),
        (b"\x00" * 100, "not a feed"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes, reason: str) -> None:
    with pytest.raises(FeedUnreadable, match=rf"^https://blog\.example\.com/feed\.xml: .*{reason}"):
        parse(body, HERE)


def test_a_feed_without_entries_is_a_feed_and_says_so() -> None:
    assert read(rss()) == ((), ("the feed has no entries",))


def test_a_feed_that_breaks_off_gives_what_came_before() -> None:
    whole = rss(item(), item(title="Toinen", link="/2"))
    entries, _ = read(whole[: whole.index(b"Toinen")])
    assert [entry.title for entry in entries] == ["Otsikko"]


def test_of_a_huge_feed_the_first_thousand_entries_are_read() -> None:
    entries, problems = read(rss(*(item(link=f"/{number}") for number in range(MAX_ENTRIES + 1))))
    assert len(entries) == MAX_ENTRIES
    assert problems == ("1,001 entries; only the first 1,000 were read",)


BOMBS = {
    "entities of entities": '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
    "one long entity": f'<!ENTITY a "{"a" * 17}">',
    "a file": '<!ENTITY a SYSTEM "file:///etc/passwd">',
    "an address": "<!ENTITY a PUBLIC 'x' 'http://169.254.169.254/latest/meta-data/'>",
}


@pytest.mark.parametrize("entities", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_expand_or_lead_outside_are_refused(entities: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE rss [{entities}]><rss><channel>{item(title="x&a;")}'
    with pytest.raises(FeedUnreadable, match=r"declares an entity that .* is refused"):
        parse((text + "</channel></rss>").encode(encoding), HERE)


def test_a_letter_declared_as_an_entity_is_that_letter() -> None:
    doctype = (
        '<!DOCTYPE rss [<!ENTITY auml "&#228;"><!ENTITY % latin PUBLIC "-//W3C//ENTITIES Latin 1" "xhtml-lat1.ent">]>'
    )
    assert one(doctype.encode() + rss(item(title="P&auml;iv&auml;")).partition(b"?>")[2]).title == "Päivä"


def test_small_entities_without_number_are_refused() -> None:
    doctype = b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaaaaaaaa">]>'
    few, many = (rss(item(description="&a;" * number)).partition(b"?>")[2] for number in (100, 60_000))
    assert one(doctype + few).title == "Otsikko"
    with pytest.raises(FeedUnreadable, match="more than 50,000 references to entities"):
        parse(doctype + many, HERE)


def test_a_declaration_in_an_article_is_its_text() -> None:
    written = '<![CDATA[<pre>&lt;!DOCTYPE x [</pre> <!ENTITY xxe SYSTEM "file:///etc/passwd"> Näin hyökätään.]]>'
    assert "Näin hyökätään." in one(rss(item(description=written))).summary


def test_the_name_of_a_file_in_place_of_a_feed_opens_no_file(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(DIALECTS["RSS 2.0"])
    with pytest.raises(FeedUnreadable, match="not a feed"):
        parse(str(tmp_path / "feed.xml").encode(), HERE)


markup = st.text(st.sampled_from("<>&;\"'/=![]-?abé {}\\\n\x00\u202e\U0010fa00") | WHOLE)


@settings(max_examples=100)
@given(markup, markup, markup, markup)
@example("<img src='http://[", "http://[", "<b", "&#0;")
def test_no_text_in_a_feed_makes_anything_but_entries_of_plain_text_or_a_refusal(
    title: str, link: str, date: str, more: str
) -> None:
    body = rss(item(title=title, link=link, pubDate=date, description=more, category=title, author=more))
    try:
        entries, _ = read(body)
    except FeedUnreadable:
        return
    for entry in entries:
        assert entry.url.startswith(("http://", "https://"))
        assert entry.url.isascii()
        assert all(is_one_line(text) for text in (entry.title, entry.summary, entry.author, *entry.categories))


@pytest.mark.parametrize("name", ["own.rss", *sorted(path.name for path in WILD.glob("*.*"))])
def test_feeds_from_the_wild_are_read_or_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    """Where the folder of real feeds does not stand beside the repository, one of our own is read alone."""
    path = WILD / name
    if name == "own.rss":
        path = tmp_path / name
        path.write_bytes(DIALECTS["RSS 2.0"])
    fetched, refused = None, ""
    try:
        fetched = Feeds(allow_local=True).fetch(str(path))
    except FeedUnreadable as reason:
        refused = str(reason)
    if fetched is None:
        assert path.name in MEANT_TO_BE_BROKEN | {"README.md"}
        assert "not a feed" in refused
    elif path.name in MEANT_TO_BE_BROKEN:
        assert fetched.entries == ()
        assert fetched.problems != ()
    else:
        assert len(fetched.entries) >= 1
        assert fetched.problems == ()
        assert all(entry.title and entry.url and "@" not in entry.author for entry in fetched.entries)
