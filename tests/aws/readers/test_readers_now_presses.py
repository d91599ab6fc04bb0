"""The button of an offer in an old mail: the lead is of the reader as they are now, once, and never lost silently."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.leads.presses_store import MAX_TRIES, WINDOW
from newsletter.platform.aws.queues_client import NotQueued, Queues
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.subscriber import Status
from public_site.routes.offer import MAX_AGE
from tests.support.leads.presses import leads, types
from tests.support.readers import old_mails
from tests.support.readers.moves import NEW, NEW_ID, move
from tests.support.readers.old_mails import NOON, OFFER, leave, stop
from tests.support.readers.site import ID, READER, Clock, heading, hidden, link, post, reader, shows, text
from tests.support.stack.cloud import Cloud

mailing = old_mails.mailing


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
