"""What readers, mail programs, a CRM and marketing can reach of the local cloud: HTTP, and nothing behind it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest
import urllib3

from newsletter.mailings.digests.digest import digest_id, week_of
from rehearsal.cloud import LocalCloud
from tests.support.console.issuer import signing_as_before
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.cloud import BROWSER, DWELL
from tests.support.stack.log_lines import told_of_readers
from tests.support.stack.patience import patient

ROOT = Path(__file__).parents[3]
HANGS = 300
"""Seconds after which nothing will come any more, however busy the machine is."""
CAMPAIGN = {"name": "kevat", "subject": "Kevään kurssit", "body": "Tervetuloa **kurssille**.", "language": "fi"}


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Product:
    """Everything a reader, a mail program, a CRM or a colleague in marketing can reach; `feed` is the blog's feed."""

    cloud: LocalCloud
    feed: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When all this began. On a busy machine that may be an hour after the tests were collected."""

    @property
    def digest(self) -> str:
        """The mailing of this week's digest."""
        return get_digest(self.now)

    def call(self, method: str, path: str, body: str | bytes = "", **headers: str) -> Answer:
        """One request, redirects not followed; `path` may be a whole address."""
        answer = urllib3.request(
            method,
            path if path.startswith("http") else f"{self.cloud.url}{path}",
            body=body or None,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            redirect=False,
            timeout=HANGS,
            retries=False,
        )
        found = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, found, answer.data.decode())

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, /, **fields: str | list[str]) -> Answer:
        """A form, and everything it sets off."""
        return self._send(path, fields, {})

    def _send(self, path: str, fields: Mapping[str, str | list[str]], headers: Mapping[str, str]) -> Answer:
        body = urlencode(fields, doseq=True)
        answer = self.call("POST", path, body, content_type="application/x-www-form-urlencoded", **headers)
        assert self.cloud.drain()
        return answer

    def press(self, offer: str) -> Answer:
        """Open the page of an offer, read it as people do, and press its button, with everything it sets off."""
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.get(offer, **BROWSER).text)
        self.wait(seconds=DWELL)
        return self._send(offer, dict(fields), BROWSER)

    def wait(self, **by: float) -> None:
        """Let time pass, as in `wait(hours=1)`, with everything that is scheduled for it."""
        later = datetime.fromisoformat(self.get("/_local/clock").json["now"]) + timedelta(**by)
        assert self.post_json("/_local/clock", {"now": later.isoformat()}).status == 200

    def post_json(self, path: str, data: object, **headers: str) -> Answer:
        answer = self.call("POST", path, json.dumps(data), content_type="application/json", **headers)
        assert self.cloud.drain()
        return answer

    def run(self, function: str, now: datetime) -> Any:
        """Run a scheduled function as if it were that moment; what it returned."""
        answer = self.post_json(f"/_local/run/{function}", {"now": now.isoformat()})
        assert answer.status == 200, answer.text
        assert answer.json["drained"] is True
        return answer.json["result"]

    def mails(self, to: str = "", mailing: str = "") -> list[dict[str, Any]]:
        """Mails in the mailbox, oldest first; of one address, and of mailings that begin so."""
        found = reversed(self.get("/_local/mail.json").json)
        return [
            mail for mail in found if to in ("", mail["to"]) and mail["tags"].get("mailing", "").startswith(mailing)
        ]

    def webhooks(self) -> list[dict[str, Any]]:
        """What the CRM received, oldest first."""
        received: list[dict[str, Any]] = self.get("/_local/crm.json").json
        return received[::-1]

    # --- the blog ----------------------------------------------------------------------------------------------------

    def publish(self, title: str, at: datetime | None = None, category: str = "") -> None:
        """A new article on the blog, read by feed_ingest at that moment, or an hour before all this began."""
        at = at or self.now - timedelta(hours=1)
        items = item(title, at, category)
        feed = self.feed.read_text()
        self.feed.write_text(feed.replace("<item>", f"{items}<item>", 1))
        self.run("feed_ingest", at)

    # --- a reader ----------------------------------------------------------------------------------------------------

    def sign_up(self, email: str, *topics: str, name: str = "") -> str:
        """Fill in the form; the address behind the button of the mail that comes."""
        answer = self.post("/subscribe", email=email, topics=list(topics), language="fi", consent="yes", name=name)
        assert answer.status == 200, answer.text
        return link_to("confirm", self.mails(email, "confirmation")[-1])

    def subscribe(self, email: str, *topics: str, name: str = "") -> None:
        """Sign up and confirm."""
        answer = self.post(self.sign_up(email, *topics, name=name))
        assert answer.status == 200, answer.text

    def digest_for(self, email: str) -> dict[str, Any]:
        """This week's digest, and the copy of it that this reader got."""
        self.run("planner", self.now)
        return self.mails(email, self.digest)[-1]

    # --- marketing ---------------------------------------------------------------------------------------------------

    def api(self, method: str, path: str, data: object = None) -> Answer:
        """A call of the console's API with a token of its issuer."""
        token = self.post_json("/_local/token", {}).json["token"]
        body = json.dumps(data) if data is not None else ""
        answer = self.call(
            method, f"/api/v1{path}", body, authorization=f"Bearer {token}", content_type="application/json"
        )
        assert self.cloud.drain()
        return answer

    def newsletter(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The operator's command, in a process of its own that knows nothing but the address of the local cloud."""
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments, "--local", self.cloud.url],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([f"{ROOT}/functions", f"{ROOT}/infra"])},
            cwd=self.feed.parent,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=HANGS,
            check=False,
        )

    def standings(self, mailing: str) -> dict[str, str]:
        """The report of a mailing: address to standing, of every recipient."""
        found: dict[str, str] = {}
        after = ""
        while True:
            page = self.api("GET", f"/mailings/{mailing}/recipients?limit=2{after}").json
            found |= {line["address"]: line["standing"] for line in page["recipients"]}
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def certificate(self, mailing: str) -> dict[str, Any]:
        """The certificate of a mailing."""
        report = self.api("GET", f"/mailings/{mailing}").json
        assert report["planned_to_the_end"] is True
        certificate: dict[str, Any] = report["certificate"]
        return certificate


def item(title: str, at: datetime, category: str) -> str:
    link = f"https://www.sanaharju.example/{re.sub(r'[^a-z0-9]+', '-', title.lower())}"
    return (
        f"<item><title>{escape(title)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{format_datetime(at - timedelta(hours=1))}</pubDate>"
        + (f"<category>{escape(category)}</category>" if category else "")
        + "<description>Lyhyesti.</description></item>"
    )


def rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>Blogi</title>{items}</channel></rss>'


def link_to(page: str, mail: dict[str, Any]) -> str:
    """The first address of one of our own pages in a mail's text part, e.g. `confirm`."""
    found = re.search(rf"https?://\S+/{page}/[^\s>)]+", mail["text"])
    assert found, f"no link to /{page} in:\n{mail['text']}"
    return found[0]


def header(mail: dict[str, Any], name: str) -> str:
    """A header of a mail, whatever its capitals."""
    headers: dict[str, str] = mail["headers"]
    return next(value for known, value in headers.items() if known.lower() == name.lower())


@contextmanager
def started(feed: Path, templates: Path = TEMPLATES) -> Iterator[Product]:
    """A local cloud of its own with this feed."""
    with signing_as_before(), LocalCloud(feed_url=str(feed), templates=templates) as cloud, patient():
        for thread in threading.enumerate():
            if thread.name == "preload":
                thread.join()
        assert cloud.drain(), "the feed is read at the start, and may take longer than that"
        product = Product(cloud, feed)
        yield product
        # The logs of the whole run, whatever it was about.
        assert cloud.drain()
        assert told_of_readers(cloud.log_groups.lines(), product.mails()) == []


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A blog with one article of today."""
    feed = tmp_path / "feed.xml"
    feed.write_text(rss(item("Puoli tuntia viikossa", datetime.now(UTC), "LinkedIn")))
    with started(feed) as here:
        yield here


def get_digest(moment: datetime) -> str:
    """The mailing of that week's digest."""
    return digest_id(week_of(moment, ZoneInfo("Europe/Helsinki")))
