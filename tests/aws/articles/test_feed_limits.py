"""What a feed costs to parse is bounded, and one that is sick or hostile costs no other its turn."""

from __future__ import annotations

import html
import os
import pickle
import shutil
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from newsletter.articles.feeds import parser_process_client as feed_process
from newsletter.articles.feeds.feed_client import Feeds, Fetched
from newsletter.articles.parsing import entries as feed_entries
from newsletter.articles.parsing.feed_parser import parse
from newsletter.articles.parsing.markup import plain, safe_html
from newsletter.articles.parsing.shallow_markup import MAX_DEPTH, shallow
from newsletter.platform.errors import FeedUnreadable
from newsletter.publication.publication import Feed
from tests.support.articles.blog import NOW, Blog, sample_publication, slugs, write
from tests.support.aws.dynamodb import Adapters

WHERE = {"content-location": "https://blog.example/feed"}
REPEATED = (
    "<img src=x>",
    "<img srcset='a 1w,b 2w'>",
    "<noscript>",
    "<div class='share-bar'>",
    "[caption x][/",
    "[vc_row a=",
    "Lue lisää aiheesta ",
    "The post a appeared first on ",
    "was originally published in ",
    "Jaa Facebookissa ",
    "<a href=href=",
    "\u00ad",
    "\u05d0\u200e",
    "a\u0301",
    "<b a='",
    "x",
    "a@b",
)
LONG = 30_000
PROCESSOR_SECONDS = 20
"""All of them take 2 to 4; what takes quadratic time takes 5 or more for each field."""
READ_ALL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]), int(sys.argv[1])))
from newsletter.articles.parsing.entries import about_feed, draft
from newsletter.articles.parsing.lazy_pictures import source_set
from datetime import UTC
about = about_feed({}, (), "https://b.example/feed", UTC)
for each in sys.argv[3:]:
    text = (each * int(sys.argv[2]))[: int(sys.argv[2])]
    said = {"title": text, "summary": text, "summary_detail": {"type": "text/html"}, "author_detail": {"name": text}}
    draft({"id": text, "link": text, "published": text, "tags": [{"term": text}], **said}, about)
    source_set(text)
print("read")
"""
NESTED = [
    "<ul><li>",
    "<ul>",
    "<div>",
    "<b><div>",
    "<dl><dt>",
    "<table><tr><td>",
    "<a href=x><div>",
    "<div title='</div>'>",
    "<div><script></div></script>",
    "<li><ul></li>",
    "<svg>",
    "<form>",
    "<p><b></p>",
    "<DIV\n>",
    "<blockquote/>",
]


def rss(inner: str) -> bytes:
    item = f"<item><guid>1</guid><title>Otsikko</title><link>https://blog.example/1</link>{inner}</item>"
    return f"<rss version='2.0'><channel><title>b</title>{item}</channel></rss>".encode()


@pytest.mark.parametrize("nested", NESTED)
def test_no_parser_sees_markup_deeper_than_the_limit(nested: str) -> None:
    tags = frozenset({"ul", "li", "div", "b", "dl", "dt", "table", "tr", "td", "a", "p", "blockquote"})
    depth = deepest = 0
    for tag in shallow(nested * 2_000 + "loppu", tags, frozenset({"script", "svg", "form"})).split("<")[1:]:
        depth += -1 if tag.startswith("/") else 1
        deepest = max(deepest, depth)
    assert depth == 0
    assert deepest <= MAX_DEPTH


def test_no_text_of_an_entry_takes_quadratic_time() -> None:
    """Within a limit of processor time, so that a busy machine makes no difference."""
    pytest.importorskip("resource", reason="limits of processor time do not exist on this system")
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(PROCESSOR_SECONDS), str(LONG), *REPEATED],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "read", "")


def test_what_lies_too_deep_keeps_its_words() -> None:
    deep = "<div>" * 500 + "<p>Johtaja viestii</p>" + "</div>" * 500 + "<p>ja näkyy.</p>"
    assert plain(deep) == "Johtaja viestii ja näkyy."
    assert "ja näkyy." in safe_html(deep, "https://blog.example/")


@pytest.mark.parametrize(
    ("markup", "safe"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<b><i>a</b></i>b", "<b><i>a</i></b>b"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<img src='/x?a=1&amp;b=\"2\"'>", '<img src="https://b.example/x?a=1&amp;b=%222%22">'),
        ("<img src=x alt='a > \"b\"'>", '<img src="https://b.example/x" alt="a &gt; &quot;b&quot;">'),
        ("a<!-- <p> -->b<!-->c<?php x ?>d<!doctype x>e", "abcde"),
        ("a<script>if (a<b) '</p>'</script>b", "ab"),
        ("a<svg><g>x</g><svg></svg>y</svg>b", "ab"),
        ("<IMG SRC=x.png ALT='ä'>", '<img src="https://b.example/x.png" alt="ä">'),
        ("a<b", "a"),
    ],
)  # fmt: skip
def test_markup_as_people_write_it_is_read_as_browsers_read_it(markup: str, safe: str) -> None:
    assert safe_html(markup, "https://b.example/") == safe


COSTLY = {
    "attributes": rss("<x " + " ".join(f"a{number}='1'" for number in range(40_000)) + "/>"),
    "categories": rss("".join(f"<category>c{number}</category>" for number in range(40_000))),
}


@pytest.mark.parametrize("body", COSTLY.values(), ids=COSTLY.keys())
def test_a_feed_that_takes_too_long_to_parse_is_given_up(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_process, "SECONDS", 1.5)
    with pytest.raises(FeedUnreadable, match=r"^https://blog\.example/feed: not read to its end in 1\.5 seconds of p"):
        feed_process.parse_within_limits(body, WHERE)


def test_a_feed_that_needs_too_much_memory_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    items = ",".join(["{}"] * 3_000_000)
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{items}]}}'.encode()
    feed_process.end_idle()
    monkeypatch.setattr(feed_process, "MEMORY", 256 * 2**20)
    with pytest.raises(FeedUnreadable, match=r"needs more than 256 MB of memory to be parsed$"):
        feed_process.parse_within_limits(body, WHERE)


@pytest.mark.parametrize("length", [1, 4_000])
def test_a_feed_is_parsed_in_its_process_as_it_is_here(length: int) -> None:
    body = rss(f"<description>{html.escape('<p>Näin johtaja viestii.</p>' * length)}</description>")
    assert feed_process.parse_within_limits(body, WHERE) == parse(body, WHERE)
    with pytest.raises(FeedUnreadable, match="not a feed"):
        feed_process.parse_within_limits(b"<html>" + b"x" * length, WHERE)


@pytest.mark.parametrize("adapters", ["moto"], indirect=True)
def test_a_feed_that_takes_its_time_makes_no_other_wait(
    adapters: Adapters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow one comes first and answers only once the other was asked."""
    blog, slow, asked = Blog(adapters, sample_publication(), tmp_path / "feed.xml"), tmp_path / "slow.xml", Event()
    for path in (slow, blog.path):
        write(path, slugs(0, 1))
    fetch = Feeds.fetch

    def fetched(self: Feeds, url: str, *rest: Any, **named: Any) -> Fetched:
        if url == str(slow):
            assert asked.wait(60)
        else:
            asked.set()
        return fetch(self, url, *rest, **named)

    monkeypatch.setattr(Feeds, "fetch", fetched)
    assert [report["entries"] for report in blog.ingest(NOW, Feed(str(slow), "fi"))] == [1, 1]


HALVES = {
    "two references": ("&#55357;&#56832; uusi", "😀 uusi"),
    "two in hexadecimal": ("&#xD83D;&#xde00; uusi", "😀 uusi"),
    "one alone": ("&#xD800; uusi", "� uusi"),
    "the wrong way round": ("&#56832;&#55357; uusi", "�� uusi"),
    "past the last character": ("&#x110000; uusi", "� uusi"),
    "nothing at all": ("&#0; uusi", "� uusi"),
    "an emoji as it should be": ("&#128512; uusi", "😀 uusi"),
}


@pytest.mark.parametrize(("written", "title"), HALVES.values(), ids=HALVES.keys())
def test_an_impossible_character_costs_no_entry(written: str, title: str) -> None:
    for where in ("title", "description", "category", "author"):
        body = rss("").replace(b"<title>Otsikko</title>", f"<title>{written}</title>".encode())
        body = body.replace(b"</item>", f"<{where}>{written}</{where}></item>".encode())
        (entry,) = parse(body, WHERE).entries
        assert entry.title == title


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00\\ud800", "\\uD83D x"])
def test_half_a_character_in_json_costs_no_entry(half: str) -> None:
    item = '"id": "1", "url": "https://blog.example/1", "title": "%s a", "content_html": "%s b", "tags": ["%s"]'
    version = '{"version": "https://jsonfeed.org/version/1.1", "items": [{%s}]}'
    (entry,) = parse((version % item.replace("%s", half)).encode(), WHERE).entries
    assert entry.title.endswith(" a")
    assert "�" in entry.title
    entry.title.encode()


def test_whatever_one_entry_holds_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(markup: str) -> str:
        if "rikki" in markup:
            raise OverflowError
        return plain(markup)

    monkeypatch.setattr(feed_entries, "plain", broken)
    more = "<item><guid>2</guid><title>Toinen</title><link>https://blog.example/2</link></item></channel>"
    parsed = parse(rss("<category>rikki</category>").replace(b"</channel>", more.encode()), WHERE)
    assert [entry.title for entry in parsed.entries] == ["Toinen"]
    assert parsed.problems == ("entry 1 cannot be read (OverflowError): left out",)


def test_of_tens_of_thousands_of_entries_the_first_are_read() -> None:
    items = "".join(
        f"<item><guid>{n}</guid><title>t{n}</title><link>https://blog.example/{n}</link></item>" for n in range(40_000)
    )
    parsed = feed_process.parse_within_limits(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), WHERE)
    assert [len(parsed.entries), parsed.entries[-1].title] == [1_000, "t999"]
    assert parsed.problems == ("40,000 entries; only the first 1,000 were read",)


def test_a_process_that_dies_is_a_feed_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    feed_process.end_idle()
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    with pytest.raises(FeedUnreadable, match=r"parsing it failed \(exit code 1\)$"):
        feed_process.parse_within_limits(rss("<x/>" * 20_000), WHERE)


def test_a_parser_whose_reader_has_gone_ends_without_a_word() -> None:
    """A local cloud that is stopped while it reads its feed leaves no trace of an error in the terminal."""
    with subprocess.Popen(
        [sys.executable, "-m", feed_process.__name__, str(feed_process.MEMORY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout
        process.stdout.close()
        feed: feed_process.Unparsed = b"<rss version='2.0'><channel><title>b</title></channel></rss>", {}, UTC
        _, said = process.communicate(pickle.dumps((feed, 5.0)))
        assert (process.wait(), said) == (0, b"")
