"""How far the product's flows walk through its code: files and functions entered, and calls from one room to another.

    .venv/bin/python tests/bench/walks.py

Each flow runs once through the real handlers on the doubles that the tests use; what every part enters is recorded by
the interpreter. A room is a folder of `functions/` or, inside `newsletter`, a folder of that. `edges` are distinct
calls from a function of one room to one of another, `subjects` those that neither leave nor enter `platform`, `changes`
how often a function that is entered for the first time lies in another room than the one before it.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "infra")]

from newsletter.container import app  # noqa: E402
from tests.support.console.console_calls import Program  # noqa: E402
from tests.support.console.issuer import issuing  # noqa: E402
from tests.support.stack.cloud import Cloud, link_to, running  # noqa: E402

FUNCTIONS = str(ROOT / "functions") + "/"
READER = "maija.lukija@example.com"


@dataclass
class Walk:
    """What one part of a flow entered; `edges` are distinct calls between functions of two rooms."""

    files: set[str] = field(default_factory=set)
    functions: set[CodeType] = field(default_factory=set)
    edges: set[tuple[CodeType, CodeType]] = field(default_factory=set)
    rooms: list[str] = field(default_factory=list)

    def enter(self, frame: FrameType, event: str, _: Any) -> None:
        """Record a call of one of our functions (the signature is that of `sys.setprofile`)."""
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(FUNCTIONS):
            return
        room = room_of(code)
        if code not in self.functions and (not self.rooms or self.rooms[-1] != room):
            self.rooms.append(room)
        self.files.add(code.co_filename)
        self.functions.add(code)
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(FUNCTIONS):
            caller = caller.f_back
        if caller is not None and room_of(caller.f_code) != room:
            self.edges.add((caller.f_code, code))


def room_of(code: CodeType) -> str:
    """The subject of a file in `newsletter`, or the door."""
    parts = code.co_filename.removeprefix(FUNCTIONS).split("/")
    return parts[1] if parts[0] == "newsletter" and len(parts) > 2 else parts[0]


@contextmanager
def walk(name: str) -> Iterator[None]:
    """Record what is entered, in this thread and in those that it starts, and print it."""
    way = Walk()
    threading.setprofile(way.enter)
    sys.setprofile(way.enter)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    subjects = sum("platform" not in (room_of(caller), room_of(called)) for caller, called in way.edges)
    counts = f"{len(way.files):5} {len(way.functions):9} {len(way.edges):6} {subjects:8} {len(way.rooms) - 1:8}"
    sys.stdout.write(f"{name:34} {counts}\n")


def feed(now: datetime) -> str:
    """A feed with three entries."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{slug}</guid><title>{slug}</title><link>https://b.example/{slug}</link>"
        f"<category>LinkedIn</category><pubDate>{format_datetime(now - timedelta(days=age))}</pubDate>"
        "<description>Tiivistelmä.</description></item>"
        for slug, age in (("profiili", 1), ("mittarit", 2), ("vanha", 40))
    )
    return f"<rss version='2.0'><channel><title>b</title><link>https://b.example/</link>{items}</channel></rss>"


def work(cloud: Cloud, name: str, function: str) -> None:
    """Let one function work off its queues, recorded, without the others."""
    with walk(name):
        while cloud.work(function):
            pass


def main() -> int:
    """Walk the five flows."""
    sys.stdout.write(f"{'':34} {'files':>5} {'functions':>9} {'edges':>6} {'subjects':>8} {'changes':>8}\n")
    with issuing() as issuer:
        for flow in (feed_to_mail, sign_up, click_to_crm, campaign):
            with running() as cloud, patch.dict(os.environ, {"NEWSLETTER_OIDC_ISSUER": issuer.url}):
                issuer.reset()
                app.reset()
                flow(cloud, Program(cloud, issuer.token(scope="openid campaigns:send")))
    return 0


def sign_up(cloud: Cloud, _: Program) -> None:
    """From the form to a confirmed subscription."""
    form = f"email={READER}&language=fi&consent=yes&topics=linkedin"
    with walk("sign-up: POST /subscribe"):
        cloud.http("POST", "/subscribe", form)
    work(cloud, "sign-up: sender, confirmation", "sender")
    link = link_to("confirm", cloud.mails(READER)[-1])
    with walk("sign-up: GET /confirm"):
        cloud.http("GET", link)
    with walk("sign-up: POST /confirm"):
        cloud.http("POST", link, "confirm=yes")


def feed_to_mail(cloud: Cloud, _: Program) -> None:
    """From the feed to the article, and from the digest to SES and back."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.xml"
        path.write_text(feed(now), encoding="utf-8")
        with patch.dict(os.environ, {"NEWSLETTER_FEED_URL": str(path)}):
            app.reset()
            with walk("feed: feed_ingest"):
                cloud.run("feed_ingest", now)
    app.reset()
    cloud.subscribe(READER, "linkedin")
    cloud.drain()
    with walk("digest: planner, schedule"):
        cloud.run("planner", now + timedelta(days=1))
    work(cloud, "digest: planner, pages", "planner")
    work(cloud, "digest: sender", "sender")
    work(cloud, "digest: feedback", "feedback")


def click_to_crm(cloud: Cloud, program: Program) -> None:
    """From a link in a mail to the CRM."""
    cloud.subscribe(READER, "linkedin")
    start(program)
    cloud.drain()
    text = cloud.mails(READER)[-1].text or ""
    click, offer = (re.findall(rf"http://127.0.0.1:8000(/{page}/[^\s>)]+)", text)[0] for page in ("c", "offer"))
    with walk("lead: GET /c"):
        cloud.http("GET", click)
    with walk("lead: GET and POST /offer"):
        cloud.press(offer)
    work(cloud, "lead: lead_handoff", "lead_handoff")


def start(program: Program) -> None:
    """Start a campaign at the API."""
    text = {"subject": "Kevään kuulumiset", "body": "Hei! [Luento](https://b.example/l)", "language": "fi"}
    answer = program("POST", "/campaigns", {"name": "kevat", **text, "offer": app.publication.offers[0].key})
    assert answer.status in (200, 201, 202), answer.body


def campaign(cloud: Cloud, program: Program) -> None:
    """From the API to SES and back."""
    cloud.subscribe(READER, "linkedin")
    with walk("campaign: POST /api/v1/campaigns"):
        start(program)
    work(cloud, "campaign: planner, pages", "planner")
    work(cloud, "campaign: sender", "sender")
    work(cloud, "campaign: feedback", "feedback")


if __name__ == "__main__":
    sys.exit(main())
