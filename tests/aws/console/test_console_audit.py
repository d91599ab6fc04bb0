"""Everything that changes something through console or API is in the audit trail, refusals with their reason."""

from __future__ import annotations

import re

import pytest

from console.handler import PATHS
from newsletter.platform.audit.acts import ACTS, FORMS, LOOKS
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import MARKETING, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

CAMPAIGN = {"name": "kevat", "subject": "Kevään sparraukset", "body": "Varaa aika.", "language": "fi"}


@pytest.fixture
def marketing(cloud: Cloud, issuer: Issuer) -> Browser:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING, email="anna@example.com")
    return browser


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token(scope="campaigns:send"))


def test_acts_are_there_with_who_and_by_which_door(api: Program, marketing: Browser) -> None:
    add_reader("maija@example.com")
    assert api("POST", "/campaigns", CAMPAIGN).status == 201
    token = ("form_token", marketing.form_token())
    assert marketing.post("/console/mailings/campaign-kevat/pause", token).status == 303
    found = api("GET", "/audit").json
    _conforms(found, {"$ref": "#/components/schemas/AuditTrail"}, "AuditTrail")
    paused, sent = found["audit"]
    assert (paused["act"], paused["what"], paused["who"], paused["via"]) == (
        *("mailing paused", "campaign-kevat", "anna@example.com", "console"),
    )
    assert (sent["act"], sent["what"], sent["via"], sent["refused"]) == ("campaign sent", "kevat", "api", "")
    said = marketing.get("/console/audit")
    assert "mailing paused" in said.text
    assert "anna@example.com" in said.text
    assert '<a href="/console/mailings/campaign-kevat">campaign-kevat</a>' in said.body


def test_what_was_refused_says_why(api: Program) -> None:
    assert api("POST", "/mailings/nothing/pause").status == 404
    assert api("POST", "/campaigns", {"name": "x"}).status == 422
    wrong, unknown = api("GET", "/audit").json["audit"]
    assert unknown["refused"] == "mailing nothing"
    assert (wrong["act"], bool(wrong["refused"])) == ("campaign sent", True)


def test_what_a_page_refused_says_which_field_and_no_address(api: Program, marketing: Browser) -> None:
    token = ("form_token", marketing.form_token())
    typed = (("addresses", "maija@example.com"), ("clicked_in_days", "soon"))
    assert marketing.post("/console/audiences", token, *typed, ("name", "Kevät"), ("step", "save")).status == 422
    (line,) = api("GET", "/audit").json["audit"]
    assert (line["act"], line["what"]) == ("audience saved", "Kevät")
    assert line["refused"] == "clicked_in_days: a whole number from 1 to 365; 0 or none: any"


def test_an_audience_that_is_counted_saved_replaced_and_forgotten_has_a_line_for_what_changed(
    api: Program, marketing: Browser
) -> None:
    token = ("form_token", marketing.form_token())
    for step in ("count", "why", "save", "replace", "forget"):
        asked = (("name", "Kevät"), ("topics", "linkedin"), ("address", "maija@example.com"))
        assert marketing.post("/console/audiences", token, *asked, ("step", step)).status in (200, 303)
    acts = [line["act"] for line in api("GET", "/audit").json["audit"]]
    assert acts == ["audience forgotten", "audience changed", "audience saved"]


def test_looking_leaves_no_line(api: Program, marketing: Browser) -> None:
    token = ("form_token", marketing.form_token())
    marketing.post("/console/campaigns/new", token, ("step", "check"))
    marketing.post("/console/feeds", token, ("url", "x"))
    marketing.post("/console/readers", token, ("address", "maija@example.com"))
    api("POST", "/feeds/check", {"url": "x"})
    api("POST", "/subscribers/find", {"address": "x"})
    assert api("GET", "/audit").json["audit"] == []
    assert "Nobody did anything in" in marketing.get("/console/audit").text


def test_every_act_has_words_and_every_word_a_path() -> None:
    changing = {
        f"{method} {re.sub('^/(console|api/v1)', '', path)}"
        for path, methods in PATHS
        for method in methods
        if method != "GET"
    }
    unnamed = changing - ACTS.keys() - LOOKS - FORMS
    assert unnamed == set(), "write its words into platform/audit/acts.py"


@pytest.mark.parametrize("query", ["month=x", "month=2026-13", "cursor=x", "limit=0"])
def test_a_wrong_parameter_is_named(api: Program, query: str) -> None:
    answer = api("GET", f"/audit?{query}")
    assert (answer.status, list(answer.json["errors"])) == (422, [query.partition("=")[0]])
