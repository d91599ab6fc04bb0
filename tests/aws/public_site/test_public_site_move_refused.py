"""What no reader gets by asking for another address: that of others, mails to strangers, a way round the limits."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.signup.bot_attack import ATTACK_MODE_DURATION
from newsletter.readers.signup.limits_store import CHANGES_AN_HOUR, SIGN_UPS_AN_HOUR
from newsletter.readers.signup.protection import WAIT
from newsletter.readers.subscriber import Status
from tests.support.readers.moves import NEW, NEW_ID, ONE_CLICK, ask, move, own, sent
from tests.support.readers.site import READER, Clock, acts, heading, hidden, link, post, reader, shows, text
from tests.support.stack.cloud import Cloud, link_to

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_answer_is_the_same_whoever_has_the_new_address(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.subscribe("muu@example.com")
    path = link(LinkPurpose.PREFERENCES)
    answers = [post(cloud, path, {"new_email": email}) for email in (NEW, "muu@example.com")]
    assert answers[0] == answers[1]


def test_the_readers_own_address_is_no_new_one(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    answer = post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": f" {READER.upper()}"})
    assert (answer["statusCode"], shows(answer, "errors.same_email")) == (422, True)
    assert cloud.messages("TransactionalQueue") == []


def test_a_move_onto_another_readers_address_takes_and_overwrites_nothing(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin", name="Voita iPhone")
    cloud.subscribe(NEW, "kriisit", language="en", name="Maija")
    cloud.drain()
    before = (reader(NEW_ID), acts(NEW_ID))
    path = ask(cloud)
    mail = cloud.mails(NEW)[-1]
    assert mail.tags["mailing"] == "already"
    assert "You already subscribe with this address" in f"{mail.text}"
    assert "Voita" not in f"{mail.subject}{mail.text}{mail.html}"
    page = cloud.http("GET", path)
    assert "You already subscribe" in page["body"]
    assert "Voita" not in page["body"]
    assert READER not in page["body"]
    assert cloud.http("POST", path)["statusCode"] == 200  # unseen: nothing happens
    assert (reader(NEW_ID), acts(NEW_ID), reader().status) == (*before, Status.ACTIVE)
    for _ in range(2):
        assert "The other subscription has ended" in post(cloud, path, hidden(page["body"]))["body"]
    cloud.drain()
    assert (reader(NEW_ID), acts(NEW_ID)) == before
    assert (reader().status, sent(cloud, READER)[-1]) == (Status.UNSUBSCRIBED, "moved")
    # Nothing ties the two: the old address's links are not the new one's.
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), ONE_CLICK)["statusCode"] == 200
    assert reader(NEW_ID).status is Status.ACTIVE
    assert READER not in cloud.http("GET", own(LinkPurpose.MY_DATA))["body"]


def test_another_address_needs_what_every_form_needs_in_its_network(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    clock = Clock(monkeypatch, NOON)
    app.sign_up_limits.start_attack_mode(clock.now + ATTACK_MODE_DURATION, clock.now)
    app.sign_up_limits.take("network#192.0.0.0/16", clock.now, 1000)
    path = link(LinkPurpose.PREFERENCES)
    page = post(cloud, path, {"new_email": NEW})
    assert (page["statusCode"], heading(page)) == (428, text("wait.heading"))
    assert cloud.messages("TransactionalQueue") == []
    clock.forward(seconds=WAIT.total_seconds())
    assert heading(post(cloud, path, hidden(page["body"]))) == text("new_address.heading")
    assert len(cloud.messages("TransactionalQueue")) == 1
    clock.forward(hours=2)
    for _ in range(SIGN_UPS_AN_HOUR):
        app.sign_up_limits.take_sign_up("203.0.113.0/24", clock.now)
    monkeypatch.setattr("public_site.admission.needs_proof", lambda *_: False)
    assert post(cloud, path, {"new_email": NEW}, source="203.0.113.5")["statusCode"] == 429


def test_an_address_that_is_none_is_told_at_its_field(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin")
    answer = post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": "maija@@"})
    assert (answer["statusCode"], re.findall(r'id="(\w+)-error"', answer["body"])) == (422, ["new_email"])
    assert 'value="maija@@"' in answer["body"]
    assert re.findall(r'name="topics" value="(\w+)" checked', answer["body"]) == ["linkedin"]


def test_a_reader_cannot_send_mails_to_strangers_by_the_dozen(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    answers = [
        post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": f"uhri{number}@example.com"})["statusCode"]
        for number in range(CHANGES_AN_HOUR + 1)
    ]
    assert answers == [200] * CHANGES_AN_HOUR + [429]
    assert len(cloud.messages("TransactionalQueue")) == CHANGES_AN_HOUR


def test_the_link_of_who_has_moved_on_says_so_in_their_language(cloud: Cloud) -> None:
    """The newest link that the mailbox has was used, and its reader gets the newsletter elsewhere by now."""
    cloud.subscribe(READER, "linkedin")
    first = link_to("confirm", cloud.mails(READER)[0])
    post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "linkedin", "language": "sv"})
    move(cloud)
    for path in (first, link(LinkPurpose.PREFERENCES), link(LinkPurpose.MY_DATA)):
        answer = cloud.http("GET", path)
        swedish = app.templates.text("pages.problems.moved.heading", "sv")
        assert (answer["statusCode"], heading(answer)) == (410, swedish), path
