"""Fetching feeds ends: too large, too slow, packed beyond measure, led round in circles."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from werkzeug.wrappers import Response

from newsletter.articles.feeds import feed_client as feeds
from newsletter.leads import crm_client as crm
from newsletter.platform.web import oidc_client as oidc
from newsletter.platform.web.public_web_client import MAX_REDIRECTS
from tests.support.articles import feed_server
from tests.support.articles.feed_server import FEED, Server, fetch, refusal
from tests.support.stack.cloud import WEBHOOK_SECRET

server = feed_server.server


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
    assert refusal(server.url) == f"{server.url}: larger than 10,000 bytes"


def test_a_small_file_that_unpacks_to_gigabytes_is_given_up_early(server: Server) -> None:
    inner = gzip.compress(b"\0" * 5_000_000)
    server.answer = lambda _: Response(gzip.compress(inner), headers={"Content-Encoding": "gzip, gzip"})
    assert refusal(server.url) == f"{server.url}: larger than 10,000 bytes"


def nothing(given_up: Event) -> Response:
    given_up.wait()
    return Response(FEED)


def drop_by_drop(given_up: Event) -> Response:
    def drops() -> Iterator[bytes]:
        for number in range(len(FEED)):
            given_up.wait(0.1)
            yield FEED[number : number + 1]

    return Response(drops())


@pytest.mark.parametrize("answer", [nothing, drop_by_drop])
def test_a_server_that_takes_its_time_is_given_up(
    server: Server, answer: Callable[[Event], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "SECONDS", 0.5)
    given_up = Event()
    server.answer = lambda _: answer(given_up)
    try:
        assert refusal(server.url) == f"{server.url}: no whole answer in time"
    finally:
        given_up.set()


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


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_BYTES", 10)
    (tmp_path / "feed.xml").write_bytes(FEED)
    assert refusal(str(tmp_path / "feed.xml")).endswith("feed.xml: larger than 10 bytes")
