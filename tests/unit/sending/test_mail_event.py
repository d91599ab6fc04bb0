"""What SES reports is read as it is meant, and what it never sends is refused by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sending.ses.mail_event import (
    TOPIC_CHECK,
    EventType,
    IgnoredReport,
    MailEvent,
    MalformedEvent,
    read_event,
    without_addresses,
)
from tests.support.strategies import anything

MAILED = datetime(2026, 11, 24, 8, 0, 1, tzinfo=UTC)


def body(kind: str, part: str = "", detail: dict[str, Any] | None = None, **mail: Any) -> str:
    """A report as SES writes it."""
    tags = {"ses:configuration-set": ["mail"], "mailing": ["m1"], "batch": ["a0-0"], "position": ["3"]}
    about = {"timestamp": "2026-11-24T08:00:01.000Z", "messageId": "id-1", "destination": ["a@b.example"], "tags": tags}
    return json.dumps({"eventType": kind, "mail": {**about, **mail}, **({part: detail} if part else {})})


@pytest.mark.parametrize(
    ("kind", "part", "detail", "what"),
    [
        ("Send", "send", {}, EventType.SENT),
        ("Delivery", "delivery", {}, EventType.DELIVERED),
        ("DeliveryDelay", "deliveryDelay", {"delayType": "MailboxFull"}, EventType.DELAYED),
        ("Bounce", "bounce", {"bounceType": "Permanent"}, EventType.BOUNCED),
        ("Bounce", "bounce", {"bounceType": "Undetermined"}, IgnoredReport.AUTO_REPLY),
        ("Bounce", "bounce", {}, IgnoredReport.AUTO_REPLY),
        ("Complaint", "complaint", {"complaintSubType": "OnAccountSuppressionList"}, EventType.BOUNCED),
        ("Complaint", "complaint", {"complaintFeedbackType": "abuse"}, EventType.COMPLAINED),
        ("Complaint", "complaint", {}, EventType.COMPLAINED),
        ("Complaint", "complaint", {"complaintFeedbackType": "not-spam"}, IgnoredReport.HARMLESS),
        ("Rendering Failure", "failure", {"errorMessage": "x"}, EventType.FAILED),
        ("Reject", "reject", {"reason": "Bad content"}, EventType.REFUSED),
        ("Open", "open", {}, EventType.OPENED),
        ("Click", "click", {"isBotEvent": "Unlikely"}, EventType.OPENED),
        ("Click", "click", {"isBotEvent": "Likely"}, IgnoredReport.HARMLESS),
        ("Subscription", "subscription", {}, IgnoredReport.UNKNOWN),
        ("Teleported", "", None, IgnoredReport.UNKNOWN),
    ],
)
def test_every_kind_of_report_is_told_apart(
    kind: str, part: str, detail: dict[str, Any] | None, what: EventType | IgnoredReport
) -> None:
    event = read_event(body(kind, part, detail))
    assert (event.type if isinstance(event, MailEvent) else event) == what


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({}, IgnoredReport.AUTO_REPLY),
        ({"status": ""}, IgnoredReport.AUTO_REPLY),
        ({"status": "2.0.0", "action": "failed"}, IgnoredReport.AUTO_REPLY),
        ({"status": "4.2.2"}, EventType.SOFT_BOUNCED),
        ({"status": " 5.2.2 "}, EventType.SOFT_BOUNCED),
        ({"status": "5.2"}, IgnoredReport.AUTO_REPLY),
        ({"diagnosticCode": "smtp; 452 4.2.2 mailbox full"}, EventType.SOFT_BOUNCED),
        ({"diagnosticCode": "smtp; 550 no such user here"}, EventType.SOFT_BOUNCED),
        ({"diagnosticCode": "Amazon SES did not try: 5.3.0."}, EventType.SOFT_BOUNCED),
        ({"diagnosticCode": "smtp; 250 2.0.0 ok"}, IgnoredReport.AUTO_REPLY),
        ({"diagnosticCode": "I am away until 4.8.2027, call 5.6.7.8"}, IgnoredReport.AUTO_REPLY),
    ],
)
def test_a_bounce_that_may_pass_is_one_only_where_a_mail_server_said_so(
    kind: str, said: dict[str, str], what: EventType | IgnoredReport
) -> None:
    recipients = [{"emailAddress": "a@b.example", **said}]
    event = read_event(body("Bounce", "bounce", {"bounceType": kind, "bouncedRecipients": recipients}))
    assert (event.type if isinstance(event, MailEvent) else event) == what


@pytest.mark.parametrize(
    ("kind", "part", "detail", "complainer"),
    [
        ("Bounce", "bounce", {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"}, False),
        ("Complaint", "complaint", {"complaintSubType": "OnAccountSuppressionList"}, True),
    ],
)
def test_a_mail_that_ses_held_back_is_told_from_one_that_came_back(
    kind: str, part: str, detail: dict[str, Any], complainer: object
) -> None:
    event = read_event(body(kind, part, detail))
    assert isinstance(event, MailEvent)
    assert (event.type, event.not_sent, event.complainer) == (EventType.BOUNCED, True, complainer)
    other = read_event(body("Bounce", "bounce", {"bounceType": "Permanent", "bounceSubType": "Suppressed"}))
    assert isinstance(other, MailEvent)
    assert not other.not_sent


def test_a_report_names_its_mail_and_its_moments() -> None:
    complaint = {"timestamp": "2026-11-26T10:00:00Z", "arrivalDate": "2026-11-26T09:00:00Z"}

    event = read_event(body("Complaint", "complaint", complaint))

    arrived = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    assert event == MailEvent(EventType.COMPLAINED, "m1", "a0-0", 3, "id-1", MAILED, arrived, complainer=True)


def test_the_greeting_of_a_new_topic_and_mails_that_are_not_ours_pass() -> None:
    assert read_event(TOPIC_CHECK) == IgnoredReport.TOPIC_CHECK
    assert read_event(body("Send", tags={"ses:configuration-set": ["mail"]})) == IgnoredReport.FOREIGN


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "not JSON"),
        ("[1]", "not a JSON object"),
        ("{}", "eventType: missing"),
        ('{"eventType": "Send", "mail": 1}', "mail: not a JSON object"),
        (body("Send", tags={"mailing": ["m"], "batch": ["b"]}), "mail.tags.position: "),
        (body("Send", tags={"mailing": ["m"], "batch": ["b"], "position": ["-1"]}), "mail.tags.position: '-1'"),
        (body("Send", tags={"mailing": ["m"], "batch": ["b"], "position": ["50"]}), "mail.tags.position: '50'"),
        (body("Send", tags={"mailing": "m", "batch": ["b"], "position": ["1"]}), "mail.tags.mailing: "),
        (body("Send", timestamp="yesterday"), "mail.timestamp: 'yesterday'"),
    ],
)
def test_what_ses_never_sends_is_refused_with_the_place(text: str, says: str) -> None:
    with pytest.raises(MalformedEvent, match=says.replace("[", r"\[")):
        read_event(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | anything(30),
        lambda inner: st.lists(inner) | st.dictionaries(anything(30), inner),
    )
)
def test_no_json_at_all_makes_it_fail_otherwise(value: object) -> None:
    for text in (json.dumps(value), json.dumps({"eventType": "Bounce", "mail": value, "bounce": value})):
        try:
            read_event(text)
        except MalformedEvent:
            continue


def test_what_is_put_aside_names_nobody() -> None:
    detail = {
        "contactList": "x",
        "source": "aino.virtanen@posti.example",
        "nested": [{"who": "Aino <a@b.example>"}],
        "url": "https://uutiskirje.example/unsubscribe/abc.def",
    }
    kept = without_addresses(body("Subscription", "subscription", detail, commonHeaders={"subject": "Hei Aino"}))
    assert "@b.example" not in kept
    assert "virtanen" not in kept
    assert "abc.def" not in kept
    assert "Hei Aino" not in kept
    assert '"mailing": ["m1"]' in kept
