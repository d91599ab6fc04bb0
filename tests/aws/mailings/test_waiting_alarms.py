"""What waits too long rings, also where SQS has given up counting it."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.platform.messages import ConfirmSignUp, Message, SendNotice, from_json
from rehearsal import events
from tests.support.cloud import Cloud
from tests.support.leads import enqueue, make_lead
from tests.support.measured import BEGINNING, Time, alarm, measured
from tests.support.readers import add_reader
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
def test_a_mail_that_somebody_waits_for_rings_while_ses_is_paused_though_it_goes_back_as_a_new_message(
    cloud: Cloud, time: Time, capsys: Captured, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("newsletter.platform.aws.queues_client.MAX_DELAY", 0)  # time is virtual; SQS's is not
    cloud.ses.faults.set_entry_status("ACCOUNT_SENDING_PAUSED", 20)
    if kind == "confirmation":
        assert cloud.http("POST", "/subscribe", f"email={READER}&language=fi&consent=yes")["statusCode"] == 200
        (body,) = cloud.messages("TransactionalQueue")
        message: Message = from_json(body)
    else:
        message = SendNotice("welcome", add_reader(READER), "nonce")
    points, by_sqs, sent = [], [], 0.0
    capsys.readouterr()
    for seconds in range(0, HOUR, 300):
        time.seconds = seconds
        assert not cloud.invoke("sender", event_of(message, sent, 1))["batchItemFailures"]
        points += measured(capsys, seconds)
        (body,) = cloud.messages("TransactionalQueue")
        by_sqs.append(age_by_sqs(cloud, "TransactionalQueue", seconds + 299, sent, 1))
        message, sent = from_json(body), float(seconds)
    rung = rings(alarm(cloud, "TransactionalWaitAlarm"), points)
    assert rung
    assert rung[0] <= 1800
    assert rings(alarm(cloud, "TransactionalQueueAlarm"), by_sqs) == []


def test_reminders_and_invitations_keep_nobody_waiting(cloud: Cloud, time: Time, capsys: Captured) -> None:
    time.seconds = HOUR
    for message in (ConfirmSignUp("x", "n", reminder=True), ConfirmSignUp("x", "n", invited=True)):
        cloud.invoke("sender", event_of(message, 0, 1))
    assert measured(capsys, HOUR) == []
    cloud.invoke("sender", event_of(ConfirmSignUp("x", "n"), 0, 1))
    (point,) = measured(capsys, HOUR)
    assert (point.metric, point.value) == ("TransactionalWaitSeconds", HOUR)
