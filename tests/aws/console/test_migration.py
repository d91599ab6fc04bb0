"""A company that comes from another service: from its export to the report of the first campaign."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.container import app
from tests.support.console.console_calls import MARKETING, Browser, carried
from tests.support.console.issuer import Issuer
from tests.support.readers.list_uploads import LISTMONK, MAILCHIMP, press, send_file
from tests.support.stack.cloud import Cloud, link_to

CAMPAIGN = {"subject": "Kevään kuulumiset", "body": "Hei {{ first_name | sinä }}!", "language": "fi"}
LEFT = "Email Address,First Name,Unsubscribe Time\nb@example.com,Bo,2024-05-02 10:00:00\n"


@pytest.fixture
def marketing(cloud: Cloud, issuer: Issuer) -> Browser:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    return browser


def brought(cloud: Cloud, marketing: Browser, name: str, text: str, wanted: str) -> str:
    """What the page says once everybody is in."""
    where = send_file(marketing, name, text).location
    press(marketing, f"{where}/check", ("as", wanted), ("evidence", "form of 2024"))
    assert cloud.drain() == []
    press(marketing, f"{where}/start")
    assert cloud.drain() == []
    return marketing.get(where).text


def campaign(cloud: Cloud, marketing: Browser) -> str:
    """What the report of a campaign says that goes to everybody."""
    form = ("form_token", marketing.form_token())
    seen = marketing.post("/console/campaigns/new", form, *CAMPAIGN.items(), ("step", "check"))
    assert "1 reader at the moment" in seen.text
    marketing.post("/console/campaigns/new", form, *carried(seen.body), ("step", "send"))
    cloud.run("nurture", app.now() + timedelta(minutes=2))  # until then it can be undone
    assert cloud.drain() == []
    return marketing.get("/console/mailings/campaign-kevaan-kuulumiset").text


@pytest.mark.parametrize(
    "exports",
    [
        [("subscribed.csv", MAILCHIMP, "confirmed"), ("unsubscribed.csv", LEFT, "left")],
        [("listmonk.csv", LISTMONK, "confirmed")],
    ],
    ids=["Mailchimp", "listmonk"],
)
def test_whoever_agreed_elsewhere_gets_the_first_campaign_and_whoever_left_there_gets_nothing(
    cloud: Cloud, marketing: Browser, exports: list[tuple[str, str, str]]
) -> None:
    for name, text, wanted in exports:
        assert "1" in brought(cloud, marketing, name, text, wanted)
    assert "SES accepted every one of 1 mail." in campaign(cloud, marketing)
    (mail,) = cloud.mails()
    assert (mail.to, mail.subject) == (("a@example.com",), CAMPAIGN["subject"])
    assert "Hei Aino!" in (mail.text or "")
    assert cloud.http("GET", link_to("unsubscribe", mail))["statusCode"] == 200
