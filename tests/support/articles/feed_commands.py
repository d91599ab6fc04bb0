"""`newsletter feeds` without a stack: feeds in files and on a server of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from tests.support import commands
from tests.support.commands import Captured
from tests.support.stack.loopback import served

ITEMS = """
<item><title>LinkedIn-profiili kuntoon</title><link>https://blog.example/1</link><guid>1</guid>
<pubDate>Mon, 23 Nov 2026 08:00:00 +0200</pubDate>
<description>&lt;p&gt;Näin profiili näkyy.&lt;/p&gt;
&lt;img src="https://blog.example/k.jpg" alt="Kuva" width="800" height="400"&gt;</description></item>
<item><title>Suojattu: Vain jäsenille</title><link>https://blog.example/2</link><guid>2</guid>
<pubDate>Mon, 23 Nov 2026 08:00:00 +0200</pubDate><description>Salaista.</description></item>
<item><title>Huomisen juttu</title><link>https://blog.example/3</link><guid>3</guid>
<pubDate>Mon, 23 Nov 2099 08:00:00 +0200</pubDate><description>Vielä tulossa.</description></item>
<item><title>Päiväämätön</title><link>https://blog.example/4</link><guid>4</guid><description>Joskus.</description></item>
<item><title>Ilman osoitetta</title><description>Ei linkkiä.</description></item>
"""
FEED = f"<rss version='2.0'><channel><title>Blogi</title>{ITEMS}</channel></rss>".encode()
GOOD = f"<rss version='2.0'><channel>{ITEMS[: ITEMS.index('<item><title>Suojattu')]}</channel></rss>".encode()
PAGE = b"<!doctype html><html><head>%s</head><body>Blogi</body></html>"
LINK = b'<link rel="alternate" type="application/rss+xml" title="Blogi" href="/feed">'
COMMENTS = b'<link rel="alternate" type="application/rss+xml" title="Kommentit" href="/comments/feed">'


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A feed in a file, with an entry of every kind."""
    path = tmp_path / "syöte.xml"
    path.write_bytes(FEED)
    return path


Site = Callable[[dict[str, bytes]], str]


@pytest.fixture
def site() -> Iterator[Site]:
    """Serves these bodies by path on this machine; everything else is a page that says 404."""

    def serve(bodies: dict[str, bytes]) -> str:
        def answer(environ: Any, start_response: Any) -> Any:
            body = bodies.get(Request(environ).path)
            if body is not None and body.startswith(b"/"):
                return Response(status=301, headers={"Location": body.decode()})(environ, start_response)
            kind = "text/html" if body is None or body.startswith(b"<!doctype") else "application/xml"
            response = Response(body or b"<!doctype html>404", 404 if body is None else 200, mimetype=kind)
            return response(environ, start_response)

        return servers.enter_context(served(answer))

    with ExitStack() as servers:
        yield serve


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    return commands.run(capsys, "feeds", *arguments)
