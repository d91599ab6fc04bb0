"""A mailing that is planned in a number of places of the ledger is finished and reported after the number changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.planning import ledger_keys
from newsletter.platform.messages import PlanPage, SendBatch, from_json
from tests.support.mailings.reports import report_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud, running

READERS = [f"lukija{number}@example.com" for number in range(16)]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with running() as stack:
        for reader in READERS:
            add_reader(reader)
        yield stack


def started() -> str:
    campaign = Campaign("muutos", "Muutos", "Hei!", "fi")
    return start_campaign(campaign, app, now=datetime.now(UTC).replace(microsecond=0)).mailing.id


def test_a_mailing_is_finished_and_reported_whole_after_the_number_changed(cloud: Cloud) -> None:
    mailing = started()
    pages = [message for body in cloud.messages("PlanQueue") if isinstance(message := from_json(body), PlanPage)]
    first, then = pages[::2], pages[1::2]
    app.queues.send_all(app.queues.plan, first)
    cloud.work("planner")
    waiting = [message for body in cloud.messages("BatchQueue") if isinstance(message := from_json(body), SendBatch)]
    app.queues.send_all(app.queues.batch, waiting[::2])
    cloud.work("sender")

    with patch.multiple(ledger_keys, PLACES=64, FORMER=(32,)):
        app.queues.send_all(app.queues.plan, then)
        app.queues.send_all(app.queues.batch, waiting)  # those that were sent come once more
        assert cloud.drain() == []
        report = report_of(mailing).certificate
        ids = [batch.id for _, page in app.manifests.of_mailing(mailing) for batch in page.batches]

    assert sorted(mail.to[0] for mail in cloud.mails() if mail.tags["mailing"] == mailing) == sorted(READERS)
    assert report.planned == report.accepted == report.delivered == len(READERS)
    assert {batch.endswith("p64") for batch in ids} == {True, False}
