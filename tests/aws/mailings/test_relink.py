"""The target of a link can be corrected after sending, wherever it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cli.faults import Fault
from cli.mailings.relink_mailing import relink_mailing
from newsletter.container import app
from newsletter.mail.mail_links import link_key
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.relink import relink
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.links.links import LinkPurpose
from newsletter.publication.utm import Utm
from newsletter.reports.report_mailing import report_mailing
from tests.support.readers.site import READER, Clock, heading, post, token
from tests.support.stack.cloud import Cloud, link_to

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WRONG, RIGHT = "https://kirja.example/vaara?a=1&b=2", "https://kirja.example/oikea?a=1&b=2"
BODY = f"Lue [kirja]({WRONG}) tai [toinen]({WRONG}#luku2)."
CAMPAIGN = "campaign-kevat"


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A campaign that a reader got."""
    clock = Clock(monkeypatch, NOON)
    cloud.subscribe(READER)
    start_campaign(Campaign("kevat", "Kevät", BODY, "fi"), app, now=clock.now)
    cloud.drain()
    clock.forward(minutes=2)
    return clock


def clicked(cloud: Cloud, url: str = WRONG) -> str:
    path = f"/c/{token(LinkPurpose.CLICK, mailing=CAMPAIGN, batch='b', position=0)}/{link_key(url)}"
    return str(cloud.http("GET", path)["headers"]["Location"])


def test_a_corrected_link_leads_elsewhere_everywhere_and_the_log_says_who_did_it(
    cloud: Cloud, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clicked(cloud) == WRONG
    for _ in range(2):
        assert relink_mailing(CAMPAIGN, WRONG, RIGHT) == 0
    assert RIGHT in capsys.readouterr().out
    clock.forward(minutes=1)
    assert (clicked(cloud), clicked(cloud, f"{WRONG}#luku2")) == (RIGHT, f"{WRONG}#luku2")
    assert {link.url for link in report_mailing(CAMPAIGN, app, now=clock.now).links} >= {RIGHT, f"{WRONG}#luku2"}
    decision = app.decisions.newest(1)[0]
    assert (decision["run"], decision["decision"]) == (CAMPAIGN, "relinked")
    assert f"{WRONG} leads to {RIGHT}, by " in decision["why"]
    archived = cloud.http("GET", f"/archive/{CAMPAIGN}")["body"]
    assert RIGHT.replace("&", "&amp;") in archived
    assert f'href="{WRONG.replace("&", "&amp;")}"' not in archived
    assert f"{WRONG}#luku2".replace("&", "&amp;") in archived


def test_a_link_can_be_corrected_again_by_whichever_name_it_has(cloud: Cloud, clock: Clock) -> None:
    for old, new in ((WRONG, RIGHT), (RIGHT, f"{RIGHT}&c=3"), (WRONG, WRONG)):
        relink(CAMPAIGN, old, new, app, by="Maija", now=clock.now)
        clock.forward(minutes=1)
        assert clicked(cloud) == new


def test_what_is_planned_later_does_not_bring_the_old_target_back(cloud: Cloud, clock: Clock) -> None:
    relink(CAMPAIGN, WRONG, RIGHT, app, by="Maija", now=clock.now)
    record = next(iter(app.deliveries.records(CAMPAIGN)))
    variant = app.mailings.variant(CAMPAIGN, record.batch.variant)
    assert variant
    app.mailings.put_variant(CAMPAIGN, replace(variant, subject="toinen"), [(link_key(WRONG), WRONG)])
    clock.forward(minutes=1)
    assert clicked(cloud) == RIGHT


def test_a_letter_without_tracking_shows_the_corrected_link_in_the_browser(cloud: Cloud, clock: Clock) -> None:
    choices = link_to("preferences", cloud.mails(READER)[-1])
    assert post(cloud, choices, {"topics": "linkedin", "language": "fi"})["statusCode"] == 200
    cloud.subscribe("toinen@example.com")  # whose clicks are followed
    start_campaign(Campaign("syksy", "Syksy", BODY, "fi"), app, now=clock.now)
    cloud.drain()
    letter = link_to("letter", cloud.mails(READER)[-1])
    assert WRONG.replace("&", "&amp;") in cloud.http("GET", letter)["body"]
    relink("campaign-syksy", WRONG, RIGHT, app, by="Maija", now=clock.now)
    body = cloud.http("GET", letter)["body"]
    assert f'href="{RIGHT.replace("&", "&amp;")}"' in body
    assert f'href="{WRONG.replace("&", "&amp;")}"' not in body


def test_parameters_of_the_website_go_on_the_new_target_too(cloud: Cloud, clock: Clock) -> None:
    publication = replace(app.publication, utm=Utm({"source": "n"}, ("kirja.example",)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(app), "publication", property(lambda _: publication))
        assert relink(CAMPAIGN, f"{WRONG}&utm_source=n", RIGHT, app, by="M", now=clock.now) == f"{RIGHT}&utm_source=n"
    clock.forward(minutes=1)
    assert clicked(cloud) == f"{RIGHT}&utm_source=n"


@pytest.mark.parametrize(
    "url",
    ["", "oikea", "javascript:alert(1)", "https://", "ftp://a.example", "https://a.example/a b", "https://[a", "https://a@b.example/",
     "https://a.example:99999/", "https://a.example/" + "x" * 2_000],
)  # fmt: skip
def test_what_is_no_address_is_refused(clock: Clock, url: str) -> None:
    with pytest.raises(InvalidInput, match="new_url"):
        relink(CAMPAIGN, WRONG, url, app, by="Maija", now=clock.now)
    with pytest.raises(Fault, match="NEW_URL"):
        relink_mailing(CAMPAIGN, WRONG, url)


def test_unknown_mailings_and_links_are_named(cloud: Cloud, clock: Clock) -> None:
    for mailing, old in (("campaign-none", WRONG), (CAMPAIGN, "https://kirja.example/")):
        with pytest.raises(NotFound):
            relink(mailing, old, RIGHT, app, by="Maija", now=clock.now)
        with pytest.raises(Fault, match=r"has no link to https://kirja.example/;|mailing campaign-none;"):
            relink_mailing(mailing, old, RIGHT)
    assert clicked(cloud) == WRONG
    assert heading(cloud.http("GET", f"/archive/{CAMPAIGN}")) == "Kevät"
