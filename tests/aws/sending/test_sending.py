"""What a batch becomes when everything goes right, and when it does not: nobody twice, nobody forgotten in silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.mailing import Variant
from newsletter.platform.messages import SendBatch, from_json
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, Status, subscriber_id
from newsletter.reports.report_mailing import Report
from newsletter.sending.deliveries_store import Deliveries
from newsletter.sending.ledger import LEASE, BatchStatus
from rehearsal import events
from tests.support.aws.lost_responses import Crash
from tests.support.mailings.reports import report_of
from tests.support.stack.cloud import PEPPER, Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
MAILING = "campaign-kevat"


@pytest.fixture
def readers(cloud: Cloud) -> list[str]:
    """Three active readers in one shard, so that they share a batch; the ids."""
    found: list[str] = []
    number = 0
    while len(found) < 3:
        number += 1
        email = f"lukija{number}@example.com"
        reader = subscriber_id(PEPPER.encode(), email)
        if reader[0] == "a":
            sign_up = SignUp(reader, email, Choices(language="fi"), "2026-11", "", "", NOW, "nonce")
            assert app.subscribers.activate(sign_up, NOW)
            found.append(reader)
    assert cloud.mails() == []
    return found


@pytest.fixture
def batch(cloud: Cloud, readers: list[str]) -> SendBatch:
    """A campaign to the readers, planned but not sent; its one batch."""
    campaign = Campaign("kevat", "Kevään kuulumiset", "Hei! [Lue lisää](https://www.sanaharju.example/kevat)", "fi")
    start_campaign(campaign, app, now=NOW)
    for body in cloud.messages("PlanQueue"):
        cloud.invoke("planner", events.sqs(body))
    (planned,) = cloud.messages("BatchQueue")
    message = from_json(planned)
    assert isinstance(message, SendBatch)
    assert sorted(message.recipients) == sorted(readers)
    return message


def send(cloud: Cloud, batch: SendBatch) -> bool:
    """Give the batch to the sender; whether it is done with it."""
    answer = cloud.invoke("sender", events.sqs(batch.to_json()))
    return not answer["batchItemFailures"]


def waiting(cloud: Cloud) -> int:
    """How many batches went back to the queue, to be tried again later."""
    queue = app.settings.batch_queue
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessagesDelayed"])


def feedback(cloud: Cloud) -> None:
    """Let the feedback function read what SES published."""
    for body in cloud.messages("FeedbackQueue"):
        assert not cloud.invoke("feedback", events.sqs(body))["batchItemFailures"]


def report() -> Report:
    """The campaign's report."""
    return report_of(MAILING)


def standings() -> list[str]:
    """Where each recipient stands."""
    return [line.status for line in report_of(MAILING).lines]


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Move the clock of the functions."""
    monkeypatch.setattr(app, "now", lambda: datetime.now(UTC) + by)


def test_every_reader_of_a_batch_gets_one_mail_and_the_certificate_is_balanced(cloud: Cloud, batch: SendBatch) -> None:
    for _ in range(3):
        assert send(cloud, batch)
    feedback(cloud)

    assert len(cloud.mails()) == 3
    assert len({mail.to for mail in cloud.mails()}) == 3
    assert standings() == ["delivered"] * 3
    certificate = report().certificate
    assert (certificate.planned, certificate.accepted, certificate.balanced) == (3, 3, True)


def test_who_leaves_between_planning_and_sending_gets_nothing(
    cloud: Cloud, batch: SendBatch, readers: list[str]
) -> None:
    app.subscribers.deactivate(readers[1], Status.UNSUBSCRIBED, "page", NOW)

    assert send(cloud, batch)

    assert len(cloud.mails()) == 2
    assert sorted(standings()) == ["accepted", "accepted", "suppressed"]
    (left,) = [line for line in report_of(MAILING).lines if line.status == "suppressed"]
    assert (left.subscriber, left.reason) == (readers[1], "unsubscribed")
    assert report().certificate.balanced


@pytest.mark.parametrize("when", ["before the claim", "before SES", "after SES", "after the mark"])
def test_a_crash_at_any_line_sends_nothing_twice_and_names_who_is_in_doubt(
    cloud: Cloud, batch: SendBatch, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    crash_once(monkeypatch, when)
    with pytest.raises(Crash):
        send(cloud, batch)
    feedback(cloud)

    # The queue offers the message again while the claim still stands, and once more after its lease.
    again_at_once = send(cloud, batch)
    later(monkeypatch, LEASE + timedelta(seconds=1))
    assert send(cloud, batch)
    feedback(cloud)

    copies = [sum(mail.to == other.to for other in cloud.mails()) for mail in cloud.mails()]
    assert set(copies) <= {1}
    assert report().certificate.balanced
    expected = {
        "before the claim": (True, ["delivered"] * 3),
        "before SES": (False, ["doubtful"] * 3),
        "after SES": (False, ["delivered"] * 3),
        "after the mark": (True, ["delivered"] * 3),
    }
    assert expected[when] == (again_at_once, standings())
    assert len(cloud.mails()) == (0 if when == "before SES" else 3)


def test_a_lost_answer_of_ses_is_settled_by_its_send_events(cloud: Cloud, batch: SendBatch) -> None:
    cloud.ses.faults.lose_responses()

    assert send(cloud, batch)
    assert standings() == ["doubtful"] * 3
    assert report().certificate.doubtful == 3

    feedback(cloud)
    assert send(cloud, batch)
    assert len(cloud.mails()) == 3
    assert standings() == ["delivered"] * 3
    assert report().certificate.balanced


def test_a_throttled_call_is_tried_again_and_sends_once(cloud: Cloud, batch: SendBatch) -> None:
    cloud.ses.faults.throttle(2)

    assert [send(cloud, batch) for _ in range(4)] == [True] * 4

    assert len(cloud.mails()) == 3
    assert standings() == ["accepted"] * 3


@pytest.mark.parametrize(
    ("status", "tries", "mails", "standing"),
    [
        ("ACCOUNT_THROTTLED", 2, 3, "accepted"),
        ("TRANSIENT_FAILURE", 2, 3, "accepted"),
        ("FAILED", 1, 2, "doubtful"),
        ("MESSAGE_REJECTED", 1, 2, "rejected"),
        ("INVALID_PARAMETER", 1, 2, "rejected"),
    ],
)
def test_only_an_entry_that_ses_certainly_did_not_take_is_tried_again(
    cloud: Cloud, batch: SendBatch, status: str, tries: int, mails: int, standing: str
) -> None:
    cloud.ses.faults.set_entry_status(status)

    assert send(cloud, batch)
    assert waiting(cloud) == (1 if standing == "doubtful" else tries - 1)  # a doubt comes back to be decided
    assert send(cloud, batch)

    assert len(cloud.mails()) == mails
    assert sorted(standings()) == sorted(["accepted", "accepted", standing])
    assert report().certificate.balanced


def test_a_server_error_of_ses_is_in_doubt_and_not_repeated(cloud: Cloud, batch: SendBatch) -> None:
    cloud.ses.faults.fail()

    assert send(cloud, batch)
    assert send(cloud, batch)

    assert cloud.mails() == []
    assert standings() == ["doubtful"] * 3


def test_a_slot_far_ahead_sends_the_batch_back_to_the_queue(cloud: Cloud, batch: SendBatch) -> None:
    rate = app.mailer.max_send_rate()
    app.rate_limiter.reserve("bulk", 60.0, datetime.now(UTC).timestamp())

    assert rate > 0
    assert send(cloud, batch)

    assert cloud.mails() == []
    assert waiting(cloud) == 1
    assert standings() == ["waiting"] * 3


def test_a_variant_with_an_unknown_placeholder_is_never_given_to_ses(cloud: Cloud, batch: SendBatch) -> None:
    variant = Variant("fi", "{{surprise}}", "<p>x</p>", "x", ("surprise",))
    app.mailings.put_variant(MAILING, variant, [])

    assert not send(cloud, SendBatch(MAILING, batch.batch, variant.key, batch.recipients))

    assert cloud.mails() == []
    assert standings() == ["waiting"] * 3


def test_the_feedback_of_a_batch_is_the_same_in_any_order_and_number(cloud: Cloud, batch: SendBatch) -> None:
    send(cloud, batch)
    cloud.ses.act(cloud.mails()[0].id, "complain")
    bodies = cloud.messages("FeedbackQueue")
    for body in [*reversed(bodies), *bodies]:
        assert not cloud.invoke("feedback", events.sqs(body))["batchItemFailures"]

    assert sorted(standings()) == ["complained", "delivered", "delivered"]
    assert report().certificate.complained == 1
    assert report().certificate.delivered == 3


def test_reports_of_a_batch_that_come_together_are_one_write_and_a_bad_one_among_them_comes_back_alone(
    cloud: Cloud, batch: SendBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(cloud, batch)
    bodies = ["no report", *cloud.messages("FeedbackQueue")]
    writes: list[Any] = []
    add_events = Deliveries.add_events

    def counted(*arguments: Any) -> Any:
        writes.append(arguments[1:4])
        return add_events(*arguments)

    monkeypatch.setattr(Deliveries, "add_events", counted)
    answer = cloud.invoke("feedback", events.sqs(*bodies))

    assert answer["batchItemFailures"] == [{"itemIdentifier": "message-0"}]
    assert writes == [(MAILING, batch.batch, {"sent": {0, 1, 2}, "delivered": {0, 1, 2}})]
    assert standings() == ["delivered"] * 3


def test_messages_for_one_batch_that_come_together_are_sent_once_and_none_finds_the_other_busy(
    cloud: Cloud, batch: SendBatch
) -> None:
    copies = [batch.to_json()] * 3

    assert cloud.invoke("sender", events.sqs(*copies))["batchItemFailures"] == []

    assert len(cloud.mails()) == 3
    assert standings() == ["accepted"] * 3


def test_a_poisoned_message_is_reported_as_failed(cloud: Cloud) -> None:
    for body in ("not json", '{"type": "send_batch", "version": 99}', '{"type": "plan_page", "version": 1}'):
        answer = cloud.invoke("sender", events.sqs(body))
        assert answer["batchItemFailures"] == [{"itemIdentifier": "message-0"}]


def crash_once(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Let the sender die once at the named line."""
    mailer = app.mailer
    places: dict[str, tuple[Any, str, bool]] = {
        "before the claim": (Deliveries, "claim", False),
        "before SES": (type(mailer), "send", False),
        "after SES": (type(mailer), "send", True),
        "after the mark": (Deliveries, "record_result", True),
    }
    owner, name, act_first = places[when]
    original: Callable[..., Any] = getattr(owner, name)
    crashed: list[bool] = []

    def dying(*args: Any, **kwargs: Any) -> Any:
        if crashed:
            return original(*args, **kwargs)
        crashed.append(True)
        if act_first:
            original(*args, **kwargs)
        raise Crash

    monkeypatch.setattr(owner, name, dying)


def test_the_ledger_says_where_a_batch_stands(cloud: Cloud, batch: SendBatch) -> None:
    send(cloud, batch)

    record = app.deliveries.record(MAILING, batch.batch)

    assert record is not None
    assert (record.state, record.outcomes, record.attempts) == (BatchStatus.DONE, "aaa", 1)
