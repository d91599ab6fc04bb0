"""Mails to old addresses stay about: their links act on the reader of today, however often they moved and however long
ago."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.my_data import LONGEST_RUN
from newsletter.readers.subscriber import Status, subscriber_id
from rehearsal import events
from tests.support.readers.site import READER, Clock, heading, post, reader, stored, text
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import PEPPER, Cloud, link_to

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BUTTON: dict[str, str] = {}


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert cloud.mails() == []
    return Clock(monkeypatch, NOON)


def address(number: int) -> str:
    """The first address, and those after it."""
    return f"maija{number}@example.com" if number else READER


def id_of(number: int) -> str:
    return subscriber_id(PEPPER.encode(), address(number))


def of(number: int, purpose: LinkPurpose) -> str:
    """A page that a mail to that address leads to."""
    return f"/{purpose}/{app.links.token(purpose, LinkClaims(id_of(number), 'digest-2026-W01', 'b'))}"


def move(cloud: Cloud, clock: Clock, number: int, to: int) -> None:
    """From the address of that number to another, a day later."""
    clock.forward(days=1)
    assert post(cloud, of(number, LinkPurpose.PREFERENCES), {"new_email": address(to)})["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(address(to))[-1]))["statusCode"] == 200
    cloud.drain()


def moved(cloud: Cloud, clock: Clock, times: int) -> None:
    cloud.subscribe(address(0), "linkedin")
    for number in range(times):
        move(cloud, clock, number, number + 1)


def forget(cloud: Cloud, clock: Clock) -> None:
    """The days are over for which it is kept who left: the tick erases them, and looks once more."""
    clock.forward(days=app.templates.publication.retention.left.days + 5)
    for _ in range(2):
        cloud.run("nurture", clock.now)
        clock.forward(seconds=LONGEST_RUN.total_seconds())
        cloud.run("nurture", clock.now)


def kept(cloud: Cloud) -> dict[str, dict[str, Any]]:
    """What is kept of each id, one record each."""
    items = cloud.items("Subscribers")
    found = {item["id"]["S"]: {name: value["S"] for name, value in item.items() if "S" in value} for item in items}
    assert len(found) == len(items)
    return found


@pytest.mark.parametrize("form", [ONE_CLICK, BUTTON])
def test_the_way_out_of_old_mails_works_when_the_old_address_is_long_forgotten(
    cloud: Cloud, clock: Clock, form: dict[str, str]
) -> None:
    moved(cloud, clock, 2)
    forget(cloud, clock)
    profiles = [stored_profile(app.subscribers, id_of(number)) or {} for number in (0, 1)]
    assert [set(profile) for profile in profiles] == [
        {"id", "record", "status", "erased_at", "moved_to"},
        {"id", "record", "status", "erased_at", "moved_to", "moved_from"},
    ]
    assert reader(id_of(2)).status is Status.ACTIVE
    assert heading(cloud.http("GET", of(0, LinkPurpose.UNSUBSCRIBE))) == text("unsubscribe.heading")
    assert post(cloud, of(0, LinkPurpose.UNSUBSCRIBE), form)["statusCode"] == 200
    assert reader(id_of(2)).status is Status.UNSUBSCRIBED


def test_no_page_says_that_who_goes_on_elsewhere_is_erased_when_the_old_address_is(cloud: Cloud, clock: Clock) -> None:
    moved(cloud, clock, 1)
    forget(cloud, clock)
    before = stored(cloud)
    for answer in (
        cloud.http("GET", of(0, LinkPurpose.MY_DATA)),
        post(cloud, of(0, LinkPurpose.MY_DATA), {}),
        cloud.http("GET", of(0, LinkPurpose.PREFERENCES)),
    ):
        assert (answer["statusCode"], heading(answer)) == (410, text("problems.moved.heading"))
        assert address(1) not in answer["body"]
    assert stored(cloud) == before


@pytest.mark.parametrize("way", ["button", "retention"])
def test_the_way_from_the_old_addresses_goes_with_the_reader_at_its_end(cloud: Cloud, clock: Clock, way: str) -> None:
    moved(cloud, clock, 2)
    forget(cloud, clock)
    if way == "button":
        data = json.loads(cloud.http("GET", f"{of(2, LinkPurpose.MY_DATA)}?format=json")["body"])
        assert [each["subscriber"] for each in data["earlier"]] == [id_of(1), id_of(0)]
        assert post(cloud, of(2, LinkPurpose.MY_DATA), {})["statusCode"] == 200
        clock.forward(seconds=LONGEST_RUN.total_seconds())
        cloud.run("nurture", clock.now)
    else:
        post(cloud, of(0, LinkPurpose.UNSUBSCRIBE), ONE_CLICK)
        forget(cloud, clock)
    assert set(kept(cloud)) == {id_of(0), id_of(1), id_of(2)}
    for mark in kept(cloud).values():
        assert set(mark) == {"id", "record", "status", "erased_at"}
    assert heading(post(cloud, of(0, LinkPurpose.MY_DATA), {})) == text("erased.heading")


def test_who_comes_back_to_a_forgotten_address_is_themselves_again(cloud: Cloud, clock: Clock) -> None:
    moved(cloud, clock, 1)
    forget(cloud, clock)
    cloud.subscribe(address(0), "kriisit")
    assert post(cloud, of(0, LinkPurpose.UNSUBSCRIBE), ONE_CLICK)["statusCode"] == 200
    assert (reader(id_of(0)).status, reader(id_of(1)).status) == (Status.UNSUBSCRIBED, Status.ACTIVE)


def test_the_first_mail_leads_to_the_reader_after_any_number_of_moves(cloud: Cloud, clock: Clock) -> None:
    moves = 8
    moved(cloud, clock, moves)
    for number in range(moves):
        assert current_subscriber(id_of(number), app).id == id_of(moves)
    assert post(cloud, of(0, LinkPurpose.UNSUBSCRIBE), ONE_CLICK)["statusCode"] == 200
    assert reader(id_of(moves)).status is Status.UNSUBSCRIBED
    assert post(cloud, of(0, LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert {mark["status"] for mark in kept(cloud).values()} == {"erased"}


def test_moves_that_lead_round_in_a_circle_come_to_an_end(cloud: Cloud, clock: Clock) -> None:
    moved(cloud, clock, 2)
    for number, to in ((0, 1), (1, 2), (2, 0)):
        cloud.client("dynamodb").update_item(
            TableName=app.settings.subscribers_table,
            Key={"id": {"S": id_of(number)}, "record": {"S": "profile"}},
            UpdateExpression="SET moved_to = :to",
            ExpressionAttributeValues={":to": {"S": id_of(to)}},
        )
    assert current_subscriber(id_of(0), app).id == id_of(2)
    assert post(cloud, of(0, LinkPurpose.UNSUBSCRIBE), ONE_CLICK)["statusCode"] == 200
    assert reader(id_of(2)).status is Status.UNSUBSCRIBED


# --- what SES reports of mails to them -------------------------------------------------------------------------------


def reported(cloud: Cloud, number: int, clock: Clock, kind: str, **detail: Any) -> None:
    """SES reports at this moment on the first mail to that address."""
    mail = cloud.mails(address(number))[0]
    about = {
        "timestamp": NOON.isoformat(),
        "messageId": mail.id,
        "destination": [address(number)],
        "tags": {name: [value] for name, value in mail.tags.items()},
    }
    body = events.ses_report(kind, about, {"timestamp": clock.now.isoformat(), **detail})
    assert not cloud.invoke("feedback", events.sqs(body))["batchItemFailures"]


def test_spam_pressed_on_a_mail_from_before_the_move_ends_the_mail_of_today(cloud: Cloud, clock: Clock) -> None:
    moved(cloud, clock, 2)
    clock.forward(days=1)
    for _ in range(2):
        reported(cloud, 0, clock, "Complaint", complaintFeedbackType="abuse")
    now = reader(id_of(2))
    assert now.status is Status.COMPLAINED
    # SES holds mail back from the address that complained.
    assert [reader(id_of(number)).status for number in (0, 1)] == [Status.COMPLAINED, Status.UNSUBSCRIBED]
    assert [app.consents.faults(id_of(number)) for number in range(3)] == [[], [], []]
    assert current_subscriber(id_of(0), app).id == id_of(2)


def test_spam_pressed_on_the_old_mail_before_the_move_was_confirmed_ends_nothing_at_the_new_address(
    cloud: Cloud, clock: Clock
) -> None:
    moved(cloud, clock, 1)
    clock.forward(hours=-1)
    reported(cloud, 0, clock, "Complaint", complaintFeedbackType="abuse")
    assert reader(id_of(1)).status is Status.ACTIVE


def test_a_bounce_is_of_the_address_and_stays_with_it(cloud: Cloud, clock: Clock) -> None:
    moved(cloud, clock, 1)
    clock.forward(days=1)
    bounced = [{"emailAddress": address(0), "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1"}]
    reported(cloud, 0, clock, "Bounce", bounceType="Permanent", bouncedRecipients=bounced)
    assert [reader(id_of(number)).status for number in (0, 1)] == [Status.UNSUBSCRIBED, Status.ACTIVE]


@pytest.mark.parametrize("kind", ["Open", "Click"])
def test_who_refuses_tracking_at_the_new_address_is_not_seen_in_old_mails(
    cloud: Cloud, clock: Clock, kind: str
) -> None:
    moved(cloud, clock, 1)
    choices = {"topics": "linkedin", "language": "fi"}
    assert post(cloud, of(1, LinkPurpose.PREFERENCES), choices)["statusCode"] == 200
    assert not reader(id_of(1)).choices.tracking
    before = stored(cloud)
    reported(cloud, 0, clock, kind)
    assert stored(cloud) == before


def test_who_moved_and_allows_tracking_is_seen_in_old_mails(cloud: Cloud, clock: Clock) -> None:
    moved(cloud, clock, 1)
    before = stored(cloud)
    reported(cloud, 0, clock, "Open")
    assert stored(cloud) != before
