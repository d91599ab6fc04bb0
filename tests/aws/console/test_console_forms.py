"""A form for one's own website: made in the console, and known by its name when somebody joins by it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from newsletter.container import app
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.stack.cloud import PUBLIC_URL, Cloud, link_to


def test_the_page_shows_the_html_and_a_frame_that_cannot_be_sent(looker: Browser) -> None:
    page = looker.get("/console/forms?language=sv&topics=linkedin&name=footer&asks_name=yes")
    assert page.status == 200
    code = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page.body, re.DOTALL)[1])  # type: ignore[index]
    assert f'<form method="post" action="{PUBLIC_URL}/subscribe"' in code
    frame = unescape(re.search(r'<iframe src="([^"]+)"', page.body)[1])  # type: ignore[index]
    shown = looker.get(frame)
    assert code in shown.body
    assert "sandbox; default-src 'none'" in shown.headers["Content-Security-Policy"]
    wrong = looker.get("/console/forms?name=%22%3E")
    assert wrong.status == 422
    assert "small letters, digits and hyphens" in wrong.text


def test_who_joins_by_a_named_form_is_counted_under_its_name(
    cloud: Cloud, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    website = "https://www.example.fi"
    monkeypatch.setitem(vars(app.templates.publication), "origins", (website,))
    api = Program(cloud, issuer.token())
    answer = api("GET", "/forms/html?language=fi&name=footer")
    _conforms(answer.json, {"$ref": "#/components/schemas/FormHtml"}, "FormHtml")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.json["html"]))
    sent = {**fields, "email": "maija@example.com", "consent": "yes"}
    headers = {"origin": website, "referer": f"{website}/blogi?utm=1"}
    assert cloud.http("POST", "/subscribe", urlencode(sent), headers=headers)["statusCode"] == 200
    cloud.drain()
    assert (
        cloud.http("POST", link_to("confirm", cloud.mails("maija@example.com")[-1]), "confirm=yes")["statusCode"] == 200
    )
    week = api("GET", "/overview").json
    assert f"{website}/blogi#footer" in str(week)
