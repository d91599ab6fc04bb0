"""What a reader's browser does with our pages, and what a test wants to know of a reader afterwards."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.signup.subscribe import SignUpForm, checked, subscribe
from newsletter.readers.subscriber import Subscriber, subscriber_id
from rehearsal import events
from tests.support.stack.cloud import PEPPER, PUBLIC_URL, Cloud

READER = "maija.lukija@example.com"
ID = subscriber_id(PEPPER.encode(), READER)
FORM = {"email": READER, "language": "fi", "consent": "yes"}
GOOD = {"email": READER, "topics": ["linkedin"], "language": "fi", "consent": True}
JSON = {"content-type": "application/json"}
WEBSITE = "https://www.sanaharju.example"
STRANGER = "https://www.jokumuu.example"
TABLES = ("Subscribers", "Content", "Deliveries", "Leads", "Guards")
NETWORK = "192.0.2.9"

Answer = dict[str, Any]
STRANGERS_NAME = "Voita iPhone"
STRANGERS_FORM: dict[str, Any] = {
    "email": READER,
    "topics": ["kriisit"],
    "language": "en",
    "frequency": "monthly",
    "name": STRANGERS_NAME,
    "consent": "yes",
}
"""What somebody else fills in for the reader's address."""


def post(cloud: Cloud, path: str, form: Any, *, source: str = NETWORK, **headers: str) -> Answer:
    """Send a form, in Base64 as API Gateway hands it over."""
    body = urlencode(form, doseq=True).encode()
    return send(cloud, path, body, "application/x-www-form-urlencoded", source=source, **headers)


def post_json(cloud: Cloud, data: Any, *, source: str = NETWORK, **headers: str) -> Answer:
    """Send JSON to the form's address."""
    return send(cloud, "/subscribe", json.dumps(data).encode(), "application/json", source=source, **headers)


def send(
    cloud: Cloud,
    path: str,
    body: bytes,
    content_type: str,
    *,
    source: str = NETWORK,
    method: str = "POST",
    **headers: str,
) -> Answer:
    """One request with a body."""
    bare, _, query = path.removeprefix(PUBLIC_URL).partition("?")
    sent = (("content-type", content_type), *((name.replace("_", "-"), value) for name, value in headers.items()))
    request = events.Request(method, bare, query, sent, body, source)
    answer: Answer = cloud.invoke("public_site", events.http(request))
    return answer


def hidden(page: str, form: int = -1) -> dict[str, str]:
    """The hidden fields of one of the page's forms."""
    block = re.findall(r"<form.*?</form>", page, re.DOTALL)[form]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', block)
    return {name: html.unescape(value) for name, value in fields}


def heading(answer: Answer) -> str:
    """The page's heading."""
    return str(re.findall(r"<h1>(.*?)</h1>", answer["body"])[0])


def text(key: str, **values: Any) -> str:
    """A Finnish text of the pages."""
    return app.templates.text(f"pages.{key}", "fi", **values)


def shows(answer: Answer, key: str, **values: Any) -> bool:
    """Whether the page says that text, with links in it or without."""
    return html.escape(text(key, **values), quote=False) in re.sub(r"</?a\b[^>]*>", "", answer["body"])


class Clock:
    """The time as the product sees it. It stands still, but for a sender that waits for its slot."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, start: datetime) -> None:
        self.now = start
        monkeypatch.setattr(app, "now", lambda: self.now)
        monkeypatch.setattr(app, "sleep", lambda seconds: self.forward(seconds=seconds))

    def forward(self, **by: float) -> None:
        """Let time pass, as in `forward(days=8)`."""
        self.now += timedelta(**by)


def token(purpose: LinkPurpose, **of: Any) -> str:
    """A token of the reader's own."""
    return app.links.token(purpose, LinkClaims(ID, **of))


def link(purpose: LinkPurpose, **of: Any) -> str:
    """The address of one of the reader's own pages."""
    return f"/{purpose}/{token(purpose, **of)}"


def reader(subscriber: str = ID) -> Subscriber:
    """The reader's profile."""
    found = app.subscribers.get(subscriber)
    assert found is not None
    return found


def acts(subscriber: str = ID) -> list[tuple[str, str]]:
    """The reader's consent records, whose chain is whole."""
    assert app.consents.faults(subscriber) == []
    return [(record.consent.act, record.consent.how) for record in app.consents.chain(subscriber)]


def fill_in(email: str, network: str = "", **of: Any) -> None:
    """A form that was filled in and sent, without the page around it."""
    now = app.now()
    subscribe(
        checked(SignUpForm(email, {"topics": (), "language": "fi"}, consent=True, network=network, **of), now, app),
        now,
        app,
    )


def stored(cloud: Cloud) -> dict[str, Any]:
    """Everything in every table, to see what changed."""
    return {table: sorted(cloud.items(table), key=repr) for table in TABLES}


def asked(cloud: Cloud) -> list[str]:
    """The ids whose confirmation mails wait in the queue."""
    return [json.loads(body)["subscriber"] for body in cloud.messages("TransactionalQueue")]
