"""A server of feeds on this machine, whose answers a test sets, and what the client of feeds makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from newsletter.articles.feeds import feed_client as feeds
from newsletter.articles.feeds.feed_client import Feeds
from newsletter.platform.errors import FeedUnreadable
from tests.support.stack.loopback import served

FEED = (
    '<rss version="2.0"><channel><title>b</title>'
    "<item><title>Hyvää päivää</title><link>/1</link></item></channel></rss>"
).encode()


class Server:
    """A loopback server whose answer each test sets; it remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Response] = lambda _: Response(FEED, mimetype="application/rss+xml")
        self.requests: list[Request] = []
        self.url = ""

    def app(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.requests.append(request)
        return self.answer(request)(environ, start_response)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server, whose feeds may be small and slow."""
    monkeypatch.setattr(feeds, "SECONDS", 60)
    monkeypatch.setattr(feeds, "MAX_BYTES", 10_000)
    server = Server()
    with served(server.app) as url:
        server.url = f"{url}/feed.xml"
        yield server


def fetch(server: Server, etag: str = "", modified: str = "") -> feeds.Fetched:
    """What the client makes of the server's answer."""
    return Feeds(allow_local=True).fetch(server.url, etag, modified)


def refusal(url: str, *, allow_local: bool = True) -> str:
    """What a person is told of an address that cannot be read."""
    with pytest.raises(FeedUnreadable) as refused:
        Feeds(allow_local=allow_local).fetch(url)
    return str(refused.value)
