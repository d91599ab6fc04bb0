"""A reader's record that nobody can read: that reader is rejected with the reason, and everybody else gets the mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter import wiring
from newsletter.domain.mailing import Audience
from newsletter.domain.subscriber import Frequency, subscriber_id
from newsletter.usecases.count_audience import count_audience
from newsletter.usecases.start_campaign import Campaign, start_campaign
from newsletter.usecases.start_digest import start_digest
from tests.aws.cloud import PEPPER, Cloud
from tests.aws.readers import add_reader
from tests.aws.reports import report_of
from tests.unit.mails import article

NOW = datetime.now(UTC).replace(microsecond=0)
BROKEN, WELL = "rikki@example.com", "ehja@example.com"
FAULTS: list[tuple[str, dict[str, Any] | None]] = [
    ("topics", None),
    ("topics", {"S": "linkedin"}),
    ("frequency", {"S": "daily"}),
    ("paused_until", {"S": "soon"}),
    ("tracking", {"S": "yes"}),
    ("cadence", {"NULL": True}),
    ("name", None),
    ("name", {"N": "1"}),
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
        TableName=wiring.settings().subscribers_table,
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
    return sorted((line.standing, line.reason) for line in report.lines)


def test_a_campaign_rejects_that_reader_alone_and_says_why(cloud: Cloud, field: str) -> None:
    started, _ = start_campaign(
        Campaign("kevat", "Kevät", "Hei!", "fi"),
        now=NOW,
        templates=wiring.templates(),
        content=wiring.content(),
        deliveries=wiring.deliveries(),
        queues=wiring.queues(),
    )
    assert outcome(cloud, started.id) == [("delivered", ""), ("rejected", f"broken record: {field}")]


def test_a_digest_rejects_that_reader_alone_and_says_why(cloud: Cloud, field: str) -> None:
    wiring.content().put_article(article(1, listed_at=NOW - timedelta(hours=1), published=None, topics=()))
    decided = start_digest(Frequency.WEEKLY, NOW, wiring.digest_desk())
    assert decided["decision"] == "started"
    found = outcome(cloud, f"digest-{decided['period']}")
    assert found == [("delivered", ""), ("rejected", f"broken record: {field}")]


def test_who_is_counted_for_a_campaign_can_be_read(field: str) -> None:
    count = count_audience(Audience(), NOW.date(), subscribers=wiring.subscribers())
    assert count.readers == (2 if field == "name" else 1)  # planning reads no names
