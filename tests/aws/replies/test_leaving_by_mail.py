"""A mail to the address of List-Unsubscribe ends the subscription, whatever it says; a forged one ends nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.manage.find import masked
from newsletter.readers.subscriber import Status
from newsletter.replies.reply import ReplyOutcome
from rehearsal.ses import Mail
from tests.aws.replies.conftest import MAIJA, PEKKA
from tests.support.readers.site import post
from tests.support.replies.answers import leave_by, receive, receiver, written
from tests.support.stack.cloud import Cloud, link_to

APPLE = "Apple Mail sent this email to unsubscribe from the message “Kevät”."


def status(email: str) -> Status:
    found = app.subscribers.get(app.ids.of(email))
    assert found is not None
    return found.status


def withdrawals(reader: str) -> list[tuple[str, str]]:
    chain = [record.consent for record in app.consents.chain(reader)]
    return [(each.how, each.mailing) for each in chain if each.act == "withdrawn"]


def test_the_header_has_both_addresses_and_the_link_is_still_what_one_click_posts_to(mail: Mail) -> None:
    by_mail, link = mail.headers["List-Unsubscribe"].split(", ")
    assert by_mail.startswith("<mailto:leave.")
    assert link.startswith("<http")
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(leave_by(mail).partition("@")[0]) <= 64


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (APPLE, {"subject": "Unsubscribe"}),
        ("", {"subject": ""}),
        ("En halua lähteä!", {"Auto-Submitted": "auto-replied"}),
        ("x", {"List-Id": "<lista.example.com>", "X-Forwarded-To": "portti@example.com"}),
    ],
)
def test_whatever_the_mail_says_it_ends_the_subscription_once(
    cloud: Cloud, maija: str, mail: Mail, text: str, headers: dict[str, str]
) -> None:
    raw = written(MAIJA, text, **headers)
    first = receive(cloud, raw, leave_by(mail).upper(), dmarc="FAIL", spam="FAIL")
    assert status(MAIJA) is Status.UNSUBSCRIBED
    receiver(cloud).tell_again(first)
    assert cloud.drain() == []
    receive(cloud, raw, leave_by(mail))
    assert withdrawals(maija) == [("mail", "campaign-kevat")]
    kept = [(each.outcome, each.sender) for each in app.replies.newest(9, app.now())]
    assert kept == [(ReplyOutcome.LEFT, masked(MAIJA))] * 2
    assert status(PEKKA) is Status.ACTIVE
    assert len(cloud.mails()) == 2  # nothing answers it, and nothing goes on


def test_the_report_of_the_mail_counts_who_left_by_it(cloud: Cloud, maija: str, mail: Mail) -> None:
    receive(cloud, written("gateway@example.net", ""), leave_by(mail), sender="<>")
    (record,) = [each for each in app.deliveries.records("campaign-kevat") if maija in each.batch.recipients]
    assert record.has_event("unsubscribed", record.batch.recipients.index(maija))


def test_an_old_mail_lets_the_reader_leave_who_has_another_address_since(cloud: Cloud, maija: str, mail: Mail) -> None:
    preferences = f"/preferences/{app.links.token(LinkPurpose.PREFERENCES, LinkClaims(maija))}"
    assert post(cloud, preferences, {"new_email": "uusi@example.com"})["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails("uusi@example.com")[-1]))["statusCode"] == 200
    cloud.drain()
    receive(cloud, written(MAIJA, ""), leave_by(mail))
    assert status("uusi@example.com") is Status.UNSUBSCRIBED


@pytest.mark.parametrize("made_up", ["leave.{reader}aaaaaaaa.aaaaaaaaaaaaaaaa", "leave.x.y", "postmaster", "reply.a.b"])
def test_a_forged_address_does_nothing_and_is_counted(cloud: Cloud, maija: str, made_up: str) -> None:
    receive(cloud, written(MAIJA, "unsubscribe"), f"{made_up.format(reader=maija)}@{app.reply_settings.domain}")
    assert status(MAIJA) is Status.ACTIVE
    (reply,) = app.replies.newest(9, app.now())
    assert (reply.outcome, reply.sender) == (ReplyOutcome.FORGED, masked(MAIJA))
    assert len(cloud.mails()) == 2


def test_after_the_mailing_is_forgotten_the_address_still_works(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.client("dynamodb").delete_item(
        TableName=app.settings.deliveries_table,
        Key={"mailing": {"S": f"code#{leave_by(mail)[32:40]}"}, "part": {"S": "mailing"}},
    )
    later = datetime.now(UTC) + timedelta(days=500)
    monkeypatch.setattr(app, "now", lambda: later, raising=False)
    receive(cloud, written(MAIJA, ""), leave_by(mail))
    assert status(MAIJA) is Status.UNSUBSCRIBED
