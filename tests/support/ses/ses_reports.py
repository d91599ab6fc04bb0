"""A reader who got a mailing, and what SES reports of its mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.times import iso
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, Status
from newsletter.sending.ledger import BatchStatus, SendResult
from rehearsal import events
from tests.support.stack.cloud import Cloud

MAILED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CONFIRMED = MAILED - timedelta(days=300)
READER = "a" * 26
BATCH = Batch("campaign-kevat", "a0-0", "fi-x", ("b" * 26, READER))


@pytest.fixture
def mailing_sent(cloud: Cloud) -> None:  # noqa: ARG001 (the stack must be there first)
    """A reader who was sent a mail, at position 1 of its batch."""
    confirm(CONFIRMED)
    app.deliveries.claim(BATCH, SendResult.OPEN * 2, {}, MAILED)
    app.deliveries.record_result(BATCH, 1, BatchStatus.DONE, SendResult.ACCEPTED * 2, {}, MAILED)


def confirm(at: datetime, *, tracking: bool = True) -> None:
    """The reader confirms, perhaps anew."""
    form = SignUp(READER, "a@b.example", Choices(language="fi", tracking=tracking), "2026-11", "", "", at, iso(at))
    assert app.subscribers.activate(form, at)


def report(kind: str, mailed: datetime = MAILED, mail: str = "id-1", **detail: Any) -> str:
    """A report of SES about the reader's mail."""
    tags = {"mailing": [BATCH.mailing], "batch": [BATCH.id], "position": ["1"]}
    about = {"timestamp": mailed.isoformat(), "messageId": mail, "destination": ["a@b.example"], "tags": tags}
    return events.ses_report(kind, about, detail)


def bounce(kind: str = "Permanent", **more: Any) -> str:
    """A bounce of which a mail server told."""
    recipients = [{"emailAddress": "a@b.example", "status": "5.2.2", "diagnosticCode": "smtp; 552 5.2.2 full"}]
    return report("Bounce", bounceType=kind, bouncedRecipients=recipients, **more)


def auto_reply(kind: str = "Transient", **more: Any) -> str:
    """What SES makes of an out-of-office reply."""
    return report("Bounce", bounceType=kind, bounceSubType="General", bouncedRecipients=[{"emailAddress": "a"}], **more)


def complaint(at: datetime = MAILED + timedelta(hours=1)) -> str:
    """The reader calls the mail spam."""
    return report("Complaint", complaintFeedbackType="abuse", timestamp=at.isoformat())


def tell(cloud: Cloud, *bodies: str) -> int:
    """Hand the reports to the function in one event; how many it gave back."""
    return len(cloud.invoke("feedback", events.sqs(*bodies))["batchItemFailures"])


def status() -> Status:
    """How the reader stands."""
    return app.subscribers.statuses([READER])[READER]


def positions() -> dict[str, frozenset[int]]:
    """The sets of the batch, by the kind of report."""
    record = app.deliveries.record(BATCH.mailing, BATCH.id)
    assert record is not None
    return dict(record.positions)


def sent(week: int) -> tuple[datetime, str]:
    """A further mail to the reader, a week apart, of which no report came yet: when, and its batch."""
    mailed, batch = MAILED + timedelta(days=7 * week), replace(BATCH, id=f"a0-{week}")
    app.deliveries.claim(batch, SendResult.OPEN * 2, {}, mailed)
    app.deliveries.record_result(batch, 1, BatchStatus.DONE, SendResult.ACCEPTED * 2, {}, mailed)
    return mailed, batch.id
