"""`newsletter doctor` in this process, against the emptied stack with a site, an issuer and a feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from cli.doctor import examine
from cli.main import main
from newsletter.articles.feeds.feed_state import FeedState
from newsletter.container import app
from tests.support.console.issuer import Issuer, issuing
from tests.support.stack.cloud import Cloud
from tests.support.stack.loopback import served
from tests.support.stack.product_over_http import rss

Captured = pytest.CaptureFixture[str]
Lines = dict[str, dict[str, str]]


class Doctor:
    """The command in this process, against the emptied stack with an issuer and a feed."""

    def __init__(self, cloud: Cloud, issuer: Issuer, feed: Path, capsys: Captured) -> None:
        self.cloud, self.issuer, self.feed, self._capsys = cloud, issuer, feed, capsys
        self.write_feed(datetime.now(UTC) - timedelta(days=2))

    def write_feed(self, newest: datetime) -> None:
        """The blog's feed, with an article of that moment."""
        item = (
            "<item><title>Otsikko</title><link>https://www.sanaharju.example/a</link><guid>a</guid>"
            f"<pubDate>{format_datetime(newest)}</pubDate></item>"
        )
        self.feed.write_text(rss(item))

    def run(self, *arguments: str) -> tuple[int, Lines]:
        """The exit code, and the lines by key."""
        self._capsys.readouterr()
        code = main(["doctor", *arguments, "--json"])
        said = json.loads(self._capsys.readouterr().out)
        return code, {line["key"]: line for line in said["checks"]}

    def line(self, key: str, *arguments: str) -> tuple[str, str, str]:
        """State, message and mend of one."""
        line = self.run("--only", key, *arguments)[1][key]
        return line["state"], line["message"], line["mend"]

    def is_fine(self, key: str) -> bool:
        return self.line(key)[0] == "fine"


@contextmanager
def site_of(cloud: Cloud) -> Iterator[str]:
    """The address of a server that answers /health as the readers' site does."""

    def answer(environ: Any, start_response: Any) -> Any:
        said = cloud.http("GET", environ["PATH_INFO"])
        return Response(said["body"], said["statusCode"])(environ, start_response)

    with served(answer) as url:
        yield url


@contextmanager
def doctor_of(cloud: Cloud, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Iterator[Doctor]:
    """Everything works."""
    feed = folder / "feed.xml"
    with issuing() as issuer, site_of(cloud) as site:
        monkeypatch.setenv("NEWSLETTER_OIDC_ISSUER", issuer.url)
        monkeypatch.setenv("NEWSLETTER_PUBLIC_URL", site)
        monkeypatch.setenv("NEWSLETTER_FEED_URL", feed.as_uri())
        monkeypatch.setattr(examine, "_client", cloud.client)
        app.reset()
        made = Doctor(cloud, issuer, feed, capsys)
        read = FeedState(first_fetched_at=app.now(), read_at=app.now(), entries=("a",))
        assert app.feed_states.put(feed.as_uri(), read)
        yield made
