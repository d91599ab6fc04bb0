"""Fetching feeds: only what changed, within limits, and every way a server can fail named for a person."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from newsletter.articles.feeds import feed_client as feeds
from newsletter.articles.feeds.feed_client import Feeds
from newsletter.leads import crm_client as crm
from newsletter.platform.errors import FeedUnreadable
from newsletter.platform.web import oidc_client as oidc
from newsletter.platform.web.public_web_client import MAX_REDIRECTS
from tests.support.cloud import WEBHOOK_SECRET, Quiet

FEED = (
    '<rss version="2.0"><channel><title>b</title>'
    "<item><title>Hyvää päivää</title><link>/1</link></item></channel></rss>"
).encode()


class Server:
    """A loopback server whose answer each test sets; it remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Response] = lambda _: Response(FEED, mimetype="application/rss+xml")
        self.requests: list[Request] = []
        self.server = make_server("127.0.0.1", 0, self._app, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.server.port}/feed.xml"

    def _app(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.requests.append(request)
        return self.answer(request)(environ, start_response)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(feeds, "SECONDS", 60)
    monkeypatch.setattr(feeds, "MAX_BYTES", 10_000)
    server = Server()
    thread = Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.server.shutdown()
    server.server.server_close()
    thread.join()


def fetch(server: Server, etag: str = "", modified: str = "") -> feeds.Fetched:
    return Feeds(allow_local=True).fetch(server.url, etag, modified)


def refusal(url: str, *, allow_local: bool = True) -> str:
    with pytest.raises(FeedUnreadable) as refused:
        Feeds(allow_local=allow_local).fetch(url)
    return str(refused.value)


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
    assert refusal(server.url) == f"{server.url}: larger than 10000 bytes"
    server.answer = lambda _: Response(b"\x1f\x8b\x08 no gzip")
    assert refusal(server.url) == f"{server.url}: packed with gzip, and broken"
    server.answer = lambda _: Response(gzip.compress(FEED[:40]) + gzip.compress(FEED[40:]))
    assert len(fetch(server).entries) == 1
    server.answer = lambda _: Response(gzip.compress(b" " * 6_000) + gzip.compress(b" " * 6_000))
    assert refusal(server.url) == f"{server.url}: larger than 10000 bytes"
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


def test_a_few_redirects_are_followed_and_a_circle_is_not(server: Server) -> None:
    server.answer = lambda request: (
        Response(FEED) if request.path == "/new" else Response(status=301, headers={"Location": "/new"})
    )
    assert len(fetch(server).entries) == 1
    server.answer = lambda _: Response(status=302, headers={"Location": "/feed.xml"})
    server.requests.clear()
    assert refusal(server.url) == f"{server.url}: more than {MAX_REDIRECTS} redirects"
    assert len(server.requests) == MAX_REDIRECTS + 1


def test_a_redirect_leads_to_no_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_bytes(FEED)
    where = (tmp_path / "secret.xml").as_uri()
    server.answer = lambda _: Response(status=302, headers={"Location": where})
    assert refusal(server.url) == f"{server.url}: file: is not http or https"


@pytest.mark.parametrize("compressed", [False, True])
def test_a_feed_larger_than_the_limit_is_not_read(server: Server, *, compressed: bool) -> None:
    body = FEED + b" " * 10_000
    if compressed:
        server.answer = lambda _: Response(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    else:
        server.answer = lambda _: Response(body)
    assert refusal(server.url) == f"{server.url}: larger than 10000 bytes"


def test_a_small_file_that_unpacks_to_gigabytes_is_given_up_early(server: Server) -> None:
    inner = gzip.compress(b"\0" * 5_000_000)
    server.answer = lambda _: Response(gzip.compress(inner), headers={"Content-Encoding": "gzip, gzip"})
    assert refusal(server.url) == f"{server.url}: larger than 10000 bytes"


def slow(seconds: float) -> Response:
    time.sleep(seconds)
    return Response(FEED)


def drop_by_drop() -> Iterator[bytes]:
    for number in range(len(FEED)):
        time.sleep(0.1)
        yield FEED[number : number + 1]


@pytest.mark.parametrize(
    "answer", [lambda: slow(1), lambda: Response(drop_by_drop())], ids=["says nothing", "a byte at a time"]
)
def test_a_server_that_takes_its_time_is_given_up(
    server: Server, answer: Callable[[], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "SECONDS", 0.5)
    server.answer = lambda _: answer()
    assert refusal(server.url) == f"{server.url}: no whole answer in time"


DRIPS = {
    "headers": b"",
    "a body without an end": b"HTTP/1.0 200 OK\r\n\r\n",
    "a body on a connection that closes": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n",
    "pieces on a connection that closes": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n"
    ),
    "a packed body": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 100)[:10]
    ),
    "where to go on": b"HTTP/1.1 302 Found\r\nLocation: /",
}


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """The address of a server that says `first` and then a byte at a time, each before any timeout of reading."""
    gone = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.sendall(first)
                while not gone.wait(0.05):
                    connection.send(b"H")

        thread = Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        gone.set()
        thread.join()


@pytest.mark.parametrize("first", DRIPS.values(), ids=DRIPS.keys())
def test_what_comes_byte_by_byte_is_given_up(first: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "SECONDS", 0.5)
    with dripping(first) as url:
        assert refusal(url) == f"{url}: no whole answer in time"


@pytest.mark.parametrize("first", DRIPS.values(), ids=DRIPS.keys())
def test_a_crm_that_answers_byte_by_byte_is_given_up_unless_its_status_is_there(
    first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crm, "TIMEOUT", 0.5)
    with dripping(first) as url:
        answer = crm.Crm(url, lambda: (WEBHOOK_SECRET,), allow_http=True).send("lead-1", "{}")
    if b" 200 OK" in first:
        assert answer.status == 200
    else:
        assert (answer.status, answer.fault) == (0, "no whole answer in time")


@pytest.mark.parametrize("first", DRIPS.values(), ids=DRIPS.keys())
def test_an_issuer_that_answers_byte_by_byte_is_given_up(first: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "TIMEOUT", 0.5)
    token = "eyJhbGciOiJSUzI1NiJ9.e30.e30"
    with dripping(first) as url, pytest.raises(oidc.IssuerUnreachable, match=r"no whole answer in time$"):
        oidc.Oidc(url, "console").verify(token)


def test_a_server_that_is_not_there_is_named() -> None:
    url = "http://127.0.0.1:1/feed.xml"
    assert refusal(url) == f"{url}: no connection to 127.0.0.1 (Connection refused)"


def test_a_feed_that_moved_for_good_says_where_to(server: Server) -> None:
    new = server.url.replace("feed.xml", "new")
    statuses = iter([301, 200, 302, 200])
    server.answer = lambda _: Response(FEED, status=next(statuses), headers={"Location": "/new"})
    assert fetch(server).problems == (f"the feed has moved for good to {new}; write that into publication.toml",)
    assert fetch(server).problems == ()


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_BYTES", 10)
    (tmp_path / "feed.xml").write_bytes(FEED)
    assert refusal(str(tmp_path / "feed.xml")).endswith("feed.xml: larger than 10 bytes")


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
