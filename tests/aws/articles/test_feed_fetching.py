"""Fetching feeds: only what changed, in every packing, and every way a server can fail named for a person."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from newsletter.articles.feeds import feed_client as feeds
from newsletter.articles.feeds.feed_client import Feeds
from tests.support.articles import feed_server
from tests.support.articles.feed_server import FEED, Server, fetch, refusal

server = feed_server.server


def test_a_feed_is_fetched_with_what_the_next_fetch_needs(server: Server) -> None:
    changed = "Mon, 23 Nov 2026 06:00:00 GMT"
    server.answer = lambda _: Response(FEED, headers={"ETag": '"v1"', "Last-Modified": changed})
    fetched = fetch(server)
    assert [(entry.title, entry.url) for entry in fetched.entries] == [
        ("Hyvää päivää", server.url.replace("feed.xml", "1"))
    ]
    assert (fetched.etag, fetched.modified, fetched.unchanged) == ('"v1"', changed, False)
    (request,) = server.requests
    assert "if-none-match" not in request.headers
    assert "if-modified-since" not in request.headers
    assert "application/rss+xml" in request.headers["accept"]


def test_a_feed_that_did_not_change_is_not_sent_again(server: Server) -> None:
    server.answer = lambda _: Response(status=304)
    fetched = fetch(server, '"v1"', "Mon, 23 Nov 2026 06:00:00 GMT")
    assert fetched == feeds.Fetched((), (), '"v1"', "Mon, 23 Nov 2026 06:00:00 GMT", unchanged=True)
    assert server.requests[0].headers["if-none-match"] == '"v1"'
    assert server.requests[0].headers["if-modified-since"] == "Mon, 23 Nov 2026 06:00:00 GMT"


def test_a_compressed_feed_is_read(server: Server) -> None:
    server.answer = lambda _: Response(gzip.compress(FEED), headers={"Content-Encoding": "gzip"})
    assert len(fetch(server).entries) == 1


@pytest.mark.parametrize("status", [401, 404, 410, 500, 503])
def test_an_error_of_the_server_is_named_by_its_status(server: Server, status: int) -> None:
    server.answer = lambda _: Response("<rss/>", status=status)
    assert refusal(server.url) == f"{server.url}: the server answered HTTP {status}"
    assert len(server.requests) == 1


def test_a_page_in_place_of_the_feed_is_said_to_be_none(server: Server) -> None:
    server.answer = lambda _: Response("<!doctype html><title>Huolto</title><p>Palaamme pian", mimetype="text/html")
    assert refusal(server.url) == f"{server.url}: not a feed: this is a web page, and it names no feed"


def test_a_page_in_place_of_the_feed_names_its_feed(server: Server) -> None:
    page = "<!doctype html><link rel=alternate type=application/rss+xml href=/syöte><p>Blogi"
    server.answer = lambda _: Response(page, mimetype="text/html")
    feed = server.url.replace("feed.xml", "syöte")
    assert refusal(server.url) == f"{server.url}: this is a web page; it names its feed: {feed}"


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("/syöte/uusi?haku=työ", "/sy%C3%B6te/uusi?haku=ty%C3%B6"),
        ("/sy%C3%B6te?a=%2F&b=ö", "/sy%C3%B6te?a=%2F&b=%C3%B6"),
        ("/syo%CC%88te", "/syo%CC%88te"),
    ],
)
def test_an_address_with_other_letters_is_asked_for_as_utf_8(server: Server, written: str, asked: str) -> None:
    url = server.url.replace("/feed.xml", written)
    assert len(Feeds(allow_local=True).fetch(url).entries) == 1
    assert server.requests[0].environ["RAW_URI"] == asked


def test_a_redirect_to_other_letters_is_followed(server: Server) -> None:
    class Unencoded(Response):
        def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002 # as werkzeug calls it
            return Headers([("Location", "/syöte".encode().decode("latin-1")), ("Content-Length", "0")])

    server.answer = lambda request: Unencoded(status=302) if request.path == "/feed.xml" else Response(FEED)
    assert len(fetch(server).entries) == 1
    assert server.requests[1].path == "/syöte"


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        (zlib.compress(FEED), "deflate"),
        (zlib.compress(FEED)[2:-4], "deflate"),
        (FEED, "identity"),
        (FEED, "UTF-8"),
        (FEED, "none"),
    ],
)
def test_every_packing_that_was_asked_for_is_unpacked(server: Server, packed: bytes, coding: str) -> None:
    server.answer = lambda _: Response(packed, headers={"Content-Encoding": coding})
    assert len(fetch(server).entries) == 1
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("coding", "said"),
    [
        ("br", "the answer is packed as 'br' (Brotli); we asked for gzip or deflate, or none"),
        ("zstd", "the answer is packed as 'zstd' (Zstandard); we asked for gzip or deflate, or none"),
        ("gzip, br", "the answer is packed as 'br' (Brotli); we asked for gzip or deflate, or none"),
        ("rot13", "the answer is packed as 'rot13'; we asked for gzip or deflate, or none"),
        ("gzip", "the answer cannot be unpacked, though it says how it is packed"),
    ],
)
def test_a_packing_that_cannot_be_undone_is_named(server: Server, coding: str, said: str) -> None:
    server.answer = lambda _: Response(b"\x0b\x02\x80 packed", headers={"Content-Encoding": coding})
    assert refusal(server.url) == f"{server.url}: {said}"


def test_a_file_that_is_packed_by_itself_is_read_within_the_limit(server: Server) -> None:
    server.answer = lambda _: Response(gzip.compress(FEED), mimetype="application/gzip")
    assert len(fetch(server).entries) == 1
    server.answer = lambda _: Response(gzip.compress(FEED + b" " * 5_000_000)[:-8])
    assert refusal(server.url) == f"{server.url}: larger than 10,000 bytes"
    server.answer = lambda _: Response(b"\x1f\x8b\x08 no gzip")
    assert refusal(server.url) == f"{server.url}: packed with gzip, and broken"
    server.answer = lambda _: Response(gzip.compress(FEED[:40]) + gzip.compress(FEED[40:]))
    assert len(fetch(server).entries) == 1
    server.answer = lambda _: Response(gzip.compress(b" " * 6_000) + gzip.compress(b" " * 6_000))
    assert refusal(server.url) == f"{server.url}: larger than 10,000 bytes"
    server.answer = lambda _: Response(b" \n")
    assert refusal(server.url) == f"{server.url}: the answer is empty"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"\x28\xb5\x2f\xfd", "packed with Zstandard, which is not read; give the feed as it is, or with gzip"),
        (b"BZh91AY", "packed with bzip2, which is not read; give the feed as it is, or with gzip"),
        (b"\xfd7zXZ\0\0", "packed with xz, which is not read; give the feed as it is, or with gzip"),
        (b"PK\x03\x04", "packed with ZIP, which is not read; give the feed as it is, or with gzip"),
        (b"%PDF-1.7", "not a feed: this is a PDF"),
        (b"\x89PNG\r\n", "not a feed: this is a picture (PNG)"),
    ],
)
def test_another_kind_of_file_is_said_in_words(server: Server, start: bytes, said: str) -> None:
    server.answer = lambda _: Response(start + b" and so on")
    assert refusal(server.url) == f"{server.url}: {said}"


def test_a_server_that_is_not_there_is_named() -> None:
    url = "http://127.0.0.1:1/feed.xml"
    assert refusal(url) == f"{url}: no connection to 127.0.0.1 (Connection refused)"


def test_a_feed_that_moved_for_good_says_where_to(server: Server) -> None:
    new = server.url.replace("feed.xml", "new")
    statuses = iter([301, 200, 302, 200])
    server.answer = lambda _: Response(FEED, status=next(statuses), headers={"Location": "/new"})
    assert fetch(server).problems == (f"the feed has moved for good to {new}; write that into publication.toml",)
    assert fetch(server).problems == ()


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://", "ftp://blog.example.com/feed.xml", "javascript:x", "data:,x"]
)
def test_an_address_that_is_none_of_the_web_is_named(url: str) -> None:
    assert refusal(url).startswith(f"{url}: ")


def test_a_file_is_read_only_where_that_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "syöte uusi.xml"
    path.write_bytes(FEED.replace(b"/1", b"https://blog.example.com/1"))
    for url in (str(path), path.as_uri()):
        assert len(Feeds(allow_local=True).fetch(url).entries) == 1
        assert refusal(url, allow_local=False) == f"{url}: not an http(s) address"
    assert refusal(str(tmp_path / "none.xml")).endswith("none.xml: No such file or directory")
    assert refusal(str(tmp_path)).endswith("Is a directory")
