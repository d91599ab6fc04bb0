"""A link of an old mail acts on the reader as they are now: tracking refused, moved, paused, left."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.leads.presses_store import MAX_TRIES, WINDOW
from newsletter.mailings.mailing import Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws.queues_client import NotQueued, Queues
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.subscriber import Status, subscriber_id
from public_site.routes.offer import MAX_AGE
from tests.support.cloud import PEPPER, Cloud, link_to
from tests.support.presses import leads, types
from tests.support.site import ID, READER, Clock, heading, hidden, link, post, reader, shows, stored, text

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW = "maija@uusi.example.com"
NEW_ID = subscriber_id(PEPPER.encode(), NEW)
OFFER = {"mailing": "m", "batch": "b", "extra": "sparraus"}
TARGET = "https://blog.example.com/a"


@pytest.fixture(autouse=True)
def mailing(cloud: Cloud) -> None:
    """A mailing with one link, of which the reader got a mail."""
    assert cloud.mails() == []
    app.mailings.put_variant("m", Variant("fi", "", "", "", ()), [("k", TARGET)])
    batch = Batch("m", "b", "fi", (ID,))
    app.deliveries.claim(batch, ".", {}, NOON)


def click(cloud: Cloud, method: str = "GET") -> Any:
    path = f"/c/{app.links.token(LinkPurpose.CLICK, LinkClaims(ID, 'm', 'b'))}/k"
    answer = cloud.http(method, path)
    assert (answer["statusCode"], answer["headers"].get("Location")) == (302, TARGET)
    cloud.work("feedback")
    return answer


def visits(cloud: Cloud) -> list[dict[str, Any]]:
    return [item for item in cloud.items("Subscribers") if item["record"]["S"].startswith("visit#")]


def clicked(mailing: str = "m", batch: str = "b") -> bool:
    record = app.deliveries.record(mailing, batch)
    assert record is not None
    return record.has_event("clicked", 0)


def refuse(cloud: Cloud) -> None:
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "linkedin", "language": "fi"})["statusCode"] == 200
    assert not reader().choices.tracking


def move(cloud: Cloud) -> None:
    post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(NEW)[-1]))["statusCode"] == 200
    cloud.drain()


def leave(cloud: Cloud) -> None:
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})["statusCode"] == 200


def stop(status: Status) -> Callable[[Cloud], None]:
    def act(_: Cloud) -> None:
        assert app.subscribers.deactivate(ID, status, "test", app.now())

    return act


# --- evidence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [refuse, leave, stop(Status.COMPLAINED), stop(Status.BOUNCED)])
def test_who_does_not_let_us_see_what_they_open_is_not_seen_in_old_mails_either(
    cloud: Cloud, act: Callable[[Cloud], None]
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    act(cloud)
    before = stored(cloud)
    for method in ("GET", "HEAD"):
        click(cloud, method)
        assert cloud.http(method, link(LinkPurpose.OFFER, **OFFER))["statusCode"] == 200
    cloud.work("feedback")
    assert stored(cloud) == before
    assert not clicked()
    page = cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    assert text("my_data.clicks_none") in page


def test_the_page_to_confirm_is_not_counted_for_a_reader_who_refused_tracking(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    confirm = link_to("confirm", cloud.mails(READER)[0])
    (mail,) = app.deliveries.records("confirmation")
    refuse(cloud)
    cloud.http("GET", confirm)
    record = app.deliveries.record("confirmation", mail.batch.id)
    assert record is not None
    assert not record.has_event("shown", 0)


def test_who_moved_is_seen_under_the_id_of_today_and_as_they_allow_it_today(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    click(cloud)
    assert [item["id"]["S"] for item in visits(cloud)] == [NEW_ID]
    own = f"/preferences/{app.links.token(LinkPurpose.PREFERENCES, LinkClaims(NEW_ID))}"
    assert post(cloud, own, {"topics": "linkedin", "language": "fi"})["statusCode"] == 200
    before = stored(cloud)
    click(cloud)
    assert stored(cloud) == before


def test_an_article_opens_whatever_is_wrong_with_the_reader_or_the_tables(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER)
    profile = {"TableName": app.settings.subscribers_table, "Key": {"id": {"S": ID}, "record": {"S": "profile"}}}
    cloud.client("dynamodb").update_item(
        **profile, UpdateExpression="REMOVE #s", ExpressionAttributeNames={"#s": "status"}
    )
    click(cloud)
    assert visits(cloud) == []

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("throttled")

    parts = (("subscribers", "profile"), ("visits", "keep"), ("deliveries", "moments"), ("visit_marks", "put"))
    for owner, name in (*parts, ("quick_queues", "hand_over")):
        with monkeypatch.context() as trouble:
            trouble.setattr(getattr(app, owner), name, broken)
            click(cloud)
            if owner != "subscribers":
                assert cloud.http("GET", link(LinkPurpose.OFFER, **OFFER))["statusCode"] == 200


def test_opening_a_link_again_and_again_is_one_record_an_hour(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, NOON)
    cloud.subscribe(READER)
    for _ in range(20):
        click(cloud)
        clock.forward(seconds=1)
    (visit,) = visits(cloud)
    assert (len(visit["seen"]["SS"]), len(visit["sources"]["SS"])) == (20, 1)
    trace = app.visits.trace_of(ID, "m")
    assert [each.at for each in trace.visits] == [NOON + timedelta(seconds=second) for second in range(20)]
    assert text("my_data.clicks_counted", count=20) in cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    clock.forward(hours=1)
    click(cloud)
    assert len(visits(cloud)) == 2


# --- the offer -------------------------------------------------------------------------------------------------------


def handed_off(cloud: Cloud) -> dict[str, Any]:
    assert cloud.press(link(LinkPurpose.OFFER, **OFFER))["statusCode"] == 200
    assert cloud.drain() == []
    (webhook,) = cloud.webhooks
    data: dict[str, Any] = webhook.json["data"]
    return data


def sequences() -> set[str]:
    return {enrollment.sequence for of in (ID, NEW_ID) for enrollment in app.enrollments.of(of)}


def test_the_crm_hears_the_address_of_today_from_a_press_in_a_mail_to_the_old_one(cloud: Cloud) -> None:
    cloud.subscribe(READER, name="Maija")
    move(cloud)
    data = handed_off(cloud)
    assert (data["contact"]["email"], data["contact"]["subscriber"]) == (NEW, NEW_ID)
    assert (data["contact"]["status"], data["consent"]["state"]) == ("active", "given")
    assert data["contact"]["moved_from"] == [ID]
    assert [enrollment.subscriber for enrollment in app.enrollments.of(NEW_ID)] == [NEW_ID]
    assert app.enrollments.of(ID) == []
    assert NEW not in cloud.http("GET", link(LinkPurpose.OFFER, **OFFER))["body"]


def test_who_moves_between_the_press_and_the_hand_off_is_handed_off_as_they_are_then(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    cloud.press(link(LinkPurpose.OFFER, **OFFER))
    (waiting,) = cloud.messages("LeadQueue")
    move(cloud)
    cloud.client("sqs").send_message(QueueUrl=app.settings.lead_queue, MessageBody=waiting)
    assert cloud.drain() == []
    assert cloud.webhooks[-1].json["data"]["contact"]["email"] == NEW


@pytest.mark.parametrize(
    ("act", "status", "consent", "note"),
    [
        (leave, "unsubscribed", "withdrawn", "left"),
        (stop(Status.COMPLAINED), "complained", "withdrawn", "left"),
        (stop(Status.BOUNCED), "bounced", "given", "bounced"),
    ],
)
def test_who_left_can_ask_for_contact_and_nothing_else_comes_of_it(
    cloud: Cloud, act: Callable[[Cloud], None], status: str, consent: str, note: str
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    act(cloud)
    address = app.templates.publication.sender.reply_to
    assert shows(cloud.http("GET", link(LinkPurpose.OFFER, **OFFER)), f"offer.{note}", address=address)
    data = handed_off(cloud)
    assert (data["contact"]["status"], data["consent"]["state"]) == (status, consent)
    assert ("withdrawn_at" in data["consent"]) == (consent == "withdrawn")
    assert sequences() == set()
    assert reader().status == status


def test_who_paused_gets_the_sequence_when_the_pause_is_over_and_the_crm_hears_of_it(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    until = f"{datetime.now(UTC).year + 1}-01-01"
    post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "linkedin", "language": "fi", "paused_until": until})
    assert handed_off(cloud)["contact"]["paused_until"] == until
    assert sequences() == {"sparraus"}


def test_a_press_of_an_offer_that_is_dropped_before_the_hand_off_ends_as_withdrawn(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    assert cloud.press(link(LinkPurpose.OFFER, **OFFER))["statusCode"] == 200
    publication = app.templates.publication
    others = tuple(offer for offer in publication.offers if offer.key != OFFER["extra"])
    assert len(others) < len(publication.offers)
    monkeypatch.setattr(app.templates, "publication", replace(publication, offers=others))
    counted: list[str] = []
    monkeypatch.setattr("lead_handoff.handler.count", lambda name, number=1: counted.extend([name] * number))
    assert cloud.drain() == []
    assert counted == ["LeadsWithdrawn"]
    assert cloud.webhooks == []
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.WITHDRAWN, [])
    assert sequences() == set()


# --- its button ------------------------------------------------------------------------------------------------------


def test_a_press_without_its_page_shows_the_page_and_makes_no_lead(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, NOON)
    cloud.subscribe(READER)
    path = link(LinkPurpose.OFFER, **OFFER)
    shown = hidden(cloud.http("GET", path)["body"])
    other = hidden(cloud.http("GET", link(LinkPurpose.OFFER, **{**OFFER, "mailing": "other"}))["body"])
    subscribe_form = hidden(cloud.http("GET", "/subscribe")["body"])
    clock.forward(days=MAX_AGE.days, seconds=1)
    for form in ({}, {"accept": "yes"}, {"form": "x"}, {"form": "x" * 9000}, other, subscribe_form, shown):
        answer = post(cloud, path, form)
        assert (answer["statusCode"], heading(answer)) == (422, "Sparrataanko?")
        assert shows(answer, "offer.again")
    (evidence,) = cloud.messages("LeadQueue")
    assert json.loads(evidence)["page_age"] is None
    again = post(cloud, path, {})
    assert heading(post(cloud, path, hidden(again["body"]))) == text("offer_taken.heading")
    (message,) = cloud.messages("LeadQueue")
    assert json.loads(message)["page_age"] == 0.0


def test_two_hundred_presses_make_one_message_and_two_pages_one_lead(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, NOON)
    cloud.subscribe(READER)
    path = link(LinkPurpose.OFFER, **OFFER)
    form = hidden(cloud.http("GET", path)["body"])
    for _ in range(200):
        assert heading(post(cloud, path, form)) == text("offer_taken.heading")
    (message,) = cloud.messages("LeadQueue")
    assert json.loads(message)["subscriber"] == ID
    clock.now += WINDOW
    assert post(cloud, path, form)["statusCode"] == 200
    assert len(cloud.messages("LeadQueue")) == 1


def test_a_press_that_could_not_be_queued_can_be_repeated_and_is_never_said_to_have_arrived(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER)
    path = link(LinkPurpose.OFFER, **OFFER)
    Clock(monkeypatch, NOON)
    form = hidden(cloud.http("GET", path)["body"])

    def refuse_all(*_: Any) -> None:
        raise NotQueued

    with monkeypatch.context() as broken:
        broken.setattr(Queues, "send", refuse_all)
        assert [post(cloud, path, form)["statusCode"] for _ in range(MAX_TRIES + 1)] == [500] * MAX_TRIES + [429]
    assert post(cloud, path, form)["statusCode"] == 429
    Clock(monkeypatch, NOON + WINDOW)
    assert post(cloud, path, form)["statusCode"] == 200
    assert len(cloud.messages("LeadQueue")) == 1


# --- my data ---------------------------------------------------------------------------------------------------------


def test_the_data_of_a_reader_who_moved_are_not_shown_or_erased_from_the_old_mailbox(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    old = link(LinkPurpose.MY_DATA)
    before = stored(cloud)
    answers = [cloud.http("GET", old), cloud.http("GET", f"{old}?format=json"), post(cloud, old, {})]
    for answer in answers:
        assert answer["statusCode"] == 410
        assert NEW not in answer["body"]
    assert stored(cloud) == before


def test_who_moved_and_left_is_erased_everywhere_from_any_mail(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"})
    assert reader(NEW_ID).status is Status.UNSUBSCRIBED
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert {item["status"]["S"] for item in cloud.items("Subscribers")} == {"erased"}


def test_a_reader_whose_consent_cannot_be_proved_sees_it(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    path = link(LinkPurpose.MY_DATA)
    address = app.templates.publication.sender.reply_to
    assert not shows(cloud.http("GET", path), "my_data.chain_broken", address=address)
    cloud.client("dynamodb").delete_item(
        TableName=app.settings.subscribers_table, Key={"id": {"S": ID}, "record": {"S": "consent#00001"}}
    )
    assert shows(cloud.http("GET", path), "my_data.chain_broken", address=address)
    chain = json.loads(cloud.http("GET", f"{path}?format=json")["body"])["consent_chain"]
    assert not chain["whole"]
    assert "there is no record of what the reader agreed to, and yet they are active" in chain["faults"]
