"""What is done from old mails of who was erased leaves no trace of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.messages import ConfirmSignUp, Message, SendNotice
from newsletter.readers.my_data import LONGEST_RUN
from tests.support.readers import erasure
from tests.support.readers.erasure import OFFER, a_whole_life, erase, only_the_mark
from tests.support.readers.moves import NEW, NEW_ID
from tests.support.readers.site import FORM, ID, READER, Clock, heading, link, post, shows, stored, text
from tests.support.stack.cloud import Cloud, link_to

clock = erasure.clock


def every_link(cloud: Cloud) -> dict[str, tuple[int, ...]]:
    """What a reader or a scanner does with the links of old mails; the answers by name."""
    paths = {
        purpose: link(purpose, mailing="m", batch="b", extra="sparraus")
        for purpose in LinkPurpose
        if purpose is not LinkPurpose.CLICK
    }
    found: dict[str, tuple[int, ...]] = {}
    for purpose, path in paths.items():
        for method in ("HEAD", "GET"):
            found[f"{method} {purpose}"] = (cloud.http(method, path)["statusCode"],)
        found[f"POST {purpose}"] = (cloud.press(path)["statusCode"],)
    for fields in ({"List-Unsubscribe": "One-Click"}, {"explain": "yes", "more": "x"}, {"back": "yes"}):
        found[f"leave {fields}"] = (post(cloud, paths[LinkPurpose.UNSUBSCRIBE], fields)["statusCode"],)
    found["again"] = (post(cloud, paths[LinkPurpose.CONFIRM], {"again": "yes"})["statusCode"],)
    found["new address"] = (post(cloud, paths[LinkPurpose.PREFERENCES], {"new_email": NEW})["statusCode"],)
    click = f"/c/{app.links.token(LinkPurpose.CLICK, LinkClaims(ID, 'm', 'b'))}/k"
    found["click"] = (cloud.http("GET", click)["statusCode"], cloud.http("HEAD", click)["statusCode"])
    return found


def test_no_link_of_an_old_mail_leaves_a_trace_of_who_was_erased_and_articles_open_all_the_same(
    cloud: Cloud, clock: Clock
) -> None:
    a_whole_life(cloud, clock)
    confirm = link_to("confirm", cloud.mails(NEW)[-1])
    cloud.client("dynamodb").put_item(
        TableName=app.settings.content_table,
        Item={"pk": {"S": "mailing#m#link#k"}, "sk": {"S": "link"}, "url": {"S": "https://blog.example.com/a"}},
    )
    erase()
    cloud.run("nurture", clock.now + LONGEST_RUN)
    assert only_the_mark(cloud)
    before = stored(cloud)
    answers = every_link(cloud)
    assert answers["click"] == (302, 302)
    assert answers["POST offer"] == (410,)
    assert cloud.http("POST", confirm)["statusCode"] == 410
    after = stored(cloud)
    assert after == before
    assert (cloud.messages("LeadQueue"), cloud.messages("TransactionalQueue")) == ([], [])


def test_messages_that_waited_while_their_reader_was_erased_end_without_a_trace_and_without_dead_letters(
    cloud: Cloud, clock: Clock
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    cloud.press(link(LinkPurpose.OFFER, **OFFER))
    queues = app.queues
    old: tuple[Message, ...] = (ConfirmSignUp(ID, "old", reminder=True), SendNotice("welcome", ID, "old"))
    for message in old:
        queues.send(queues.transactional, message)
    erase()
    assert cloud.drain() == []
    assert cloud.webhooks == []
    clock.forward(minutes=16)
    cloud.run("nurture", clock.now)
    assert only_the_mark(cloud)


def test_the_offers_page_tells_who_was_erased_that_nobody_could_answer(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    offer = link(LinkPurpose.OFFER, **OFFER)
    pressed = cloud.http("GET", offer)["body"]
    erase()
    token = pressed.split('name="form" value="')[1].split('"')[0]
    for answer in (cloud.http("GET", offer), post(cloud, offer, {"form": token})):
        assert (answer["statusCode"], heading(answer)) == (410, "Sparrataanko?")
        assert shows(answer, "offer.for_nobody")
        assert "<form" not in answer["body"]
    assert cloud.messages("LeadQueue") == []


def test_a_change_of_address_that_waits_is_shown_and_erased_with_its_reader(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER)
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})["statusCode"] == 200
    cloud.drain()
    confirm = link_to("confirm", cloud.mails(NEW)[-1])
    assert NEW in cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    (change,) = json.loads(cloud.http("GET", f"{link(LinkPurpose.MY_DATA)}?format=json")["body"])["address_changes"]
    assert change["email"] == NEW
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    for days in (2.1, 3):
        cloud.run("nurture", clock.now + timedelta(days=days))
    cloud.drain()
    assert len(cloud.mails(NEW)) == 1
    assert cloud.http("GET", confirm)["statusCode"] == 410
    assert cloud.http("POST", confirm)["statusCode"] == 410
    assert only_the_mark(cloud)


def test_another_readers_form_at_the_same_new_address_is_left_alone(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER)
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})["statusCode"] == 200
    clock.forward(minutes=11)
    post(cloud, "/subscribe", {**FORM, "email": NEW})
    erase()
    form = app.sign_ups.get(NEW_ID, clock.now)
    assert form is not None
    assert form.moved_from == ""


def test_leads_of_an_offer_that_is_no_more_are_shown_and_erased(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.subscribe(READER)
    cloud.press(link(LinkPurpose.OFFER, **OFFER))
    cloud.drain()
    publication = app.templates.publication
    monkeypatch.setattr(app.templates, "publication", replace(publication, offers=(), sequences={}))
    page = cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    assert text("my_data.lead_on") in page
    data = json.loads(cloud.http("GET", f"{link(LinkPurpose.MY_DATA)}?format=json")["body"])
    assert [lead["offer"] for lead in data["leads"]] == ["sparraus"]
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert cloud.items("Leads") == []


def test_a_reader_whose_record_is_broken_can_still_be_erased(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key={"id": {"S": ID}, "record": {"S": "profile"}},
        UpdateExpression="REMOVE topics, confirmed_at",
    )
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert [item["status"]["S"] for item in cloud.items("Subscribers")] == ["erased"]
