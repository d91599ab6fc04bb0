"""`POST /_local/inbound`: a mail comes in as SES takes it, stores it and tells of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from rehearsal.cloud import LocalCloud
from rehearsal.ses.receiving.receiver import MAX_MESSAGE_BYTES
from tests.support.mailings.templates import REPLY_DOMAIN, templates_with_replies

MAIL = b"From: Maija <maija@example.com>\nTo: hei@vastaa.sanaharju.example\nSubject: Kiitos\n\nKiitos!\n"
TO = f"reply.abc@{REPLY_DOMAIN}"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One that receives, and whose function does not yet take what came from its queue."""
    with LocalCloud(templates=templates_with_replies(tmp_path_factory.mktemp("replies")), ingest=False) as started:
        started.pollers.stop()
        yield started


def post(cloud: LocalCloud, mail: bytes, **query: str) -> tuple[int, Any]:
    address = f"{cloud.url}/_local/inbound?{urlencode({name.rstrip('_'): value for name, value in query.items()})}"
    answer = urllib3.request("POST", address, body=mail, timeout=60, retries=False)
    return answer.status, answer.json()


def notices(cloud: LocalCloud) -> list[dict[str, Any]]:
    """What came to the queue since the last time, oldest first."""
    sqs, url = cloud.backends.client("sqs"), cloud.environment["NEWSLETTER_REPLY_QUEUE"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in messages:
            found.append(json.loads(each["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return found


def stored(cloud: LocalCloud, notice: dict[str, Any]) -> bytes:
    action = notice["receipt"]["action"]
    found = cloud.backends.client("s3").get_object(Bucket=action["bucketName"], Key=action["objectKey"])
    return bytes(found["Body"].read())


def received(cloud: LocalCloud, mail: bytes = MAIL, **query: str) -> dict[str, Any]:
    status, answer = post(cloud, mail, **{"to": TO, **query})
    assert status == 202, answer
    (notice,) = notices(cloud)
    assert notice["mail"]["messageId"] == answer["id"]
    return notice


def statuses(notice: dict[str, Any]) -> dict[str, str]:
    receipt = notice["receipt"]
    return {name.removesuffix("Verdict"): receipt[name]["status"] for name in receipt if name.endswith("Verdict")}


def test_a_mail_is_stored_with_headers_of_ses_and_told_of(cloud: LocalCloud) -> None:
    notice = received(cloud)
    assert notice["notificationType"] == "Received"
    assert notice["mail"]["source"] == "maija@example.com"
    assert notice["mail"]["destination"] == notice["receipt"]["recipients"] == [TO]
    assert notice["mail"]["commonHeaders"]["subject"] == "Kiitos"
    assert notice["mail"]["commonHeaders"]["from"] == ["Maija <maija@example.com>"]
    assert notice["receipt"]["action"] == {
        "type": "S3",
        "topicArn": notice["receipt"]["action"]["topicArn"],
        "bucketName": cloud.environment["NEWSLETTER_REPLY_BUCKET"],
        "objectKeyPrefix": "",
        "objectKey": notice["mail"]["messageId"],
    }
    raw = stored(cloud, notice)
    assert raw.endswith(MAIL.replace(b"\n", b"\r\n")), "as it came, with the line ends of SMTP"
    message = message_from_bytes(raw, policy=default)
    assert message["Return-Path"] == "<maija@example.com>"
    assert message["X-SES-Spam-Verdict"] == message["X-SES-Virus-Verdict"] == "PASS"
    assert "dmarc=pass header.from=example.com" in message["Authentication-Results"]
    names = [each["name"] for each in notice["mail"]["headers"]]
    assert names == list(message.keys()), "the notification has those of SES, too"


def test_verdicts_are_those_of_the_headers_unless_the_address_says_otherwise(cloud: LocalCloud) -> None:
    passed = dict.fromkeys(("spam", "virus", "spf", "dkim", "dmarc"), "PASS")
    assert statuses(received(cloud)) == passed
    marked = (
        b"X-SES-Spam-Verdict: FAIL\nX-SES-Virus-Verdict: gray\nReceived-SPF: Softfail (x)\n"
        b"Authentication-Results: amazonses.com;\n dkim=fail header.i=@a.fi;\n dkim=pass header.i=@b.fi;\n"
        b" dkim=fail header.i=@c.fi; dmarc=FAIL\n" + MAIL
    )
    notice = received(cloud, marked)
    assert statuses(notice) == {"spam": "FAIL", "virus": "GRAY", "spf": "GRAY", "dkim": "PASS", "dmarc": "FAIL"}
    assert notice["receipt"]["dmarcPolicy"] == "none"
    assert statuses(received(cloud, marked, **dict.fromkeys(passed, "pass"))) == passed
    assert statuses(received(cloud, virus="processing failed"))["virus"] == "PROCESSING_FAILED"


def test_the_envelope_has_its_own_sender(cloud: LocalCloud) -> None:
    assert received(cloud, from_="bounce@list.example")["mail"]["source"] == "bounce@list.example"
    nobody = received(cloud, from_="<>")
    assert nobody["mail"]["source"] == ""
    assert message_from_bytes(stored(cloud, nobody))["Return-Path"] == "<>"
    assert received(cloud, b"Return-Path: <>\n" + MAIL)["mail"]["source"] == ""


def test_a_notification_may_come_twice_as_sns_says(cloud: LocalCloud) -> None:
    assert post(cloud, MAIL, to=TO, times="2")[0] == 202
    first, second = notices(cloud)
    assert first == second


def test_headers_are_cut_after_ten_kilobytes(cloud: LocalCloud) -> None:
    notice = received(cloud, b"X-Long: " + b"x" * 11_000 + b"\n" + MAIL)
    assert notice["mail"]["headersTruncated"] is True
    assert "X-Long" not in [each["name"] for each in notice["mail"]["headers"]]
    assert received(cloud)["mail"]["headersTruncated"] is False


@pytest.mark.parametrize(
    "header",
    [b"Subject: " + b"=?utf-8?q?=C3=A4?= " * 20_000, b"Cc: " + b"a@example.org, " * 50_000, b"To: " + b"(" * 9_000],
    ids=["words", "addresses", "comments"],
)
def test_headers_as_attackers_write_them_fit_into_a_notification(cloud: LocalCloud, header: bytes) -> None:
    assert received(cloud, header + b"\n" + MAIL)["mail"]["source"] == received(cloud)["mail"]["source"]


def test_a_sender_with_comments_inside_of_comments_is_nobody(cloud: LocalCloud) -> None:
    assert received(cloud, b"From: " + b"(" * 9_000 + b"\n\nHei")["mail"]["source"] == ""


@pytest.mark.parametrize(
    ("mail", "query", "status", "says"),
    [
        (MAIL, {}, 400, "to is missing"),
        (MAIL, {"to": "reply.abc@elsewhere.example"}, 400, f"SES receives for {REPLY_DOMAIN}"),
        (MAIL, {"to": f"reply.abc@sub.{REPLY_DOMAIN}"}, 400, "nobody takes a mail"),
        (MAIL, {"to": "no address"}, 400, "to is 'no address' and must be"),
        (MAIL, {"to": f"{'a' * 65}@{REPLY_DOMAIN}"}, 400, "at most 64 characters"),
        (MAIL, {"to": TO, "spam": "maybe"}, 400, "spam is 'maybe' and must be one of PASS"),
        (MAIL, {"to": TO, "times": "0"}, 400, "times is '0'"),
        (MAIL, {"to": TO, "colour": "red"}, 400, "'colour' is unknown"),
        (b"\n", {"to": TO}, 400, "The body is empty"),
        (b"x" * (MAX_MESSAGE_BYTES + 1), {"to": TO}, 413, str(MAX_MESSAGE_BYTES)),
    ],
)
def test_what_ses_would_not_take_is_refused_with_the_reason(
    cloud: LocalCloud, mail: bytes, query: dict[str, str], status: int, says: str
) -> None:
    answered, answer = post(cloud, mail, **query)
    assert answered == status
    assert says in answer["error"]
    assert notices(cloud) == []


def test_the_largest_mail_is_taken(cloud: LocalCloud) -> None:
    largest = MAIL + b"x" * (MAX_MESSAGE_BYTES - len(MAIL))
    assert len(stored(cloud, received(cloud, largest))) > MAX_MESSAGE_BYTES, "the headers of SES come on top"
