"""A reader takes another address: confirmed from there, told to the old one, and nothing is lost on the way."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.platform.aws.queues_client import NotQueued, Queues
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.messages import Message, SendNotice
from newsletter.readers.choice import Frequency
from newsletter.readers.subscriber import Status
from tests.support.readers.moves import NEW, NEW_ID, ONE_CLICK, ask, move, own, sent
from tests.support.readers.site import ID, READER, Clock, acts, heading, link, post, reader, text
from tests.support.stack.cloud import Cloud, link_to


def test_another_address_is_confirmed_from_there_and_told_to_the_old_one(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    answer = post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": f" {NEW.upper()} "})
    assert (answer["statusCode"], heading(answer)) == (200, text("new_address.heading"))
    cloud.drain()
    assert reader().status is Status.ACTIVE
    assert app.subscribers.get(NEW_ID) is None
    (confirmation,) = cloud.mails(NEW)
    assert "Maija" not in f"{confirmation.text}{confirmation.html}"
    subject = app.templates.text("mail.confirmation.move.subject", "fi", publication="Sanaharju")
    assert confirmation.subject == subject
    assert READER not in f"{confirmation.text}{confirmation.html}"
    assert cloud.http("POST", link_to("confirm", confirmation))["statusCode"] == 200
    cloud.drain()
    assert (reader(NEW_ID).status, reader().status) == (Status.ACTIVE, Status.UNSUBSCRIBED)
    assert sent(cloud, READER)[-1] == "moved"
    assert sent(cloud, NEW) == ["confirmation"]  # who moves is no newcomer to be welcomed
    assert acts()[-1] == ("withdrawn", "moved to another address")
    assert acts(NEW_ID) == [("given", "confirmed form: change of address")]


def test_choices_pause_and_refusals_go_along_as_they_are_when_the_address_is_confirmed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    clock = Clock(monkeypatch, datetime.now(UTC).replace(microsecond=0))
    confirm = ask(cloud)
    clock.forward(days=2)
    choices = {"topics": ["tekoaly", "kriisit"], "language": "sv", "name": "Maija L.", "frequency": "monthly"}
    assert post(cloud, link(LinkPurpose.PREFERENCES), {**choices, "paused_until": "2027-01-07"})["statusCode"] == 200
    for _ in range(2):
        assert cloud.http("POST", confirm)["statusCode"] == 200
    moved = reader(NEW_ID)
    assert (moved.choices.topics, moved.language, moved.choices.name) == (("kriisit", "tekoaly"), "sv", "Maija L.")
    assert (moved.choices.frequency, moved.choices.paused_until, moved.choices.tracking) == (
        Frequency.MONTHLY,
        date(2027, 1, 7),
        False,
    )
    assert [act for act, _ in acts(NEW_ID)] == ["given", "withdrawn"]


def test_a_pause_of_the_new_addresss_own_earlier_days_does_not_come_back(cloud: Cloud) -> None:
    cloud.subscribe(NEW)
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    assert (
        post(cloud, own(LinkPurpose.PREFERENCES), {"every_topic": "yes", "language": "fi", "paused_until": day})[
            "statusCode"
        ]
        == 200
    )
    assert reader(NEW_ID).choices.paused_until is not None
    post(cloud, own(LinkPurpose.UNSUBSCRIBE), ONE_CLICK)
    cloud.subscribe(READER, "linkedin")
    move(cloud)
    assert (reader(NEW_ID).choices.paused_until, reader(NEW_ID).choices.topics) == (None, ("linkedin",))


def test_a_sequence_goes_on_at_the_new_address_with_the_step_that_was_next(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.press(link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"))
    cloud.drain()
    steps = app.templates.publication.sequences["sparraus"].steps
    start = datetime.now(UTC)
    cloud.run("nurture", start + steps[0].after + timedelta(minutes=5))
    cloud.drain()
    move(cloud)
    for days in (30, 31, 60):
        cloud.run("nurture", start + timedelta(days=days))
        cloud.drain()
    got = [[name for name in sent(cloud, to) if name.startswith("step-")] for to in (READER, NEW)]
    assert got == [["step-sparraus-1"], [f"step-sparraus-{number}" for number in range(2, len(steps) + 1)]]


def test_a_crash_on_the_way_loses_nothing_when_the_button_is_pressed_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER, "linkedin")
    confirm = ask(cloud)
    send = Queues.send

    def broken(self: Queues, queue: str, message: Message, delay: int = 0) -> None:
        if isinstance(message, SendNotice):
            raise NotQueued
        send(self, queue, message, delay)

    with monkeypatch.context() as crash:
        crash.setattr(Queues, "send", broken)
        assert cloud.http("POST", confirm)["statusCode"] == 500
    before = (acts(), acts(NEW_ID), reader(NEW_ID))
    assert cloud.http("POST", confirm)["statusCode"] == 200
    cloud.drain()
    assert (acts(), acts(NEW_ID), reader(NEW_ID)) == before
    assert sent(cloud, READER)[-1] == "moved"


def test_the_consents_of_both_addresses_name_each_other(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    last = app.consents.chain(ID)[-1].hash
    move(cloud)
    (given,) = app.consents.chain(NEW_ID)
    assert given.consent.evidence == f"moved from {ID}, consent {last}"
    assert app.consents.chain(ID)[-1].consent.evidence == f"moved to {NEW_ID}"


@pytest.mark.parametrize("form", [ONE_CLICK, {}])
def test_the_way_out_of_a_mail_to_the_old_address_ends_the_mail_to_the_new_one(
    cloud: Cloud, form: dict[str, str]
) -> None:
    cloud.subscribe(READER)
    old_mail = link(LinkPurpose.UNSUBSCRIBE, mailing="digest-2026-W01", batch="b")
    move(cloud)
    assert heading(cloud.http("GET", old_mail)) == text("unsubscribe.heading")
    answer = post(cloud, old_mail, form)
    assert answer["statusCode"] == 200
    assert reader(NEW_ID).status is Status.UNSUBSCRIBED
    assert NEW not in answer["body"]
    assert app.links.token(LinkPurpose.MY_DATA, LinkClaims(NEW_ID)) not in answer["body"]


def test_the_choices_of_an_old_mail_send_their_reader_to_the_new_address_without_naming_it(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    answer = cloud.http("GET", link(LinkPurpose.PREFERENCES))
    assert (answer["statusCode"], heading(answer)) == (410, text("problems.moved.heading"))
    assert NEW not in answer["body"]
    post(cloud, own(LinkPurpose.UNSUBSCRIBE), ONE_CLICK)
    assert heading(cloud.http("GET", link(LinkPurpose.PREFERENCES))) == text("problems.ended.heading")


def test_readers_who_took_each_others_addresses_can_both_leave(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    app.sign_up_limits.reset_confirmation_mails(ID)
    assert post(cloud, own(LinkPurpose.PREFERENCES), {"new_email": READER})["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(READER)[-1]))["statusCode"] == 200
    assert (reader().status, reader(NEW_ID).status) == (Status.ACTIVE, Status.UNSUBSCRIBED)
    assert post(cloud, own(LinkPurpose.UNSUBSCRIBE), ONE_CLICK)["statusCode"] == 200
    assert reader().status is Status.UNSUBSCRIBED
    assert post(cloud, own(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert {item["status"]["S"] for item in cloud.items("Subscribers")} == {"erased"}


def test_what_is_kept_of_the_old_address_is_shown_and_erased_with_the_rest(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin")
    cloud.press(link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"))
    cloud.drain()
    move(cloud)
    assert READER in cloud.http("GET", own(LinkPurpose.MY_DATA))["body"]
    data = json.loads(cloud.http("GET", f"{own(LinkPurpose.MY_DATA)}?format=json")["body"])
    (earlier,) = data["earlier"]
    assert (earlier["subscriber"], [lead["offer"] for lead in earlier["leads"]]) == (ID, ["sparraus"])
    assert post(cloud, own(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    left = {item["id"]["S"]: item["status"]["S"] for item in cloud.items("Subscribers")}
    assert (left, cloud.items("Leads")) == ({ID: "erased", NEW_ID: "erased"}, [])


def test_an_old_address_that_somebody_subscribed_with_again_is_theirs(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    app.sign_up_limits.reset_confirmation_mails(ID)
    cloud.subscribe(READER, "kriisit")
    assert READER not in cloud.http("GET", own(LinkPurpose.MY_DATA))["body"]
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), ONE_CLICK)["statusCode"] == 200
    assert reader(NEW_ID).status is Status.ACTIVE
    app.sign_up_limits.reset_confirmation_mails(ID)
    cloud.subscribe(READER)
    assert post(cloud, own(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert reader().status is Status.ACTIVE


def test_who_opens_an_old_mail_can_leave_and_is_offered_no_preferences(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin")
    assert "/preferences/" in cloud.http("GET", link(LinkPurpose.UNSUBSCRIBE))["body"]
    move(cloud)
    page = cloud.http("GET", link(LinkPurpose.UNSUBSCRIBE))
    assert (page["statusCode"], heading(page)) == (200, text("unsubscribe.heading"))
    assert "/preferences/" not in page["body"]
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})["statusCode"] == 200
    assert reader(NEW_ID).status is Status.UNSUBSCRIBED


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_who_has_left_is_told_so_in_their_language(cloud: Cloud, language: str) -> None:
    cloud.subscribe(READER, "linkedin")
    post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "linkedin", "language": language})
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    answer = cloud.http("GET", link(LinkPurpose.PREFERENCES))
    assert heading(answer) == app.templates.text("pages.problems.ended.heading", language)
