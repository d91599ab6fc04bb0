"""A mailing that is out: its report beside the last one, a corrected link, and the archive without it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.platform.times import whole_seconds
from newsletter.reports.report_mailing import report_mailing
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.site import READER
from tests.support.stack.cloud import Cloud

WRONG, RIGHT = "https://kirja.example/vaara", "https://kirja.example/oikea"
CAMPAIGN = "campaign-kevat"


@pytest.fixture
def sent(cloud: Cloud) -> datetime:
    """Two campaigns that a reader got, the second one now."""
    cloud.subscribe(READER)
    now = whole_seconds(app.now())
    for name, at in (("talvi", now - timedelta(hours=1)), ("kevat", now)):
        start_campaign(Campaign(name, name.capitalize(), f"Lue [kirja]({WRONG}).", "fi"), app, now=at)
        cloud.drain()
    return now


def press(browser: Browser, what: str, *fields: tuple[str, str]) -> str:
    token = (
        browser.get(f"/console/mailings/{CAMPAIGN}").body.partition('name="form_token" value="')[2].partition('"')[0]
    )
    return browser.post(f"/console/mailings/{CAMPAIGN}/{what}", ("form_token", token), *fields).location


@pytest.mark.usefixtures("sent")
def test_a_mailing_leaves_the_archive_and_comes_back(cloud: Cloud, marketing: Browser) -> None:
    assert "Take it out of the archive" in marketing.get(f"/console/mailings/{CAMPAIGN}").text
    assert press(marketing, "archive", ("shown", "no")) == f"/console/mailings/{CAMPAIGN}#sent"
    assert cloud.http("GET", f"/archive/{CAMPAIGN}")["statusCode"] == 404
    listed = cloud.http("GET", "/archive")["body"]
    assert (f"/archive/{CAMPAIGN}" in listed, "/archive/campaign-talvi" in listed) == (False, True)
    assert "Somebody took it out of the archive." in marketing.get(f"/console/mailings/{CAMPAIGN}").text
    assert app.decisions.newest(1)[0]["decision"] == "taken out"
    press(marketing, "archive", ("shown", "yes"))
    assert cloud.http("GET", f"/archive/{CAMPAIGN}")["statusCode"] == 200


def test_a_link_is_corrected_on_the_page(cloud: Cloud, marketing: Browser, sent: datetime) -> None:
    press(marketing, "relink", ("old_url", WRONG), ("new_url", RIGHT))
    assert [link.url for link in report_mailing(CAMPAIGN, app, now=sent).links if "kirja" in link.url] == [RIGHT]
    assert RIGHT in cloud.http("GET", f"/archive/{CAMPAIGN}")["body"]


@pytest.mark.usefixtures("sent")
def test_the_report_stands_beside_the_last_one(marketing: Browser) -> None:
    text = marketing.get(f"/console/mailings/{CAMPAIGN}").text
    assert "Beside the last ones" in text
    assert "Kevat (this one)" in text
    assert "Talvi" in text
    assert "Beside the last ones" not in marketing.get("/console/mailings/campaign-talvi").text


@pytest.mark.usefixtures("sent")
def test_the_api_does_the_same(cloud: Cloud, issuer: Issuer) -> None:
    program = Program(cloud, issuer.token(scope="openid campaigns:send"))
    path = f"/mailings/{CAMPAIGN}"
    assert program("GET", path).json["mailing"]["in_archive"] is True
    assert program("POST", f"{path}/archive", {"shown": False}).json["mailing"]["in_archive"] is False
    assert program("GET", path).json["mailing"]["in_archive"] is False
    assert program("POST", f"{path}/relink", {"old_url": WRONG, "new_url": RIGHT}).json == {"url": RIGHT}
    for body, field in (({}, "shown"), ({"shown": "no"}, "shown")):
        answer = program("POST", f"{path}/archive", body)
        assert (answer.status, list(answer.json["errors"])) == (422, [field])
    for wrong, field in (({"new_url": RIGHT}, "old_url"), ({"old_url": RIGHT, "new_url": "ftp://x"}, "new_url")):
        answer = program("POST", f"{path}/relink", wrong)
        assert (answer.status, list(answer.json["errors"])) == (422, [field])
    assert program("POST", "/mailings/campaign-none/archive", {"shown": True}).status == 404
    looking = Program(cloud, issuer.token(scope="openid"))
    assert looking("POST", f"{path}/archive", {"shown": True}).status == 403


@pytest.mark.usefixtures("sent")
def test_what_went_to_some_readers_alone_was_never_in_the_archive(cloud: Cloud, issuer: Issuer) -> None:
    campaign = Campaign("osa", "Osa", "Teksti.", "fi", topics=("linkedin",))
    start_campaign(campaign, app, now=whole_seconds(app.now()))
    answer = Program(cloud, issuer.token(scope="openid campaigns:send"))(
        "POST", "/mailings/campaign-osa/archive", {"shown": True}
    )
    assert (answer.status, "was not sent for the archive" in answer.json["error"]) == (409, True)
