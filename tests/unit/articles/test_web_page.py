"""A web page where a feed should be says so, and which feed it names."""

from __future__ import annotations

import pickle

import pytest

from newsletter.articles.feeds.web_page import NamedFeed, WebPage, instead_of_feed, is_page, named_feeds
from newsletter.platform.errors import FeedUnreadable

WHERE = {"content-location": "https://blog.example/blogi/", "content-type": "text/html; charset=utf-8"}
RSS = '<link rel="alternate" type="application/rss+xml" title="Blogi" href="/feed/">'


def urls(markup: str, **headers: str) -> list[str]:
    body = f"<!doctype html><html><head>{markup}</head><body>x</body></html>".encode()
    return [feed.url for feed in named_feeds(body, {**WHERE, **headers})]


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        (RSS, ["https://blog.example/feed/"]),
        ("<LINK HREF='feed.xml' TYPE=application/atom+xml REL='home alternate' />", ["https://blog.example/blogi/feed.xml"]),
        ("<link rel=alternate type=application/feed+json href=/feed.json>", ["https://blog.example/feed.json"]),
        ("<base href='https://cdn.example/a/'><link rel=alternate type=application/rss+xml href=f>", ["https://cdn.example/a/f"]),
        ('<link rel="alternate" type="application/rss+xml" href="/syöte?a=1&amp;b=2">', ["https://blog.example/syöte?a=1&b=2"]),
        ('<link title="Blogi > RSS" rel="alternate" type="application/rss+xml" href="/f">', ["https://blog.example/f"]),
        ("<link title='5\" > 4' rel='alternate' type='application/rss+xml' href='/f'>", ["https://blog.example/f"]),
        ('<link rel="feed" href="https://muu.example/rss">', ["https://muu.example/rss"]),
        ('<link rel="alternate" type="application/rss+xml" href="feed://muu.example/rss">', ["https://muu.example/rss"]),
        ('<link rel="alternate" type="text/xml" title="RSS" href="/f">', ["https://blog.example/f"]),
        ('<link rel="alternate" type="application/json" href="https://blog.example/wp-json/wp/v2/pages/1">', []),
        ('<link rel="alternate" type="application/json+oembed" href="/oembed?format=feed">', []),
        ('<link rel="alternate" hreflang="en" href="/en/">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="/feed">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:feed()">', []),
        ('<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/blogi/">', []),
        (f"<!-- {RSS} --><script>'{RSS}'</script>", []),
        ("", []),
    ],
)  # fmt: skip
def test_the_feeds_that_a_page_names_are_found(markup: str, found: list[str]) -> None:
    assert urls(markup) == found


def test_the_feed_of_comments_comes_after_that_of_the_blog_and_each_comes_once() -> None:
    comments = '<link rel="alternate" type="application/rss+xml" title="Blogi » kommentit" href="/comments/feed/">'
    atom = '<link rel="alternate" type="application/atom+xml" href="/atom/">'
    assert urls(comments + RSS + RSS + atom) == [
        "https://blog.example/feed/",
        "https://blog.example/atom/",
        "https://blog.example/comments/feed/",
    ]


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("<!DOCTYPE html><html>", ""),
        ("\ufeff \n<!-- a --><!-- b --><html lang=fi>", ""),
        ("<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'>", ""),
        ("<p>Palaamme pian", "text/html"),
    ],
)
def test_a_page_is_recognised(start: str, kind: str) -> None:
    assert is_page(start.encode(), {"content-type": kind})


@pytest.mark.parametrize(
    ("start", "kind"),
    [("<rss><channel>", ""), ("huolto", "text/html"), ("{}", "application/json"), ("<!---->" * 9_000, "")],
)
def test_what_is_no_page_is_not_taken_for_one(start: str, kind: str) -> None:
    assert not is_page(start.encode(), {"content-type": kind})


def test_the_fault_names_the_feed_and_carries_it() -> None:
    fault = instead_of_feed(f"<html>{RSS}".encode(), WHERE, FeedUnreadable("not a feed"))
    assert (
        str(fault) == "https://blog.example/blogi/: this is a web page; it names its feed: https://blog.example/feed/"
    )
    again = pickle.loads(pickle.dumps(fault))  # noqa: S301 # our own
    assert isinstance(again, WebPage)
    assert (str(again), again.feeds) == (str(fault), (NamedFeed("https://blog.example/feed/", "Blogi"),))


def test_a_page_in_another_encoding_is_read_in_it() -> None:
    body = '<html><meta charset="iso-8859-1"><link rel=alternate type=application/rss+xml href="/syöte">'.encode(
        "latin-1"
    )
    (feed,) = named_feeds(body, {"content-location": "https://blog.example/"})
    assert feed.url == "https://blog.example/syöte"
