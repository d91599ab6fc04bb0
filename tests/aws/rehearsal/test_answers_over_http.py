"""The whole way of an answer, over HTTP alone: people have it, the CRM has the lead, and the series has stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.mailings.templates import templates_with_replies
from tests.support.stack.product_over_http import CAMPAIGN, Product, header, rss, started

MAIJA, PEKKA, AINO = (f"{name}@yritys.example" for name in ("maija", "pekka", "aino"))
MAILBOX = "myynti@sanaharju.example"
WORDS = "Kiitos! Voisimmeko sparrata tästä? 🙂"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Three readers who got a campaign; one of them is in a series."""
    folder = tmp_path_factory.mktemp("answers")
    templates: Path = templates_with_replies(folder, forward_to=MAILBOX, keep_words=True)
    with started(feed_of(folder / "feed.xml"), templates) as here:
        for email in (MAIJA, PEKKA, AINO):
            here.subscribe(email, "linkedin")
        assert here.newsletter("sequences", "join", "sparraus", MAIJA).returncode == 0
        assert here.api("POST", "/campaigns", CAMPAIGN).status == 201
        yield here


def feed_of(path: Path) -> Path:
    path.write_text(rss(""))
    return path


def mail_of(product: Product, email: str) -> dict[str, object]:
    return product.mails(email, "campaign-")[-1]


def inbound(product: Product, to: str, raw: str) -> None:
    answer = product.call("POST", f"/_local/inbound?to={quote(to)}", raw.encode())
    assert answer.status == 202, answer.text
    assert product.cloud.drain()


def report(product: Product) -> dict[str, object]:
    found: dict[str, object] = product.api("GET", "/mailings/campaign-kevat").json
    return found


def test_an_answer_reaches_people_the_crm_and_the_series(product: Product) -> None:
    answered = mail_of(product, MAIJA)
    answer = product.post(f"/_local/mail/{answered['id']}/reply", text=WORDS)
    assert answer.status == 202
    (arrived,) = product.mails(MAILBOX)
    assert WORDS in arrived["text"]
    assert MAIJA in header(arrived, "Reply-To")
    (told,) = [json.loads(each["body"]) for each in product.webhooks()]
    assert (told["type"], told["data"]["verdict"]["kind"]) == ("lead.created", "person")
    assert "Vastasi viestiin itse." in told["data"]["verdict"]["reasons"]
    assert told["data"]["answers"] == {"reply": WORDS}
    funnel = product.api("GET", "/sequences/sparraus").json
    assert (funnel["active"], funnel["exits"]) == (0, {"answered": 1})
    assert report(product)["replies"] == 1
    listed = product.newsletter("replies", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert MAIJA not in listed.stdout


def test_an_absence_changes_nothing(product: Product) -> None:
    before = (len(product.mails(MAILBOX)), len(product.webhooks()), report(product)["replies"])
    to = header(mail_of(product, PEKKA), "Reply-To")
    inbound(
        product,
        to,
        f"From: {PEKKA}\r\nTo: {to}\r\nSubject: Poissa: Kevät\r\nAuto-Submitted: auto-replied\r\n\r\nOlen lomalla.\r\n",
    )
    assert (len(product.mails(MAILBOX)), len(product.webhooks()), report(product)["replies"]) == before


def test_a_mail_as_apple_sends_it_ends_the_subscription(product: Product) -> None:
    found = re.search(r"<mailto:([^>]+)>", header(mail_of(product, AINO), "List-Unsubscribe"))
    assert found
    inbound(product, found[1], f"From: {AINO}\r\nSubject: Unsubscribe\r\n\r\nApple Mail sent this email to …\r\n")
    (reader,) = product.api("GET", "/subscribers?status=unsubscribed").json["subscribers"]
    assert reader["address"] == AINO
