"""Messages that failed for good: who failed and why, sent on or dropped by one command."""

from __future__ import annotations

import json
import re

import pytest

from cli.queues import dead_letters
from cli.queues.queue_names import QUEUE_NAMES, SCHEDULE, dead_letters_url
from newsletter.container import app
from newsletter.platform.messages import SendBatch
from rehearsal import events
from tests.support.commands import run
from tests.support.stack.cloud import Cloud

Captured = pytest.CaptureFixture[str]
LOST = SendBatch("campaign-kadonnut", "a0-0", "fi-x", ("a" * 16,)).to_json()
READER = "maija.lukija@example.com"


@pytest.fixture
def cloud(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A stack with queues of one server: an empty answer is true at once."""
    monkeypatch.setattr(dead_letters, "WAIT_TIME", 0)
    return cloud


def put(cloud: Cloud, queue: str, body: str) -> str:
    """The id of a message that is now in the queue."""
    name = next(r.physical_id for r in cloud.stack.of_type("AWS::SQS::Queue") if r.logical_id == queue)
    sqs = cloud.client("sqs")
    return str(sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body)["MessageId"])


def fail_until_dead(cloud: Cloud, folder: str, logical_id: str) -> None:
    """Offer the queue's messages to the function as Lambda does, until the queue gives them up.

    Within one millisecond moto shows no message twice, so it takes more readings than the queue counts.
    """
    name = next(r.physical_id for r in cloud.stack.of_type("AWS::SQS::Queue") if r.logical_id == logical_id)
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    for _ in range(1_000):
        found = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0, MessageSystemAttributeNames=["All"]
        )
        for message in found.get("Messages", []):
            record = events.sqs_record_of(message, events.QUEUE_ARN)
            assert cloud.invoke(folder, {"Records": [record]})["batchItemFailures"]
        left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        if all(left[f"ApproximateNumberOfMessages{state}"] == "0" for state in ("", "NotVisible")):
            return
    pytest.fail(f"{logical_id} keeps its messages")


def test_a_poisoned_message_is_listed_with_the_reason_it_failed_for(cloud: Cloud, capsys: Captured) -> None:
    put(cloud, "BatchQueue", LOST)
    put(cloud, "BatchQueue", '{"type": "send_batch", "version": 99}')
    put(cloud, "FeedbackQueue", "not JSON")
    fail_until_dead(cloud, "sender", "BatchQueue")
    fail_until_dead(cloud, "feedback", "FeedbackQueue")

    code, out, err = run(capsys, "dead-letters")

    assert (code, err) == (1, "")
    assert re.search(r"send_batch campaign-kadonnut/a0-0 +mailing campaign-kadonnut", out)
    assert "send_batch: version 99, this code reads 1" in out
    assert re.search(r"feedback: 1 message\n.*\n.*not JSON +the report is not JSON", out)
    # Looking takes nothing away, and what was looked at can be looked at again.
    assert run(capsys, "dead-letters", "show", "batch")[1].count("send_batch") == 3


def test_without_dead_letters_that_is_said_and_the_exit_code_is_0(cloud: Cloud, capsys: Captured) -> None:
    assert cloud.messages("BatchDeadLetters") == []
    assert run(capsys, "dead-letters") == (0, "No dead letters in any queue.\n", "")
    assert run(capsys, "dead-letters", "show", "lead") == (0, "No dead letters in lead.\n", "")


def test_a_message_that_failed_without_a_word_is_listed_all_the_same(cloud: Cloud, capsys: Captured) -> None:
    put(
        cloud,
        "PlanDeadLetters",
        json.dumps({"type": "plan_page", "version": 1, "mailing": "m", "shard": "a", "page": 3}),
    )
    code, out, _ = run(capsys, "dead-letters", "show", "plan")
    assert code == 1
    assert re.search(r"plan_page m/a/3 +no reason was kept", out)


def test_redriven_messages_go_back_to_their_queue_and_nothing_is_left(cloud: Cloud, capsys: Captured) -> None:
    bodies = [LOST.replace("a0-0", f"a0-{number}") for number in range(13)]
    for body in bodies:
        put(cloud, "BatchDeadLetters", body)

    assert run(capsys, "dead-letters", "redrive", "batch") == (0, "Sent on 13 messages to batch.\n", "")

    assert sorted(cloud.messages("BatchQueue")) == sorted(bodies)
    assert cloud.messages("BatchDeadLetters") == []


def test_a_redriven_sign_up_gets_its_confirmation_mail_once(cloud: Cloud, capsys: Captured) -> None:
    form = f"email={READER.replace('@', '%40')}&language=fi&consent=yes"
    assert cloud.http("POST", "/subscribe", form)["statusCode"] == 200
    (message,) = cloud.messages("TransactionalQueue")
    for _ in range(2):
        put(cloud, "TransactionalDeadLetters", message)
        assert run(capsys, "dead-letters", "redrive", "transactional")[0] == 0
        assert cloud.drain() == []
    assert len(cloud.mails(READER)) == 1


def test_one_message_alone_can_be_sent_on_or_dropped(cloud: Cloud, capsys: Captured) -> None:
    first, second, third = (put(cloud, "LeadDeadLetters", f'{{"number": {number}}}') for number in range(3))

    assert run(capsys, "dead-letters", "redrive", "lead", "--message", second)[0] == 0
    assert run(capsys, "dead-letters", "drop", "lead", "--message", third, "--yes")[0] == 0
    code, _, err = run(capsys, "dead-letters", "drop", "lead", "--message", third, "--yes")

    assert (code, err) == (1, "newsletter: 1 of the named messages are not among the dead letters of lead\n")
    assert cloud.messages("LeadQueue") == ['{"number": 1}']
    assert first in run(capsys, "dead-letters", "show", "lead")[1]


def test_dropping_asks_first(cloud: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    put(cloud, "ScheduleDeadLetters", '{"now": "2026-11-24T06:00:00Z"}')
    code, _, err = run(capsys, "dead-letters", "drop", "schedule")
    assert (code, err) == (1, "newsletter: nobody can answer here; to delete without being asked, add --yes\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert run(capsys, "dead-letters", "drop", "schedule")[:2] == (1, "Nothing was deleted.\n")
    assert "scheduled run" in run(capsys, "dead-letters", "show", "schedule")[1]
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert run(capsys, "dead-letters", "drop", "schedule")[0] == 0
    assert cloud.messages("ScheduleDeadLetters") == []


def test_without_answers_there_is_no_queue_of_them(cloud: Cloud, capsys: Captured) -> None:
    assert run(capsys, "dead-letters", "show")[:2] == (0, "No dead letters in any queue.\n")
    for what in ("show", "redrive"):
        code, _, err = run(capsys, "dead-letters", what, "reply")
        assert (code, "there is no queue reply: nothing is received without [replies]" in err) == (1, True)
    assert "ReplyQueue" not in {each.logical_id for each in cloud.stack.of_type("AWS::SQS::Queue")}


def test_dead_letters_of_every_queue_of_the_stack_can_be_shown_and_sent_on(
    receiving: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "WAIT_TIME", 0)
    cloud = receiving
    queues = {each.logical_id for each in cloud.stack.of_type("AWS::SQS::Queue") if each.logical_id.endswith("Queue")}
    assert {f"{name.title()}Queue" for name in QUEUE_NAMES} - {"ScheduleQueue"} == queues
    sqs = cloud.client("sqs")
    for name in QUEUE_NAMES:
        sqs.send_message(QueueUrl=dead_letters_url(name, app.settings, sqs), MessageBody=LOST)
        code, said, _ = run(capsys, "dead-letters", "show", name)
        assert (code, f"{name}: 1 message" in said) == (1, True)
        if name != SCHEDULE:
            assert run(capsys, "dead-letters", "redrive", name)[0] == 0
            assert len(cloud.messages(f"{name.title()}Queue")) == 1


def test_events_of_schedules_are_not_sent_on(cloud: Cloud, capsys: Captured) -> None:
    put(cloud, "ScheduleDeadLetters", '{"now": "2026-11-24T06:00:00Z"}')
    code, _, err = run(capsys, "dead-letters", "redrive", "schedule")
    assert code == 1
    assert "the next run catches up" in err


def test_a_kept_reason_never_quotes_what_others_say(cloud: Cloud) -> None:
    """A library may quote the address it stumbled on; our own errors name ids alone."""
    put(cloud, "FeedbackQueue", f'{{"mail": "{READER}"')
    fail_until_dead(cloud, "feedback", "FeedbackQueue")
    kept = [item for item in cloud.items("Guards") if item["key"]["S"].startswith("failure#")]
    assert kept
    assert READER not in json.dumps(kept)
    assert app.failures.reasons(["unknown"]) == {}
