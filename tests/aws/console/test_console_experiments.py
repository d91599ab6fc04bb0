"""A/B tests and sending again, as a person in a browser and a program with a token meet them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.drafts.edit_drafts import list_drafts
from newsletter.mailings.experiments.experiment import Experiment
from tests.support.console.console_calls import MARKETING, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.mailings.sent_campaign import FIRST, campaign_that_went_out, mailed
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

AB: dict[str, Any] = {"subjects": ["Yksi", "Kaksi"], "share": 0.4, "hours": 2, "preheaders": ["Eka", "Toka"]}
TEXT: dict[str, Any] = {"name": "koe", "subject": "Yksi", "body": "Moi.", "language": "fi", "ab": AB}


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """A program that may do everything."""
    return Program(cloud, issuer.token(scope="openid campaigns:send"))


@pytest.fixture
def browser(marketing: Browser) -> Browser:
    """Somebody who may send."""
    return marketing


def test_a_program_starts_a_test_and_its_report_has_it(cloud: Cloud, api: Program) -> None:
    for number in range(8):
        add_reader(f"lukija{number}@example.com")
    started = api("POST", "/campaigns", TEXT)
    assert (started.status, started.json["mailing"]["subject"]) == (201, "Yksi")
    assert api("POST", "/campaigns", TEXT).status == 200
    assert api("POST", "/campaigns", {**TEXT, "ab": {**AB, "share": 0.5}}).status == 409
    assert cloud.drain() == []
    told = api("GET", "/mailings/campaign-koe").json["ab"]
    assert {name: told[name] for name in AB} == AB
    assert (told["state"], told["winner"], [arm["arm"] for arm in told["arms"]]) == (
        "sending",
        None,
        ["1", "2", "rest"],
    )
    assert sum(arm["planned"] for arm in told["arms"]) == 8
    assert sum(arm["accepted"] for arm in told["arms"][:2]) == len(cloud.mails())
    lines = api("GET", "/mailings/campaign-koe/recipients").json["recipients"]
    held = [line for line in lines if line["arm"] == "rest"]
    assert (len(held), {line["standing"] for line in held}) == (told["held_out"], {"waiting"} if held else set())


def test_the_first_subject_of_the_test_is_the_subject_where_none_is_given(api: Program) -> None:
    draft = api("POST", "/campaigns", {"draft": True, "body": "Moi.", "language": "fi", "ab": AB}).json["campaign"]
    assert (draft["subject"], draft["problems"]) == ("Yksi", {})
    kept = api("PUT", f"/campaigns/{draft['id']}", {**draft, "ab": {**AB, "subjects": ["Yksi"]}}).json["campaign"]
    assert list(kept["problems"]) == ["ab.subjects", "ab.preheaders"]
    assert api("POST", f"/campaigns/{draft['id']}/send").json["errors"].keys() == {"ab.subjects", "ab.preheaders"}
    gone = api("PUT", f"/campaigns/{draft['id']}", {**kept, "ab": None}).json["campaign"]
    assert (gone["ab"], gone["problems"]) == (None, {})


@pytest.mark.parametrize(
    ("ab", "field"),
    [
        ("Yksi", "ab"),
        ({}, "ab.subjects"),
        ({"subjects": ["Yksi"]}, "ab.subjects"),
        ({**AB, "share": 1.5}, "ab.share"),
        ({**AB, "hours": 0}, "ab.hours"),
        ({**AB, "preheaders": ["Eka"]}, "ab.preheaders"),
        ({**AB, "winner": 2}, "ab.winner"),
    ],
)
def test_a_wrong_test_is_refused_with_its_field(api: Program, ab: object, field: str) -> None:
    answer = api("POST", "/campaigns", {**TEXT, "ab": ab})
    assert (answer.status, list(answer.json["errors"])) == (422, [field])
    assert app.mailings.newest(1) == []


def test_a_test_mail_goes_out_with_each_subject(cloud: Cloud, api: Program) -> None:
    draft = api("POST", "/campaigns", {**TEXT, "draft": True}).json["campaign"]
    sent = api("POST", f"/campaigns/{draft['id']}/test", {"to": ["me@example.com", "you@example.com"]})
    assert (sent.status, sent.json["subjects"]) == (202, ["[Test] Yksi", "[Test] Kaksi"])
    assert cloud.drain() == []
    for address in ("me@example.com", "you@example.com"):
        assert sorted(mail.subject or "" for mail in cloud.mails(address)) == ["[Test] Kaksi", "[Test] Yksi"]


def test_a_person_tries_several_subjects_without_javascript(cloud: Cloud, browser: Browser) -> None:
    add_reader("maija@example.com")
    token = browser.form_token()
    form = {"form_token": token, "subject": "Yksi", "preheader": "Eka", "body": "Moi.", "language": "fi"}
    form |= {"subject_2": "Kaksi", "subject_3": "Kolme", "ab_share": "12,5", "ab_hours": "4"}
    preview = browser.post("/console/campaigns/new", *form.items(), ("step", "check"))
    ((draft,), _) = list_drafts(app, cursor="", limit=5)
    assert draft.campaign.ab == Experiment(("Yksi", "Kaksi", "Kolme"), 0.125, 4)
    for word in ("Yksi", "Kaksi", "Kolme", "12.5% of these readers", "4 h after the last of those mails"):
        assert word in preview.text
    mails = [
        browser.get(link.replace("&amp;", "&")).body for link in re.findall(r'"(/\S+/mail\S+subject=\d)"', preview.body)
    ]
    assert ["Eka" in mail for mail in mails] == [True] * 3
    page = browser.get(f"/console/campaigns/{draft.id}").body
    assert [value in page for value in ('value="Kaksi"', 'value="Kolme"', 'value="12.5"')] == [True] * 3
    wrong = browser.post(
        f"/console/campaigns/{draft.id}", *{**form, "ab_share": "paljon", "ab_hours": "0"}.items(), ("step", "check")
    )
    assert wrong.status == 422
    assert wrong.text.count("give a number from 1 to 99, e.g. 20") == 2
    assert 'id="ab_hours-error"' in wrong.body
    less = {**form, "subject_2": "", "subject_3": "", "ab_share": ""}
    browser.post(f"/console/campaigns/{draft.id}", *less.items(), ("step", "save"))
    assert list_drafts(app, cursor="", limit=5)[0][0].campaign.ab is None
    assert cloud.mails() == []


def test_the_page_of_the_report_has_each_subject(cloud: Cloud, api: Program, browser: Browser) -> None:
    for number in range(6):
        add_reader(f"lukija{number}@example.com")
    api("POST", "/campaigns", TEXT)
    assert cloud.drain() == []
    page = browser.get("/console/mailings/campaign-koe").text
    for words in ("A/B test of the subject", "1. Yksi", "2. Kaksi", "The rest , who wait for the best one"):
        assert words in page


def test_a_program_sends_again_once(cloud: Cloud, issuer: Issuer) -> None:
    campaign_that_went_out(cloud)
    api, path = Program(cloud, issuer.token(scope="openid campaigns:send")), f"/mailings/{FIRST}/send-again"
    reading = Program(cloud, issuer.token(scope="openid"))
    assert reading("POST", path, {"subject": "Vielä"}).status == 403
    for wrong, field in (
        ({}, "subject"),
        ({"subject": 3}, "subject"),
        ({"subject": "Kevät"}, "subject"),
        ({"subject": "x", "body": "y"}, "body"),
        ({"subject": "x", "send_at": "2020-01-01T00:00:00Z"}, "send_at"),
    ):
        answer = api("POST", path, wrong)
        assert (answer.status, list(answer.json["errors"])) == (422, [field])
    assert api("POST", "/mailings/campaign-muu/send-again", {"subject": "x"}).status == 404
    kept = api("POST", path, {"subject": "Vielä", "draft": True})
    assert (kept.status, kept.json["campaign"]["again_of"]) == (201, FIRST)
    draft = kept.json["campaign"]
    put = api("PUT", f"/campaigns/{draft['id']}", {**draft, "again_of": "", "subject": "Vieläkin"})
    assert (put.status, put.json["campaign"]["again_of"]) == (200, FIRST), "its readers cannot be changed"
    assert api("DELETE", f"/campaigns/{draft['id']}", {}).status == 204
    sent = api("POST", path, {"subject": "Vielä"})
    assert (sent.status, sent.json["mailing"]["id"]) == (201, "campaign-kevat-again")
    second = api("POST", path, {"subject": "Kolmas"})
    assert (second.status, "campaign-kevat-again" in second.json["error"]) == (409, True)
    assert mailed(cloud, "Vielä") == ["hiljaa", "kone", "tauolla", "vaihtoi"]
    assert api("GET", f"/mailings/{FIRST}").json["sent_again"] == "campaign-kevat-again"
    assert api("GET", "/mailings/campaign-kevat-again").json["again_of"] == FIRST


def test_a_person_makes_a_draft_of_it_and_sees_its_readers(cloud: Cloud, issuer: Issuer) -> None:
    campaign_that_went_out(cloud)
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    report = browser.get(f"/console/mailings/{FIRST}")
    assert "Make a draft of it" in report.text
    token = browser.form_token()
    made = browser.post(f"/console/mailings/{FIRST}/send-again", ("form_token", token), ("subject", "Vielä"))
    ((draft,), _) = list_drafts(app, cursor="", limit=5)
    assert made.location == f"/console/campaigns/{draft.id}?done=again"
    assert "Nothing is sent yet" in browser.get(made.location).text
    preview = browser.post(f"/console/campaigns/{draft.id}", ("form_token", token), ("step", "check")).text
    assert f"of them those who got {FIRST} and did not click: 4 readers at the moment" in preview
    assert mailed(cloud, "Vielä") == []
