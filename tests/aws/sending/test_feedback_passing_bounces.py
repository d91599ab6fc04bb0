"""Bounces that pass: they end the mail only when they go on, and never that of a reader who is reached again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from newsletter.container import app
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.ledger_keys import batch_key
from newsletter.platform.aws import clients as aws
from newsletter.platform.aws.items import to_item
from newsletter.platform.times import iso
from newsletter.publication.sending_limits import Feedback
from newsletter.readers.subscriber import Status
from newsletter.sending.deliveries_store import EVENTS
from newsletter.sending.ledger import BatchStatus, SendResult
from tests.support.readers.stored import stored_profile
from tests.support.ses import ses_reports
from tests.support.ses.ses_account import SesAccount, pair
from tests.support.ses.ses_reports import (
    BATCH,
    CONFIRMED,
    MAILED,
    READER,
    auto_reply,
    bounce,
    confirm,
    report,
    sent,
    status,
    tell,
)
from tests.support.stack.cloud import Cloud

mailing_sent = ses_reports.mailing_sent

pytestmark = pytest.mark.usefixtures("mailing_sent")


def test_three_mails_that_bounce_for_a_passing_reason_end_the_mail_and_one_thrice_does_not(cloud: Cloud) -> None:
    assert tell(cloud, *[bounce("Transient")] * 3) == 0
    assert status() is Status.ACTIVE
    assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=40), mail="id-2")) == 0
    assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=47), mail="id-3")) == 0
    assert status() is Status.ACTIVE
    assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=54), mail="id-4")) == 0
    assert status() is Status.BOUNCED


def of_batch(batch: str, body: str) -> str:
    return body.replace(f'"batch": ["{BATCH.id}"]', f'"batch": ["{batch}"]')


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_replies_of_programs_count_against_nobody_and_leave_no_trace(cloud: Cloud, kind: str) -> None:
    for week in range(1, 10):
        mailed, batch = sent(week)
        bodies = report("Delivery", mailed=mailed, mail=batch), auto_reply(kind, mailed=mailed, mail=batch)
        assert tell(cloud, *(of_batch(batch, body) for body in bodies)) == 0
        record = app.deliveries.record(BATCH.mailing, batch)
        assert record is not None
        assert record.positions == {"delivered": frozenset({1})}
    assert status() is Status.ACTIVE
    profile = stored_profile(app.subscribers, READER)
    assert profile is not None
    assert "soft_bounces" not in profile


@pytest.mark.parametrize("delivered", [0, 1, 2])
def test_a_mail_that_was_delivered_never_counts_in_whatever_order_its_reports_come(
    cloud: Cloud, delivered: int
) -> None:
    """Three mails bounce with a status, and one of them proves to be delivered."""
    mails = [sent(week) for week in range(1, 4)]
    bounces = [of_batch(batch, bounce("Transient", mailed=mailed, mail=batch)) for mailed, batch in mails]
    mailed, batch = mails[delivered]
    delivery = of_batch(batch, report("Delivery", mailed=mailed, mail=batch))
    for number, order in enumerate(permutations([*bounces, delivery])):
        confirm(CONFIRMED + timedelta(seconds=number + 1))
        before = stored_profile(app.subscribers, READER)
        assert before is not None
        for body in (*order, order[0]):
            assert tell(cloud, body) == 0
        assert status() is Status.ACTIVE
        after = stored_profile(app.subscribers, READER)
        assert after is not None
        assert len(after.pop("soft_bounces")) == 2
        # Growth is counted by the dates of the profile; the index may still name the week of a bounce taken back.
        assert after | {"moved_in": before["moved_in"]} == before
        forget_reports(mails)


def forget_reports(mails: Sequence[tuple[datetime, str]]) -> None:
    """As if nothing had been reported of these mails."""
    for _, batch in mails:
        aws.client("dynamodb").update_item(
            TableName=app.settings.deliveries_table,
            Key=to_item({"mailing": batch_key(BATCH.mailing, batch), "part": f"batch#{batch}{EVENTS}"}),
            UpdateExpression="REMOVE delivered, soft_bounced",
        )
    aws.client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key=to_item({"id": READER, "record": "profile"}),
        UpdateExpression="REMOVE soft_bounces",
    )


def bounced_softly(cloud: Cloud) -> tuple[datetime, str]:
    """Three mails that bounced for a passing reason and stopped the reader; the last of them."""
    mails = [sent(week) for week in range(1, 4)]
    bodies = [of_batch(batch, bounce("Transient", mailed=mailed, mail=batch)) for mailed, batch in mails]
    assert tell(cloud, *bodies) == 0
    assert status() is Status.BOUNCED
    return mails[-1]


def test_a_late_delivery_brings_nobody_back_whom_something_else_stopped(cloud: Cloud) -> None:
    mailed, batch = bounced_softly(cloud)
    assert tell(cloud, of_batch(batch, bounce(mailed=mailed, mail=batch))) == 0
    assert tell(cloud, of_batch(batch, report("Delivery", mailed=mailed, mail=batch))) == 0
    assert status() is Status.BOUNCED


def test_whom_passing_bounces_stopped_can_leave_for_good(cloud: Cloud) -> None:
    mailed, batch = bounced_softly(cloud)
    assert app.subscribers.deactivate(READER, Status.UNSUBSCRIBED, "page", mailed)
    assert tell(cloud, of_batch(batch, report("Delivery", mailed=mailed, mail=batch))) == 0
    assert status() is Status.UNSUBSCRIBED


def test_a_year_of_digests_with_two_holidays_leaves_every_reader_active(cloud: Cloud) -> None:
    """The local SES tells of every auto-reply as SES does: four weeks in July, two around Christmas."""
    away, home = "ylermi@lukija.example", "aino@lukija.example"
    start = datetime(2026, 1, 6, 6, 0, tzinfo=UTC)
    confirm(start - timedelta(days=1))
    with SesAccount() as account:
        for week in range(52):
            account.clock = start + timedelta(weeks=week)
            account.ses.set_away(away, away=week in (*range(26, 30), 50, 51))
            batch = Batch(f"digest-{week}", "d0-0", "fi-x", ("b" * 26, READER))
            app.deliveries.claim(batch, SendResult.OPEN * 2, {}, account.clock)
            app.deliveries.record_result(batch, 1, BatchStatus.DONE, SendResult.ACCEPTED * 2, {}, account.clock)
            for position, address in enumerate((home, away)):
                tags = {"mailing": batch.mailing, "batch": batch.id, "position": str(position)}
                account.send_tracked(address, EmailTags=[pair(name, value) for name, value in tags.items()])
        bodies = [json.dumps(event) for _, event in account.published]
    assert sum('"eventType": "Bounce"' in body for body in bodies) == 6
    for first in range(0, len(bodies), 50):
        assert tell(cloud, *bodies[first : first + 50]) == 0
    assert status() is Status.ACTIVE
    assert app.reputation.last_day(app.now()) == Feedback(delivered=104)


def test_bounces_of_years_ago_are_forgotten(cloud: Cloud) -> None:
    for number in range(4):
        assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=100 * number), mail=str(number))) == 0
    profile = stored_profile(app.subscribers, READER)
    assert profile is not None
    assert profile["soft_bounces"] == {f"{iso(MAILED + timedelta(days=300))}#3"}
