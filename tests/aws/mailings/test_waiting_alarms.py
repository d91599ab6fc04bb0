"""What waits too long rings, also where SQS has given up counting it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from newsletter.platform.messages import ConfirmSignUp, Message, SendNotice, from_json
from rehearsal import events
from tests.support.aws.measured import BEGINNING, Time, alarm, measured
from tests.support.leads.leads import enqueue, make_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud
from tests.template.alarms import Point, rings

READER = "maija@example.com"
VISIBILITY = 360
TICK = 300
HOUR = 3600
Captured = pytest.CaptureFixture[str]


def event_of(message: Message, sent: float, tries: int) -> dict[str, Any]:
    """The event of a message that was sent so many seconds after the beginning."""
    return events.sqs(message.to_json(), receives=tries, sent=BEGINNING.timestamp() + sent)


def age_by_sqs(cloud: Cloud, queue: str, at: float, sent: float, tries: int) -> Point:
    """AWS: a message that was received three times or more does not count in the age of the oldest one."""
    name = next(each.physical_id for each in cloud.stack.of_type("AWS::SQS::Queue") if each.logical_id == queue)
    age = at - sent if tries < 3 else 0.0
    return Point(at, "AWS/SQS", "ApproximateAgeOfOldestMessage", (("QueueName", name),), age)


def test_a_crm_that_is_down_for_two_hours_rings_after_one(cloud: Cloud, time: Time, capsys: Captured) -> None:
    add_reader(READER)
    enqueue(make_lead(READER, time()), READER, time())
    cloud.crm_status = 503
    points = []
    for seconds in range(0, 2 * HOUR, TICK):
        time.seconds = seconds
        cloud.run("nurture", time())
        cloud.drain()
        points += measured(capsys, seconds)
    rung = rings(alarm(cloud, "LeadWaitAlarm"), points)
    assert rung
    assert HOUR < rung[0] <= HOUR + 1800
    assert rung[-1] >= 2 * HOUR - 900, "and goes on ringing"
    cloud.crm_status = 200
    for seconds in (2 * HOUR, 5 * HOUR):  # the wait after the last attempt is over, however it was drawn
        time.seconds = seconds
        cloud.run("nurture", time())
        cloud.drain()
    assert len(cloud.webhooks) > 0
    measured(capsys, time.seconds)
    cloud.run("nurture", time())
    assert [point for point in measured(capsys, time.seconds) if point.metric == "LeadWaitSeconds"] == []


def test_a_lead_that_nobody_tries_rings_by_the_age_of_sqs(cloud: Cloud) -> None:
    points = [age_by_sqs(cloud, "LeadQueue", float(at), 0.0, 0) for at in range(0, 2 * HOUR, 60)]
    assert rings(alarm(cloud, "LeadQueueAlarm"), points)
    assert rings(alarm(cloud, "LeadWaitAlarm"), points) == []


@pytest.mark.parametrize("kind", ["confirmation", "welcome"])
def test_a_mail_that_somebody_waits_for_and_ses_does_not_take_rings_though_sqs_does_not_count_it(
    cloud: Cloud, time: Time, capsys: Captured, kind: str
) -> None:
    cloud.ses.faults.set_entry_status("ACCOUNT_THROTTLED", 20)
    if kind == "confirmation":
        assert cloud.http("POST", "/subscribe", f"email={READER}&language=fi&consent=yes")["statusCode"] == 200
        (body,) = cloud.messages("TransactionalQueue")
        message: Message = from_json(body)
    else:
        message = SendNotice("welcome", add_reader(READER), "nonce")
    points, by_sqs = [], []
    capsys.readouterr()
    for tries, seconds in enumerate(range(0, HOUR, 300), start=1):
        time.seconds = seconds
        assert cloud.invoke("sender", event_of(message, 0.0, tries))["batchItemFailures"]
        points += measured(capsys, seconds)
        by_sqs.append(age_by_sqs(cloud, "TransactionalQueue", seconds + 299, 0.0, tries))
    rung = rings(alarm(cloud, "TransactionalWaitAlarm"), points)
    assert rung
    assert rung[0] <= 1800
    assert rings(alarm(cloud, "TransactionalQueueAlarm"), by_sqs) == []


def test_a_mail_that_was_late_and_went_at_its_first_try_keeps_nobody_waiting(
    cloud: Cloud, time: Time, capsys: Captured
) -> None:
    """The age of SQS has told of it by then."""
    time.seconds = HOUR
    assert not cloud.invoke("sender", event_of(SendNotice("welcome", add_reader(READER), "nonce"), 0.0, 1))[
        "batchItemFailures"
    ]
    assert len(cloud.mails()) == 1
    assert "TransactionalWaitSeconds" not in {point.metric for point in measured(capsys, HOUR)}


def test_reminders_and_invitations_keep_nobody_waiting(cloud: Cloud, time: Time, capsys: Captured) -> None:
    time.seconds = HOUR
    cloud.ses.faults.set_entry_status("ACCOUNT_THROTTLED", 20)
    assert cloud.http("POST", "/subscribe", f"email={READER}&language=fi&consent=yes")["statusCode"] == 200
    (body,) = cloud.messages("TransactionalQueue")
    message = from_json(body)
    assert isinstance(message, ConfirmSignUp)
    capsys.readouterr()
    for other in (replace(message, reminder=True), replace(message, invited=True), message):
        assert cloud.invoke("sender", event_of(other, 0, 1))["batchItemFailures"]
        told = [point.value for point in measured(capsys, HOUR) if point.metric == "TransactionalWaitSeconds"]
        assert told == ([HOUR] if other is message else [])
