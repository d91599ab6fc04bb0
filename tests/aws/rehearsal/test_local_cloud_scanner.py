"""`POST /_local/mail/{id}/scan`: a mail scanner of the local cloud does what scanners do, and nothing worse."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from newsletter.leads.visits.rules import read_rules
from newsletter.mail.mail_html import read_html
from newsletter.mail.mail_links import CANARY
from newsletter.readers.signup.networks import network_of
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.product_over_http import Product, link_to

READER = "maija@example.com"
FORM = "application/x-www-form-urlencoded"
HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def digest(product: Product) -> tuple[Product, dict[str, Any]]:
    product.subscribe(READER, "linkedin", name="Maija")
    return product, product.digest_for(READER)


def links_of(mail: dict[str, Any]) -> list[str]:
    found = [each.attributes["href"] for each in read_html(mail["html"]).within() if each.attributes.get("href")]
    return list(dict.fromkeys(found))


def test_it_opens_every_link_of_the_html_and_tells_which(digest: tuple[Product, dict[str, Any]]) -> None:
    product, mail = digest
    answer = product.post_json(f"/_local/mail/{mail['id']}/scan", {})
    assert answer.status == 200, answer.text
    scan = answer.json
    got = [asked["url"] for asked in scan["opened"] if asked["method"] == "GET"]
    assert set(got) == {link for link in links_of(mail) if link.startswith(product.cloud.url)}
    assert len(got) == len(set(got))
    assert sum(urlsplit(url).path.endswith(f"/{CANARY}") for url in got) == 1
    heads = [asked["url"] for asked in scan["opened"] if asked["method"] == "HEAD"]
    assert heads
    assert set(heads) < set(got)
    statuses = {asked["status"] for asked in scan["opened"] if not urlsplit(asked["url"]).path.endswith(f"/{CANARY}")}
    assert statuses <= {200, 302}
    assert set(scan["left_out"]) == {link for link in links_of(mail) if not link.startswith(product.cloud.url)}
    assert (scan["mail"], scan["pressed"]) == (mail["id"], [])
    assert read_rules(TEMPLATES).agent_name(scan["agent"]), "the rules know it"
    assert network_of(scan["source"]) == "198.51.100.0/24"


def test_a_sandbox_presses_the_button_of_the_offer_and_nobody_leaves(digest: tuple[Product, dict[str, Any]]) -> None:
    product, mail = digest
    for media_type in ("application/json", FORM):
        answer = product.call("POST", f"/_local/mail/{mail['id']}/scan", '{"press": true}', content_type=media_type)
        assert answer.status == 200, answer.text
        scan = answer.json
        (pressed,) = scan["pressed"]
        assert (pressed["method"], pressed["url"], pressed["status"]) == ("POST", link_to("offer", mail), 200)
    reader = product.newsletter("subscribers", "show", READER, "--json")
    assert json.loads(reader.stdout)["status"] == "active"


def test_the_buttons_work_without_a_script_and_show_what_was_done(digest: tuple[Product, dict[str, Any]]) -> None:
    product, mail = digest
    for page in ("/_local/mail", f"/_local/mail/{mail['id']}"):
        shown = product.get(page).text
        assert f'action="/_local/mail/{mail["id"]}/scan"' in shown
    done = product.call("POST", f"/_local/mail/{mail['id']}/scan", "press=yes", content_type=FORM, **HTML)
    assert done.status == 200
    assert "pressed the button of the offer" in done.text
    assert link_to("offer", mail) in done.text
    plain = product.call("POST", f"/_local/mail/{mail['id']}/scan", "", content_type=FORM, **HTML)
    assert "pressed the button" not in plain.text


def test_a_wrong_request_is_told_what_is_wrong(product: Product) -> None:
    product.sign_up(READER)
    (mail,) = product.mails()
    for body, said in (
        ('{"press": 1}', "press is 1 and must be true or false."),
        ('{"push": true}', "'push' is unknown"),
        ("[true]", "The body must be a JSON object"),
        ("{", "The body is not JSON."),
    ):
        answer = product.call("POST", f"/_local/mail/{mail['id']}/scan", body, content_type="application/json")
        assert (answer.status, said in answer.text) == (400, True), answer.text
    assert product.post_json("/_local/mail/nobodys/scan", {}).status == 404
