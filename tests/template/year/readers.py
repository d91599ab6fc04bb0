"""Readers sign up, are invited, move, change their choices, read the archive and leave."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from itertools import count
from unittest.mock import Mock
from urllib.parse import urlencode

import pytest

from newsletter.container import app
from newsletter.platform.aws.queues_client import NotQueued, Queues
from newsletter.readers.imports.import_subscribers import Imported, ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from tests.support.stack.cloud import PUBLIC_URL, Cloud, link_to
from tests.template.year.people import DAY, INVITED, MAIJA, MOVED, NEVER, NOW, PEKKA


def fill_in(cloud: Cloud, email: str, **more: str) -> int:
    """Send the form that was opened a minute ago; the status of the answer."""
    opened = app.forms.token("subscribe", datetime.now(UTC) - timedelta(minutes=1))
    form = {"email": email, "language": "fi", "consent": "yes", "form": opened, **more}
    status: int = cloud.http("POST", "/subscribe", urlencode(form), headers={"origin": PUBLIC_URL})["statusCode"]
    return status


def subscribe(cloud: Cloud, email: str, **more: str) -> None:
    assert fill_in(cloud, email, **more) == 200
    cloud.drain()
    confirm = link_to("confirm", cloud.mails(email)[-1])
    assert [cloud.http(method, confirm)["statusCode"] for method in ("GET", "POST")] == [200, 200]
    cloud.drain()


def list_bombing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    with monkeypatch.context() as broken:
        broken.setattr(Queues, "send", Mock(side_effect=NotQueued))
        assert fill_in(cloud, NEVER) == 500
    app.sign_up_limits.start_attack_mode(now + DAY, now)
    assert fill_in(cloud, NEVER) == 428
    challenge = app.challenges.challenge(now)
    solved = (n for n in count() if sha256(f"{challenge['salt']}{n}".encode()).hexdigest() == challenge["challenge"])
    answer = base64.b64encode(json.dumps({**challenge, "number": next(solved)}).encode()).decode()
    assert fill_in(cloud, NEVER, altcha=answer) == 200


def reader_changes_and_leaves(cloud: Cloud) -> None:
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    preferences, leave = link_to("preferences", digest), link_to("unsubscribe", digest)
    page = cloud.http("GET", preferences)["body"]
    (mine,) = {unescape(link) for link in re.findall(r'href="[^"]*(/my-data/[^"?]+)', page)}
    for method, path, body in (
        ("POST", preferences, "topics=linkedin&language=sv&name=Maija&frequency=monthly"),
        ("GET", link_to("letter", digest), ""),
        ("GET", f"{preferences}/less", ""),
        ("GET", mine, ""),
        ("GET", leave, ""),
        ("POST", leave, "List-Unsubscribe=One-Click"),
        ("POST", mine, "erase=yes"),
    ):
        assert cloud.http(method, path, body)["statusCode"] in (200, 303)
    cloud.drain()


def readers_are_invited_and_move(cloud: Cloud) -> None:
    subscribe(cloud, PEKKA)
    preferences = link_to("preferences", cloud.mails(PEKKA)[-1])
    assert fill_in(cloud, PEKKA) == 200
    cloud.drain()
    assert cloud.mails(PEKKA)[-1].tags["mailing"] == "already"
    assert cloud.http("POST", preferences, urlencode({"new_email": MOVED}))["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(MOVED)[-1]))["statusCode"] == 200
    assert import_rows([Row(INVITED)], ImportList("messut", Mode.PENDING), NOW, app) == [Imported.ASKED]
    cloud.drain()
    assert [mail.tags["mailing"] for mail in cloud.mails(INVITED)] == ["invitation"]


def passer_by(cloud: Cloud) -> None:
    for path in ("/archive", "/archive/campaign-kevat", "/archive/campaign-kevat/share", "/archive/feed.xml"):
        assert cloud.http("GET", path)["statusCode"] == 200
