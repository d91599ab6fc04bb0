"""A reader's record that nobody can read: that reader is rejected with the reason, and everybody else gets the mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.digests.start import start_digest
from newsletter.mailings.mailing import Audience
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.publication.sequences import Trigger
from newsletter.readers.choice import Frequency
from newsletter.readers.subscriber import Status, subscriber_id
from newsletter.reports.report_mailing import addresses_of
from tests.support.mailings.mails import article
from tests.support.mailings.reports import report_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import PEPPER, Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
BROKEN, WELL = "rikki@example.com", "helmi@example.com"
"""Both in one shard, so that they share pages and batches."""
FAULTS: list[tuple[str, dict[str, Any] | None]] = [
    ("topics", None),
    ("topics", {"S": "linkedin"}),
    ("frequency", {"S": "daily"}),
    ("paused_until", {"S": "soon"}),
    ("tracking", {"S": "yes"}),
    ("cadence", {"NULL": True}),
    ("language", None),
    ("name", None),
    ("name", {"N": "1"}),
    ("status", {"N": "1"}),
]


@pytest.fixture(params=FAULTS, ids=str)
def field(request: pytest.FixtureRequest, cloud: Cloud) -> str:
    """The field that the record of one of two readers lacks, or holds nonsense in."""
    name: str
    name, value = request.param
    for email in (BROKEN, WELL):
        add_reader(email)
    change = {"UpdateExpression": "SET #field = :value", "ExpressionAttributeValues": {":value": value}}
    cloud.client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key={"id": {"S": subscriber_id(PEPPER.encode(), BROKEN)}, "record": {"S": "profile"}},
        ExpressionAttributeNames={"#field": name},
        **(change if value else {"UpdateExpression": "REMOVE #field"}),
    )
    return name


def outcome(cloud: Cloud, mailing: str) -> list[tuple[str, str]]:
    """Standing and reason of both, once all is sent."""
    assert cloud.drain() == []
    report = report_of(mailing)
    assert report.certificate.balanced
    assert [mail.to for mail in cloud.mails() if mail.tags["mailing"] == mailing] == [(WELL,)]
    return sorted((line.status, line.reason) for line in report.lines)


def sent_campaign(cloud: Cloud) -> str:
    """The id of a campaign to everybody, sent."""
    started = start_campaign(Campaign("kevat", "Kevät", "Hei!", "fi"), app, now=NOW).mailing
    assert cloud.drain() == []
    return started.id


def test_a_campaign_rejects_that_reader_alone_and_says_why(cloud: Cloud, field: str) -> None:
    found = outcome(cloud, sent_campaign(cloud))
    assert found == [("delivered", ""), ("rejected", f"broken record: {field}")]


def test_a_digest_rejects_that_reader_alone_and_says_why(cloud: Cloud, field: str) -> None:
    app.articles.put(article(1, listed_at=NOW - timedelta(hours=1), published=None, topics=()))
    decided = start_digest(Frequency.WEEKLY, NOW, app)
    assert decided["decision"] == "started"
    found = outcome(cloud, f"digest-{decided['period']}")
    assert found == [("delivered", ""), ("rejected", f"broken record: {field}")]


def test_a_language_that_the_publication_does_not_speak_gives_way_to_its_default(cloud: Cloud) -> None:
    for email in (BROKEN, WELL):
        add_reader(email, language="xx" if email == BROKEN else "fi")
    app.articles.put(article(1, listed_at=NOW - timedelta(hours=1), published=None, topics=()))
    start_digest(Frequency.WEEKLY, NOW, app)
    assert cloud.drain() == []
    assert ["Hei," in (mail.text or "") for mail in cloud.mails()] == [True, True]


@pytest.mark.parametrize("method", ["one-click", "page"])
def test_who_has_such_a_record_can_leave(cloud: Cloud, field: str, method: str) -> None:
    reader = subscriber_id(PEPPER.encode(), BROKEN)
    leave = f"/unsubscribe/{app.links.token(LinkPurpose.UNSUBSCRIBE, LinkClaims(reader))}"
    if method == "one-click":
        assert cloud.http("POST", leave, "List-Unsubscribe=One-Click")["statusCode"] == 200
    else:
        assert [cloud.http(how, leave)["statusCode"] for how in ("GET", "POST")] == [200, 200]
    if field != "status":
        assert app.subscribers.statuses([reader]) == {reader: Status.UNSUBSCRIBED}


def test_a_report_still_names_the_other(cloud: Cloud, field: str) -> None:
    lines = report_of(sent_campaign(cloud)).lines
    named = {line.reason: address for line, address in addresses_of(lines, app)}
    assert named.keys() == {"", f"broken record: {field}"}
    assert named[""] == WELL


def test_the_other_goes_on_through_a_sequence(cloud: Cloud, field: str) -> None:
    for email in (BROKEN, WELL):
        reader = subscriber_id(PEPPER.encode(), email)
        app.enrollments.begin(Enrollment(reader, "sparraus", 1, Trigger.LEAD, NOW - timedelta(days=2), NOW))
    cloud.run("nurture", NOW)
    assert cloud.drain() == []
    assert [mail.to for mail in cloud.mails()].count((WELL,)) == 1, field


def test_who_is_counted_for_a_campaign_can_be_read(field: str) -> None:
    count = count_audience(Audience(), NOW.date(), app)
    assert count.readers == (2 if field in ("name", "status") else 1)  # planning reads neither
