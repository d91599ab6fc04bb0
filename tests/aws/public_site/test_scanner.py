"""A mail scanner opens every link of every mail we send, twice and in every way it can; no subscription notices."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.leads_store import LEAD
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.mailing import Kind
from newsletter.readers.imports.import_subscribers import ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from newsletter.readers.subscriber import REMINDER_AFTER, Status, subscriber_id
from newsletter.sending.deliveries_store import EVENTS
from newsletter.sending.feedback.visit_marks_store import VISITS
from newsletter.sending.ledger import FEEDBACK
from rehearsal.ses import Mail
from tests.support.readers.site import FORM, ID, READER, Clock, post, reader, stored
from tests.support.stack.cloud import PEPPER, PUBLIC_URL, Cloud, link_to

NEW = "maija@uusi.example.com"
SLOW, INVITED, MOVING = "hidas@example.com", "kutsuttu@example.com", "muuttaja@example.com"
MAILS = {"confirmation", "invitation", "welcome", "digest", "campaign", "step", "moved"}
WAYS: tuple[dict[str, str], ...] = (
    {},
    {"user-agent": "Mozilla/5.0 (compatible; BarracudaCentral)", "accept": "*/*"},
    {"purpose": "prefetch", "sec-purpose": "prefetch;prerender", "sec-fetch-dest": "document"},
    {"accept": "application/json", "origin": "https://scanner.example", "cookie": "a=b", "range": "bytes=0-1"},
)


def kind_of(mail: Mail) -> str:
    return mail.tags["mailing"].partition("-")[0]


@pytest.fixture
def everything_sent(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Mail]:
    """Each kind of mail: the reader's own, a reminder to somebody slow, and the news of another address."""
    clock = Clock(monkeypatch, datetime.now(UTC).replace(microsecond=0))
    feed = tmp_path / "feed.xml"
    feed.write_text(
        "<rss version='2.0'><channel><title>b</title><item><title>Uusi</title><link>https://b.example/uusi</link>"
        f"<category>LinkedIn</category><pubDate>{format_datetime(clock.now - timedelta(days=1))}</pubDate></item>"
        "</channel></rss>",
        encoding="utf-8",
    )
    monkeypatch.setenv("NEWSLETTER_FEED_URL", str(feed))
    app.reset()
    cloud.run("feed_ingest", clock.now)
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.subscribe(NEW)
    cloud.run("planner", clock.now)
    post(cloud, "/subscribe", {**FORM, "email": SLOW})
    start_campaign(
        Campaign("kevat", "Kevät", "Lue [kirja](https://kirja.example/a).", "fi", offer="sparraus"), app, now=clock.now
    )
    cloud.drain()
    # Another reader takes up the offer, so that its steps are sent, and another moves here from an older address.
    digest = next(mail for mail in cloud.mails(READER) if kind_of(mail) == "digest")
    clock.forward(minutes=10)
    cloud.press(link_to("offer", digest))
    cloud.drain()
    clock.forward(minutes=1)  # time goes on, else the slots of the rate limiter would be ever farther away
    moving = next(mail for mail in cloud.mails(NEW) if kind_of(mail) == "welcome")
    post(cloud, link_to("preferences", moving), {"new_email": MOVING})
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(MOVING)[-1]))["statusCode"] == 200
    import_rows([Row(INVITED)], ImportList("lista", Mode.PENDING), clock.now, app)
    assert cloud.drain() == []
    clock.forward(days=REMINDER_AFTER.days, minutes=15)
    cloud.run("nurture", clock.now)
    cloud.drain()
    mails = cloud.mails()
    assert {kind_of(mail) for mail in mails} == MAILS
    kept = [app.mailings.get(mail.tags["mailing"]) for mail in mails]
    assert {mailing.kind for mailing in kept if mailing} == set(Kind), "a kind of mail that no scanner has seen yet"
    assert [kind_of(mail) for mail in cloud.mails(SLOW)] == ["confirmation", "confirmation"]
    return mails


def links_of(mail: Mail) -> list[str]:
    """Every address of ours in the mail: in its HTML, its text and its headers."""
    text = f"{html.unescape(mail.html or '')}\n{mail.text}\n{dict(mail.headers)}"
    return sorted(set(re.findall(rf"{re.escape(PUBLIC_URL)}/[^\s\"'<>)]+", text)))


def lasting(cloud: Cloud) -> dict[str, Any]:
    """All tables without what opening a link may add: clicks as evidence, their positions in the ledger, and why a lead
    is a person's all the same.
    """
    tables = stored(cloud)
    clicks = [item for item in tables["Subscribers"] if item["record"]["S"].startswith("visit#")]
    return {
        **tables,
        "Leads": [_without_reasons(item) if item["record"]["S"] == LEAD else item for item in tables["Leads"]],
        "Subscribers": [item for item in tables["Subscribers"] if item not in clicks],
        "Deliveries": [
            item
            for item in (
                {name: value for name, value in item.items() if name != "shown"} for item in tables["Deliveries"]
            )
            if not item["part"]["S"].endswith((EVENTS, VISITS)) or item.keys() & set(FEEDBACK)
        ],
    }


def _without_reasons(lead: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in lead.items() if name not in ("verdict", "revision", "write")}
    return kept | {"person": lead["verdict"]["M"]["kind"]["S"] == "person"}


def test_a_scanner_changes_nothing_and_every_button_works_after_it(cloud: Cloud, everything_sent: list[Mail]) -> None:
    before = lasting(cloud)
    opened = 0
    for mail in everything_sent:
        links = links_of(mail)
        assert links, mail.subject
        for link in links:
            for headers in WAYS:
                for method in ("HEAD", "GET", "GET"):
                    answer = cloud.http(method, link, headers=headers)
                    assert answer["statusCode"] in {200, 302, 410}, (method, link)
                    opened += 1
    assert opened > 300
    cloud.work("feedback")
    assert lasting(cloud) == before
    for queue in ("LeadQueue", "TransactionalQueue", "BatchQueue", "PlanQueue"):
        assert cloud.messages(queue) == []

    waiting = link_to("confirm", cloud.mails(SLOW)[-1])
    assert cloud.http("POST", waiting)["statusCode"] == 200
    assert reader(subscriber_id(PEPPER.encode(), SLOW)).status is Status.ACTIVE
    assert reader(ID).status is Status.ACTIVE
    digest = next(mail for mail in cloud.mails(READER) if kind_of(mail) == "digest")
    headers = {name.lower(): value for name, value in dict(digest.headers).items()}
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    one_click = re.findall(r"<(http[^>]+)>", headers["list-unsubscribe"])[0]
    for _ in range(2):
        assert cloud.http("POST", one_click, "List-Unsubscribe=One-Click")["statusCode"] == 200
    assert reader(ID).status is Status.UNSUBSCRIBED
