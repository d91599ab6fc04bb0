"""A mail of which nobody knows whether it went out: what Send events settle, what stays, and what is sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, Status
from newsletter.sending.ledger import BatchStatus, SendResult
from rehearsal import events
from tests.support.mailings.reports import WholeReport, report_of
from tests.support.stack.cloud import Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
MAILING = "campaign-kevat"
HOUR = timedelta(hours=1)
READERS = tuple("a" + letter * 25 for letter in "abc")


class Clock:
    """The functions' clock, moved by hand."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> Clock:
    assert cloud.mails() == []
    clock = Clock()
    monkeypatch.setattr(app, "now", clock.now)
    return clock


def handle(cloud: Cloud, function: str, *bodies: str) -> int:
    """Hand the messages to the function; how many it gave back."""
    return sum(len(cloud.invoke(function, events.sqs(body))["batchItemFailures"]) for body in bodies)


def in_doubt(cloud: Cloud, **more: Any) -> str:
    """Send a campaign to three readers whose answer from SES gets lost; the message that will settle it."""
    for reader in READERS:
        form = SignUp(reader, f"{reader[1]}@example.com", Choices(language="fi"), "2026-11", "", "", NOW, reader)
        assert app.subscribers.activate(form, NOW)
    start_campaign(Campaign("kevat", "Kuulumiset", "Hei!", "fi", **more), app, now=NOW)
    assert handle(cloud, "planner", *cloud.messages("PlanQueue")) == 0
    (batch,) = cloud.messages("BatchQueue")
    cloud.ses.faults.fail(accepted=False)
    assert handle(cloud, "sender", batch) == 0
    assert handle(cloud, "sender", batch) == 0  # SQS delivers it again
    assert set(standings()) == {"doubtful"}
    return '{"type":"settle_doubt","version":1,"mailing":"campaign-kevat","batch":"a0-0"}'


def report() -> WholeReport:
    return report_of(MAILING)


def standings() -> list[str]:
    return [line.status for line in report().lines]


def waiting(cloud: Cloud) -> int:
    """Messages of the batch queue that come later."""
    queue = app.settings.batch_queue
    answer = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return int(answer["ApproximateNumberOfMessagesDelayed"])


def sent_event(cloud: Cloud, position: int) -> None:
    """A Send event of SES for the first batch."""
    tags = {"mailing": [MAILING], "batch": ["a0-0"], "position": [str(position)]}
    mail = {"timestamp": NOW.isoformat(), "messageId": "late", "tags": tags}

    assert handle(cloud, "feedback", events.ses_report("Send", mail, {})) == 0


def feedback(cloud: Cloud) -> None:
    assert handle(cloud, "feedback", *cloud.messages("FeedbackQueue")) == 0


def test_a_doubt_waits_in_the_queue_until_send_events_have_had_their_time(cloud: Cloud, clock: Clock) -> None:
    message = in_doubt(cloud)
    before = waiting(cloud)
    assert before == 2  # one for each time the batch was seen to be in doubt
    clock.by = HOUR / 2
    assert handle(cloud, "sender", message) == 0
    assert waiting(cloud) == before + 1
    assert (report().certificate.doubtful, report().certificate.undecided) == (3, 3)


def test_never_twice_names_whom_no_event_vouched_for_and_sends_nothing(cloud: Cloud, clock: Clock) -> None:
    message = in_doubt(cloud)
    sent_event(cloud, 1)
    clock.by = HOUR + timedelta(minutes=1)
    assert handle(cloud, "sender", message, message) == 0

    assert cloud.messages("BatchQueue") == []
    assert cloud.mails() == []
    assert standings() == ["doubtful", "accepted", "doubtful"]
    assert report().lines[0].reason == "no Send event came within 60 minutes"
    certificate = report().certificate
    assert (certificate.doubtful, certificate.undecided, certificate.balanced) == (2, 0, True)
    ledger = app.deliveries.record(MAILING, "a0-0")
    assert ledger is not None
    assert ledger.state is BatchStatus.DONE


def test_a_send_event_that_comes_after_the_decision_still_clears_the_doubt(cloud: Cloud, clock: Clock) -> None:
    message = in_doubt(cloud)
    clock.by = HOUR + timedelta(minutes=1)
    handle(cloud, "sender", message)
    sent_event(cloud, 0)
    assert standings() == ["accepted", "doubtful", "doubtful"]


def test_resend_mails_once_more_whom_no_event_vouched_for_and_shows_it_in_the_ledger(
    cloud: Cloud, clock: Clock
) -> None:
    message = in_doubt(cloud, doubt="resend", doubt_wait_minutes=30)
    sent_event(cloud, 1)
    clock.by = timedelta(minutes=31)
    assert handle(cloud, "sender", message, message) == 0
    again = cloud.messages("BatchQueue")
    assert standings() == ["waiting", "accepted", "waiting"]
    assert handle(cloud, "sender", *again, *again) == 0
    feedback(cloud)

    assert sorted(mail.to[0] for mail in cloud.mails()) == ["a@example.com", "c@example.com"]
    assert standings() == ["delivered", "accepted", "delivered"]
    ledger = {record.batch.id: record.outcomes for record in app.deliveries.records(MAILING)}
    assert ledger == {
        "a0-0": SendResult.RESENT + SendResult.DOUBTFUL + SendResult.RESENT,
        "a0-0-again": SendResult.ACCEPTED * 2,
    }
    certificate = report().certificate
    assert (certificate.planned, certificate.accepted, certificate.twice, certificate.balanced) == (3, 3, 0, True)


def test_who_got_two_mails_after_all_is_named(cloud: Cloud, clock: Clock) -> None:
    message = in_doubt(cloud, doubt="resend")
    clock.by = HOUR + timedelta(minutes=1)
    handle(cloud, "sender", message)
    handle(cloud, "sender", *cloud.messages("BatchQueue"))
    sent_event(cloud, 2)

    lines = report().lines
    assert [line.twice for line in lines] == [False, False, True]
    assert "sent twice" in lines[2].reason
    assert (report().certificate.twice, report().certificate.accepted) == (1, 3)


def test_an_event_in_the_last_moment_keeps_the_second_mail_from_going_out(cloud: Cloud, clock: Clock) -> None:
    message = in_doubt(cloud, doubt="resend")
    clock.by = HOUR + timedelta(minutes=1)
    handle(cloud, "sender", message)
    sent_event(cloud, 0)
    app.subscribers.deactivate(READERS[1], Status.UNSUBSCRIBED, "page", NOW)
    handle(cloud, "sender", *cloud.messages("BatchQueue"))

    assert [mail.to[0] for mail in cloud.mails()] == ["c@example.com"]
    assert standings() == ["accepted", "suppressed", "accepted"]
    assert report().certificate.balanced


def test_a_second_doubt_is_left_as_it_is(cloud: Cloud, clock: Clock) -> None:
    message = in_doubt(cloud, doubt="resend")
    clock.by = HOUR + timedelta(minutes=1)
    handle(cloud, "sender", message)
    (again,) = cloud.messages("BatchQueue")
    cloud.ses.faults.fail()
    assert handle(cloud, "sender", again) == 0
    clock.by *= 3
    assert handle(cloud, "sender", message.replace("a0-0", "a0-0-again")) == 0

    assert cloud.messages("BatchQueue") == []
    assert standings() == ["doubtful"] * 3
    assert report().certificate.balanced


def test_one_recipient_of_whom_ses_says_nothing_is_in_doubt_like_a_whole_batch(cloud: Cloud, clock: Clock) -> None:
    message = in_doubt(cloud, doubt="resend")
    clock.by = HOUR + timedelta(minutes=1)
    handle(cloud, "sender", message)
    (again,) = cloud.messages("BatchQueue")
    cloud.ses.faults.set_entry_status("FAILED")
    handle(cloud, "sender", again)
    ledger = app.deliveries.record(MAILING, "a0-0-again")
    assert ledger is not None
    assert (ledger.state, ledger.outcomes) == (BatchStatus.DOUBTFUL, "?aa")


def test_the_doubt_of_a_batch_that_nobody_knows_goes_to_a_person(cloud: Cloud, clock: Clock) -> None:
    assert clock.by == timedelta(0)
    assert handle(cloud, "sender", '{"type":"settle_doubt","version":1,"mailing":"x","batch":"y"}') == 1


def test_a_repeated_mail_that_a_pause_took_off_the_queue_goes_out_after_the_mailing_is_resumed(
    cloud: Cloud, clock: Clock
) -> None:
    message = in_doubt(cloud, doubt="resend")
    clock.by = HOUR + timedelta(minutes=1)
    assert handle(cloud, "sender", message) == 0
    (again,) = [body for body in cloud.messages("BatchQueue") if "-again" in body]
    pause_mailing(MAILING, app, by="Maija", now=NOW)
    assert handle(cloud, "sender", again) == 0
    assert cloud.mails() == []

    resume_mailing(MAILING, app, by="Maija", now=NOW + timedelta(minutes=5))
    assert handle(cloud, "planner", *cloud.messages("PlanQueue")) == 0
    bodies = cloud.messages("BatchQueue")
    assert [body for body in bodies if "-again" in body] == [again]
    assert handle(cloud, "sender", *bodies) == 0

    assert len(cloud.mails()) == 3
    feedback(cloud)
    assert set(standings()) == {"delivered"}
