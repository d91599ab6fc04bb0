"""One feed never costs another its turn: whatever a server or a feed does, the others are read and kept in that run."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread
from time import monotonic
from typing import Any

import pytest

from newsletter.articles.feeds import feed_client
from newsletter.articles.feeds import parser_process_client as parsing
from newsletter.articles.feeds.feed_client import Feeds, Refused
from newsletter.platform.errors import FeedUnreadable
from newsletter.publication.publication import Feed
from tests.aws.articles.test_feed_limits import COSTLY
from tests.support.articles.blog import HOUR, NOW, Blog, sample_publication, slugs, write
from tests.support.aws.dynamodb import Adapters

moto = pytest.mark.parametrize("adapters", ["moto"], indirect=True)

Server = Callable[[socket.socket, Event], None]
"""What a server does with a connection until the test is over."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"


@pytest.fixture
def blog(adapters: Adapters, tmp_path: Path) -> Blog:
    return Blog(adapters, sample_publication(), tmp_path / "feed.xml")


@contextmanager
def serving(serve: Server) -> Iterator[str]:
    """The address of a feed whose server does that with every connection."""
    over = Event()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(4_096)
            serve(connection, over)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/feed"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def says_nothing(_connection: socket.socket, over: Event) -> None:
    over.wait()


def drips(connection: socket.socket, over: Event) -> None:
    connection.sendall(OK + b"Connection: close\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.05):
        connection.send(b"<")


def never_closes(connection: socket.socket, over: Event) -> None:
    connection.sendall(OK + b"Connection: close\r\n\r\n<rss version='2.0'><channel></channel></rss>")
    over.wait()


def sends_forever(connection: socket.socket, over: Event) -> None:
    connection.sendall(OK + b"\r\n")
    while not over.is_set():
        connection.sendall(b" " * 65_536)


def goes_round(connection: socket.socket, _over: Event) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /feed\r\nContent-Length: 0\r\n\r\n")


SICK: dict[str, tuple[Server, str]] = {
    "says nothing": (says_nothing, "no whole answer in time"),
    "drips": (drips, "no whole answer in time"),
    "never closes": (never_closes, "no whole answer in time"),
    "sends forever": (sends_forever, "larger than 100,000 bytes"),
    "goes round": (goes_round, "more than 5 redirects"),
}


@moto
def test_whatever_a_server_does_the_other_feeds_are_kept_in_the_same_run(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_client, "SECONDS", 3.0)
    monkeypatch.setattr(feed_client, "MAX_BYTES", 100_000)
    write(blog.path, slugs(0, 3))
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serving(server)) for name, (server, _) in SICK.items()}
        reports = blog.ingest(NOW, *(Feed(url, "fi") for url in urls.values()))
    assert reports[-1]["new"] == 3
    for (name, url), report in zip(urls.items(), reports, strict=False):
        reason = f"{url}: {SICK[name][1]}"
        assert report["problems"] == (reason,), name
        failure = blog.adapters.feed_states.get(url).failure
        assert failure is not None
        assert (failure.since, failure.problem) == (NOW, reason)


@moto
def test_a_name_that_is_never_resolved_keeps_no_feed_waiting(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    over, real = Event(), socket.getaddrinfo

    def getaddrinfo(host: str, *more: Any, **named: Any) -> list[Any]:
        if host == "slow.example":
            over.wait()
        return list(real(host, *more, **named))

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(feed_client, "SECONDS", 1.0)
    write(blog.path, slugs(0, 3))
    slow, good = blog.ingest(NOW, Feed("https://slow.example/feed", "fi"))
    over.set()
    assert good["new"] == 3
    assert slow["problems"] == ("https://slow.example/feed: the name slow.example was not resolved in time",)


@moto
def test_a_feed_whose_parsing_takes_the_whole_limit_keeps_no_feed_waiting(
    blog: Blog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "SECONDS", 5.0)
    costly = [tmp_path / f"{name}.xml" for name in COSTLY]
    for path, body in zip(costly, COSTLY.values(), strict=True):
        path.write_bytes(body)
    write(blog.path, slugs(0, 3))
    *sick, good = blog.ingest(NOW, *(Feed(str(path), "fi") for path in costly))
    assert good["new"] == 3
    assert ["seconds of parsing" in report["problems"][0] for report in sick] == [True, True]


@moto
def test_what_keeps_no_limit_at_all_is_left_behind(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours, as a limit that does not hold, costs the feed its turn and no other."""
    over, fetch = Event(), Feeds.fetch

    def fetched(self: Feeds, url: str, *rest: Any, **named: Any) -> feed_client.Fetched:
        if "slow" in url:
            over.wait()
        return fetch(self, url, *rest, **named)

    monkeypatch.setattr(Feeds, "fetch", fetched)
    monkeypatch.setattr(feed_client, "FEED_SECONDS", 4.0)
    monkeypatch.setattr(feed_client, "GRACE", 1.0)
    write(blog.path, slugs(0, 3))
    slow, good = blog.ingest(NOW, Feed("https://slow.example/feed", "fi"))
    over.set()
    assert good["new"] == 3
    assert slow["problems"] == ("not read in 5 seconds, so it was left for the next run",)


def test_all_of_a_feed_has_one_deadline_with_the_wait_for_a_process_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = BoundedSemaphore(1)
    monkeypatch.setattr(parsing, "_free", taken)
    with taken, pytest.raises(FeedUnreadable, match=r"not parsed: other feeds took the time that there was$"):
        Feeds(allow_local=True).read(b"<rss/>", "feed", seconds=0.2)


def test_an_archive_ends_with_the_time_and_keeps_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each older page links to the next, without an end, and comes without haste."""
    asked = 0

    def pages(connection: socket.socket, over: Event) -> None:
        nonlocal asked
        asked += 1
        over.wait(0.1)
        item = f"<item><title>t{asked}</title><link>https://b.example/{asked}</link></item>"
        more = "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='/more'/>"
        connection.sendall(OK + f"\r\n<rss version='2.0'><channel>{more}{item}</channel></rss>".encode())

    monkeypatch.setattr(feed_client, "ARCHIVE_SECONDS", 3.0)
    began = monotonic()
    with serving(pages) as url:
        fetched = Feeds(allow_local=True).fetch(url, archive_pages=100_000)
    assert monotonic() - began < feed_client.FEED_SECONDS
    assert len(fetched.archive) >= 1
    assert fetched.problems[-1].startswith("the archive was read up to page ")


def refuses(status: str, wait: str, asked: list[int]) -> Server:
    def serve(connection: socket.socket, _over: Event) -> None:
        asked.append(1)
        connection.sendall(f"HTTP/1.1 {status}\r\nRetry-After: {wait}\r\nContent-Length: 0\r\n\r\n".encode())

    return serve


@moto
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_feed_whose_server_asks_for_time_is_left_alone_until_then(blog: Blog, status: str) -> None:
    asked: list[int] = []
    write(blog.path, slugs(0, 3))
    with serving(refuses(status, "7200", asked)) as url:
        reports = [blog.ingest(NOW + number * HOUR, Feed(url, "fi"))[0] for number in range(3)]
        state = blog.adapters.feed_states.get(url)
    reason = f"{url}: the server answered HTTP {status[:3]}"
    rest = "its server asks not to be asked before 2026-11-24 {} UTC"
    assert [report["problems"] for report in reports] == [
        (reason, rest.format("08:00")),
        (reason, rest.format("08:00")),
        (reason, rest.format("10:00")),
    ]
    assert len(asked) == 2
    assert state.failure is not None
    assert (state.failure.since, state.failure.problem) == (NOW, reason)
    assert state.rests_until == NOW + 4 * HOUR
    assert [line["run"] for line in blog.adapters.decisions.newest(200)].count(f"feed {url}") == 1


@moto
def test_a_server_may_ask_for_a_day_and_no_more_and_a_person_asks_at_once(blog: Blog) -> None:
    asked: list[int] = []
    with serving(refuses("503 x", "99999999999", asked)) as url:
        blog.ingest(NOW, Feed(url, "fi"))
        assert blog.adapters.feed_states.get(url).rests_until == NOW + timedelta(days=1)
        with pytest.raises(Refused, match="HTTP 503"):
            Feeds(allow_local=True).fetch(url)
    assert len(asked) == 2


@moto
def test_a_feed_that_rested_is_read_again(blog: Blog) -> None:
    write(blog.path, slugs(0, 3))
    text = blog.path.read_bytes()
    answers = [b"HTTP/1.1 503 x\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", OK + b"\r\n" + text]
    with serving(lambda connection, _: connection.sendall(answers.pop(0))) as url:
        blog.ingest(NOW, Feed(url, "fi"))
        assert blog.ingest(NOW + HOUR, Feed(url, "fi"))[0]["entries"] == 3
    state = blog.adapters.feed_states.get(url)
    assert (state.failure, state.rests_until) == (None, None)
