"""Links from mails: one press confirms, an old link helps itself, an offer makes one lead, a click leads home."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import TimestampSigner

from cli.main import main
from newsletter.container import app
from newsletter.mailings.mailing import Variant
from newsletter.platform.links.links import LinkPurpose
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.subscriber import Status
from tests.support.readers.site import (
    FORM,
    ID,
    READER,
    Clock,
    heading,
    hidden,
    link,
    post,
    reader,
    shows,
    stored,
    text,
    token,
)
from tests.support.stack.cloud import DWELL, Cloud, link_to

# --- to confirm ------------------------------------------------------------------------------------------------------


def asked(cloud: Cloud, **form: str | list[str]) -> str:
    """Fill in the form; the link of the mail that comes."""
    assert post(cloud, "/subscribe", {**FORM, **form})["statusCode"] == 200
    cloud.drain()
    return link_to("confirm", cloud.mails(READER)[-1])


def test_one_press_confirms_and_further_presses_change_nothing(cloud: Cloud) -> None:
    confirm = asked(cloud, topics=["tekoaly", "linkedin"], language="sv", frequency="monthly")
    assert "Bekräfta prenumerationen" in cloud.http("GET", confirm)["body"]
    assert app.subscribers.get(ID) is None
    confirmed = cloud.http("POST", confirm)
    assert confirmed["statusCode"] == 200
    assert (reader().choices.topics, reader().choices.frequency, reader().choices.tracking) == (
        ("linkedin", "tekoaly"),
        "monthly",
        True,
    )
    before = stored(cloud)
    assert cloud.http("POST", confirm)["body"] == confirmed["body"] == cloud.http("GET", confirm)["body"]
    assert stored(cloud) == before
    (preferences,) = re.findall(r'href="(/preferences/[^"]+)"', confirmed["body"])
    assert cloud.http("GET", preferences)["statusCode"] == 200
    cloud.drain()
    assert [mail.tags["mailing"] for mail in cloud.mails(READER)] == ["confirmation", "welcome"]


def test_the_funnel_counts_mails_pages_that_were_shown_and_buttons_that_were_pressed(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    confirm = asked(cloud)
    (mail,) = app.deliveries.records("confirmation")

    def counted() -> tuple[bool, bool]:
        record = app.deliveries.record("confirmation", mail.batch.id)
        assert record is not None
        return record.has_event("shown", 0), record.has_event("confirmed", 0)

    cloud.http("HEAD", confirm)
    assert counted() == (False, False)
    cloud.http("GET", confirm)
    assert counted() == (True, False)
    cloud.http("POST", confirm)
    assert counted() == (True, True)
    post(cloud, "/subscribe", {**FORM, "email": "toinen@example.com"})
    cloud.drain()
    assert main(["mailing", "show", "confirmation"]) == 0
    figures = dict(re.findall(r"^(\w+) +(\d+)$", capsys.readouterr().out, re.MULTILINE))
    assert [figures[name] for name in ("accepted", "shown", "confirmed")] == ["2", "1", "1"]


def test_a_link_that_is_too_old_brings_a_new_mail_with_one_press(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, datetime.now(UTC))
    old = asked(cloud, name="Maija", topics=["kriisit"])
    clock.forward(days=SIGN_UP_LIFE.days)
    page, pressed = cloud.http("GET", old), cloud.http("POST", old)
    for answer in (page, pressed):
        assert (answer["statusCode"], heading(answer)) == (410, text("problems.expired.heading"))
    assert app.subscribers.get(ID) is None
    assert heading(post(cloud, old, hidden(page["body"]))) == text("check_mail.heading")
    cloud.drain()
    new = link_to("confirm", cloud.mails(READER)[-1])
    assert new != old
    assert cloud.http("POST", old)["statusCode"] == 410
    assert cloud.http("POST", new)["statusCode"] == 200
    assert (reader().choices.name, reader().choices.topics) == ("Maija", ("kriisit",))


def test_the_link_of_an_earlier_mail_confirms_the_newest_choices_once_they_are_shown(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, datetime.now(UTC))
    old = asked(cloud, topics=["kriisit"])
    clock.forward(minutes=11)
    new = asked(cloud, topics=["linkedin"])
    page = cloud.http("GET", old)
    assert (page["statusCode"], shows(page, "confirm.replaced")) == (200, True)
    assert "LinkedIn" in page["body"]
    assert "Kriisit" not in page["body"]
    assert heading(post(cloud, old, hidden(page["body"]))) == text("confirmed.subscribe.heading")
    assert reader().choices.topics == ("linkedin",)
    for link_ in (old, new):
        assert heading(cloud.http("GET", link_)) == text("confirmed.subscribe.heading")


def test_a_link_that_is_too_old_can_ask_for_one_more_mail_and_no_flood(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, datetime.now(UTC))
    old = asked(cloud)
    clock.forward(days=SIGN_UP_LIFE.days)
    page = cloud.http("GET", old)
    assert page["statusCode"] == 410
    for _ in range(3):
        assert heading(post(cloud, old, hidden(page["body"]))) == text("check_mail.heading")
    cloud.drain()
    assert len(cloud.mails(READER)) == 2


def test_a_form_that_was_forgotten_can_only_be_filled_in_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, datetime.now(UTC))
    old = asked(cloud)
    clock.forward(days=app.templates.publication.retention.pending.days)
    for answer in (cloud.http("GET", old), cloud.http("POST", old), post(cloud, old, {"again": "yes"})):
        assert answer["statusCode"] == 410
        assert 'href="/subscribe?lang=fi"' in answer["body"]
        assert "<form" not in answer["body"]
    assert cloud.messages("TransactionalQueue") == []


def test_a_link_to_confirm_is_good_for_its_days_only(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    post(cloud, "/subscribe", FORM)
    sign_up = json.loads(cloud.messages("TransactionalQueue")[0])
    made = int(time.time() - SIGN_UP_LIFE.total_seconds()) - 1
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda _: made)
        old = link(LinkPurpose.CONFIRM, extra=sign_up["nonce"])
    new = link(LinkPurpose.CONFIRM, extra=sign_up["nonce"])
    assert [cloud.http("POST", each)["statusCode"] for each in (old, new)] == [410, 200]


def test_a_link_to_confirm_wakes_nobody_who_left_after_it(cloud: Cloud) -> None:
    confirm = asked(cloud)
    cloud.http("POST", confirm)
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    before = stored(cloud)
    for form in ({}, {"again": "yes"}):
        assert post(cloud, confirm, form)["statusCode"] == 410
    assert stored(cloud) == before
    assert reader().status is Status.UNSUBSCRIBED


# --- to offers and articles ------------------------------------------------------------------------------------------


def test_pressing_the_button_of_the_offer_sends_one_lead_on_its_way(cloud: Cloud) -> None:
    cloud.subscribe(READER, language="sv")
    path = link(LinkPurpose.OFFER, mailing="m", batch="b", position=3, extra="sparraus")
    assert "Ska vi bolla idéer?" in cloud.http("GET", path)["body"]
    assert cloud.messages("LeadQueue") == []
    answer = cloud.press(path, user_agent="Reader/1", sec_fetch_user="?1")
    assert "Tack, vi hör av oss" in answer["body"]
    (body,) = cloud.messages("LeadQueue")
    message = json.loads(body)
    assert (message["subscriber"], message["offer"], message["how"]) == (ID, "sparraus", "button")
    assert (message["mailing"], message["batch"], message["position"]) == ("m", "b", 3)
    evidence = message["evidence"]
    assert (evidence["method"], evidence["user_agent"], evidence["network"]) == ("POST", "Reader/1", "192.0.2.0/24")
    assert evidence["headers"]["sec-fetch-user"] == "?1"
    assert (message["page_age"], message["from_page"]) == (pytest.approx(DWELL, abs=5), True)


def test_an_offer_that_is_no_more_is_not_found(cloud: Cloud) -> None:
    path = link(LinkPurpose.OFFER, extra="joulu")
    assert [cloud.http(method, path)["statusCode"] for method in ("GET", "POST")] == [404, 404]
    assert cloud.messages("LeadQueue") == []


def test_a_click_goes_straight_to_the_article_and_stays_as_evidence(cloud: Cloud) -> None:
    target = "https://blog.example.com/ä b?x=1&y=%C3%A4#kohta"
    variant = Variant("fi", "", "", "", ())
    app.mailings.put_variant("m", variant, [("abc", target)])
    path = f"/c/{token(LinkPurpose.CLICK, mailing='m', batch='b', position=2)}/abc"
    answer = cloud.http("GET", path, headers={"user-agent": "Reader/1", "cookie": "secret"})
    location = "https://blog.example.com/%C3%A4%20b?x=1&y=%C3%A4#kohta"
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, location)
    head = cloud.http("HEAD", path)
    assert (head["statusCode"], head["headers"], head["body"]) == (302, answer["headers"], "")
    assert cloud.items("Subscribers") == [], "nothing is written before the reader is on their way"
    cloud.work("feedback")
    visits = app.visits.trace_of(ID, "m").visits
    assert {(visit.link, visit.evidence.method) for visit in visits} == {("abc", "GET"), ("abc", "HEAD")}
    (get,) = (visit for visit in visits if visit.evidence.method == "GET")
    assert (get.evidence.user_agent, get.evidence.network) == ("Reader/1", "192.0.2.0/24")
    assert "secret" not in repr(cloud.items("Subscribers"))


def test_a_click_leads_only_to_what_was_mailed(cloud: Cloud) -> None:
    path = f"/c/{token(LinkPurpose.CLICK, mailing='m', batch='b')}"
    for key in ("nosuch", "https:%2F%2Fevil.example", "..", "%00"):
        answer = cloud.http("GET", f"{path}/{key}?url=https://evil.example")
        assert (answer["statusCode"], "Location" in answer["headers"]) == (404, False)
    assert cloud.items("Subscribers") == []


def test_a_reminder_is_sent_once_and_its_link_confirms(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, datetime.now(UTC))
    asked(cloud)
    for _ in range(2):
        clock.forward(days=2, minutes=15)
        cloud.run("nurture", clock.now)
        cloud.drain()
    first, reminder = cloud.mails(READER)
    assert first.subject != reminder.subject
    assert timedelta(0) < SIGN_UP_LIFE - timedelta(days=4, minutes=30)
    assert cloud.http("POST", link_to("confirm", reminder))["statusCode"] == 200
    assert reader().status is Status.ACTIVE


def test_nothing_that_a_stranger_typed_reaches_the_owner_of_the_address(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, datetime.now(UTC))
    typed = {**FORM, "name": "Voita Matka", "topics": ["kriisit"], "next": "https://www.sanaharju.example/voita-matka"}
    post(cloud, "/subscribe", typed, origin="https://www.sanaharju.example", referer="https://voita-matka.example/")
    cloud.drain()
    clock.forward(days=2, minutes=15)
    cloud.run("nurture", clock.now)
    cloud.drain()
    mails = cloud.mails(READER)
    assert len(mails) == 2
    for mail in mails:
        said = f"{mail.subject} {mail.html} {mail.text} {dict(mail.headers)} {mail.tags}".casefold()
        assert "matka" not in said
        assert "kriisi" not in said
