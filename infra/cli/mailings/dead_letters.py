"""`newsletter dead-letters`: what failed for good, why, and how to send it on or drop it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cli.confirm import agreed
from cli.faults import Fault
from cli.mailings.queue_names import SCHEDULE
from cli.output import say, table, when
from newsletter.container import app
from newsletter.platform.aws import clients as aws

HIDDEN = 60
"""Seconds for which a message that is looked at is hidden from others who look."""
SHORT_WAIT = 1
"""Seconds: a wait asks all of SQS's servers; without it an answer may be empty though messages are there."""
AT_ONCE = 10
"""AWS: at most ten messages in one ReceiveMessage and in one batch call."""
NO_REASON = "no reason was kept: the function ended without a word (time-out, memory); search its log for the message"
ON_ITS_WAY = "handed over by the scheduler or SNS; the log of the function says more"


@dataclass(frozen=True)
class Letter:
    """One dead letter."""

    id: str
    handle: str
    body: str
    sent: datetime
    reason: str = ""


def show(queue: str, limit: int) -> int:
    """Every queue with its dead letters, or those of one; 1 when there are any, so that a script notices."""
    found = 0
    for name in [queue] if queue else list(_queues()):
        with _looked_at(name, limit) as letters:
            found += len(letters)
            if letters:
                _print(name, letters, more=len(letters) == limit)
            elif queue:
                say(f"No dead letters in {name}.")
    if found:
        say("Mend the cause, then: newsletter dead-letters redrive QUEUE")
    elif not queue:
        say("No dead letters in any queue.")
    return 1 if found else 0


def redrive(queue: str, only: Sequence[str]) -> int:
    """Send the dead letters on to the queue they came from; every message may come twice, so this is safe."""
    source = _queues()[queue]
    if not source:
        raise Fault(
            "events of schedules are not sent on: the next run catches up. Drop them: newsletter dead-letters drop "
            f"{SCHEDULE}"
        )
    sqs, done = aws.client("sqs"), 0
    for letters in _all(queue, only):
        # Sent first and deleted after: a crash in between repeats a message and loses none.
        for letter in letters:
            sqs.send_message(QueueUrl=source, MessageBody=letter.body)
        _delete(queue, letters)
        done += len(letters)
    say(f"Sent on {_counted(done)} to {queue}.")
    return _as_wanted(queue, only, done)


def drop(queue: str, only: Sequence[str], *, yes: bool) -> int:
    """Delete dead letters, after asking."""
    what = f"{len(only)} named messages" if only else "every message"
    if not yes and not agreed(f"Delete {what} among the dead letters of {queue}?", "to delete"):
        say("Nothing was deleted.")
        return 1
    done = 0
    for letters in _all(queue, only):
        _delete(queue, letters)
        done += len(letters)
    say(f"Deleted {_counted(done)} of {queue}.")
    return _as_wanted(queue, only, done)


# --- queues ----------------------------------------------------------------------------------------------------------


def _queues() -> dict[str, str]:
    """Address by the name a person types. Nothing reads the dead letters of schedules, so they have no queue."""
    env = app.settings
    return {
        "plan": env.plan_queue,
        "batch": env.batch_queue,
        "transactional": env.transactional_queue,
        "feedback": env.feedback_queue,
        "lead": env.lead_queue,
        SCHEDULE: "",
    }


def _dead_letters(queue: str) -> str:
    """The address of the queue's dead-letter queue, which the queue itself names."""
    source = _queues()[queue]
    if not source:
        return app.settings.schedule_dead_letters
    sqs = aws.client("sqs")
    answer = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["RedrivePolicy"])
    name = json.loads(answer["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"].rpartition(":")[2]
    return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])


@contextmanager
def _looked_at(queue: str, limit: int) -> Iterator[list[Letter]]:
    """At most `limit` dead letters with their reasons, which others see again afterwards."""
    url = _dead_letters(queue)
    letters: list[Letter] = []
    try:
        while len(letters) < limit and (more := _receive(url, min(AT_ONCE, limit - len(letters)))):
            letters += more
        reasons = app.failures.reasons(letter.id for letter in letters)
        default = ON_ITS_WAY if queue == SCHEDULE else NO_REASON
        yield [
            Letter(each.id, each.handle, each.body, each.sent, reasons.get(each.id, default))
            for each in sorted(letters, key=lambda letter: (letter.sent, letter.id))
        ]
    finally:
        _release(url, letters)


def _all(queue: str, only: Sequence[str]) -> Iterator[list[Letter]]:
    """Every dead letter, or those named, ten at a time; the others are visible again afterwards."""
    url = _dead_letters(queue)
    others: list[Letter] = []
    try:
        while letters := _receive(url, AT_ONCE):
            wanted = [letter for letter in letters if not only or letter.id in only]
            others += [letter for letter in letters if letter not in wanted]
            if wanted:
                yield wanted
    finally:
        _release(url, others)


def _receive(url: str, most: int) -> list[Letter]:
    answer = aws.client("sqs").receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=most,
        VisibilityTimeout=HIDDEN,
        WaitTimeSeconds=SHORT_WAIT,
        MessageSystemAttributeNames=["SentTimestamp"],
    )
    return [
        Letter(
            message["MessageId"],
            message["ReceiptHandle"],
            message["Body"],
            datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
        )
        for message in answer.get("Messages", [])
    ]


def _release(url: str, letters: list[Letter]) -> None:
    for start in range(0, len(letters), AT_ONCE):
        entries = [
            {"Id": str(at), "ReceiptHandle": letter.handle, "VisibilityTimeout": 0}
            for at, letter in enumerate(letters[start : start + AT_ONCE])
        ]
        aws.client("sqs").change_message_visibility_batch(QueueUrl=url, Entries=entries)


def _delete(queue: str, letters: list[Letter]) -> None:
    entries = [{"Id": str(at), "ReceiptHandle": letter.handle} for at, letter in enumerate(letters)]
    answer = aws.client("sqs").delete_message_batch(QueueUrl=_dead_letters(queue), Entries=entries)
    if answer.get("Failed"):
        raise Fault(f"SQS did not delete {len(answer['Failed'])} of {len(letters)} messages; run the command again")


# --- words -----------------------------------------------------------------------------------------------------------


def _print(queue: str, letters: list[Letter], *, more: bool) -> None:
    zone = app.templates.publication.time_zone
    say(f"{queue}: {_counted(len(letters))}{' or more' if more else ''}")
    table(
        ("Message", f"Sent ({zone})", "What", "Reason"),
        ((letter.id, when(letter.sent, zone), _what(letter.body), letter.reason) for letter in letters),
    )
    say()


def _what(body: str) -> str:
    """What the message asks for, by ids: `send_batch campaign-kevat/a0-3`."""
    try:
        data: Any = json.loads(body)
    except ValueError:
        return "not JSON"
    if not isinstance(data, dict):
        return "not one of our messages"
    kind = data.get("type") or data.get("eventType") or ("scheduled run" if "now" in data else "unknown")
    named = [str(data[name]) for name in ("mailing", "shard", "page", "batch", "subscriber", "offer") if name in data]
    tags = data.get("mail", {}).get("tags", {}) if isinstance(data.get("mail"), dict) else {}
    named += ["/".join(map(str, tags[name])) for name in ("mailing", "batch", "position") if tags.get(name)]
    return " ".join([str(kind), "/".join(named)]).strip()


def _counted(number: int) -> str:
    return f"{number} message{'' if number == 1 else 's'}"


def _as_wanted(queue: str, only: Sequence[str], done: int) -> int:
    if only and done < len(set(only)):
        raise Fault(f"{len(set(only)) - done} of the named messages are not among the dead letters of {queue}")
    return 0
