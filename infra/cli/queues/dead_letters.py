"""`newsletter dead-letters`: messages that failed for good and the reasons, sent on to their queue or deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.confirm import agreed
from cli.faults import Fault
from cli.output import say, table, when
from cli.queues.queue_names import SCHEDULE, dead_letters_url, queue_urls, queues_with_dead_letters
from newsletter.container import app
from newsletter.platform.aws import clients as aws

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        DeleteMessageBatchRequestEntryTypeDef,
    )

VISIBILITY_TIMEOUT = 60
"""Seconds for which a message that we receive is invisible to other receivers."""
WAIT_TIME = 1
"""Seconds. With a wait SQS asks all of its servers (long polling); without, the answer may be empty though there are
messages.
"""
BATCH_LIMIT = 10
"""SQS: at most ten messages in a ReceiveMessage and in a batch call."""
NO_REASON = "no reason was kept: the function ended without a word (time-out, memory); search its log for the message"
NO_REASON_OF_SCHEDULES = "handed over by the scheduler or SNS; the log of the function says more"


@dataclass(frozen=True)
class DeadLetter:
    """A message in a dead-letter queue. `handle` is the receipt handle, which deletes or releases it."""

    id: str
    handle: str
    body: str
    sent: datetime
    reason: str = ""


def show(queue: str, limit: int) -> int:
    """The dead letters of every queue, or of one. Returns 1 when there are any, so that a script notices."""
    found = 0
    for name in [queue] if queue else queues_with_dead_letters(app.settings):
        with _received(name, limit) as letters:
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
    """Send the dead letters on to the queue that they came from. It is safe: every message may be delivered twice."""
    source = queue_urls(app.settings)[queue]
    if queue == SCHEDULE:
        raise Fault(
            "events of schedules are not sent on: the next run catches up. Drop them: newsletter dead-letters drop "
            f"{SCHEDULE}"
        )
    sqs, done = aws.client("sqs"), 0
    for letters in _in_batches(queue, only):
        # Sent first and deleted after: a crash in between repeats a message and loses none.
        for letter in letters:
            sqs.send_message(QueueUrl=source, MessageBody=letter.body)
        _delete(queue, letters)
        done += len(letters)
    say(f"Sent on {_counted(done)} to {queue}.")
    return _exit_code(queue, only, done)


def drop(queue: str, only: Sequence[str], *, yes: bool) -> int:
    """Delete dead letters, after asking."""
    what = f"{len(only)} named messages" if only else "every message"
    if not yes and not agreed(f"Delete {what} among the dead letters of {queue}?", "to delete"):
        say("Nothing was deleted.")
        return 1
    done = 0
    for letters in _in_batches(queue, only):
        _delete(queue, letters)
        done += len(letters)
    say(f"Deleted {_counted(done)} of {queue}.")
    return _exit_code(queue, only, done)


# --- queues ----------------------------------------------------------------------------------------------------------


def _dead_letters(queue: str) -> str:
    """The URL of the queue's dead-letter queue. Raises Fault where somebody took that away."""
    if queue not in queues_with_dead_letters(app.settings):
        raise Fault(f"there is no queue {queue}: nothing is received without [replies] in publication.toml")
    url = dead_letters_url(queue, app.settings, aws.client("sqs"))
    if not url:
        raise Fault(f"the queue {queue} has no dead letters any more: `make deploy` gives it them again")
    return url


@contextmanager
def _received(queue: str, limit: int) -> Iterator[list[DeadLetter]]:
    """At most `limit` dead letters with their reasons; they are visible to others again afterwards."""
    url = _dead_letters(queue)
    letters: list[DeadLetter] = []
    try:
        while len(letters) < limit and (more := _receive(url, min(BATCH_LIMIT, limit - len(letters)))):
            letters += more
        reasons = app.failures.reasons(letter.id for letter in letters)
        default = NO_REASON_OF_SCHEDULES if queue == SCHEDULE else NO_REASON
        yield [
            DeadLetter(each.id, each.handle, each.body, each.sent, reasons.get(each.id, default))
            for each in sorted(letters, key=lambda letter: (letter.sent, letter.id))
        ]
    finally:
        _release(url, letters)


def _in_batches(queue: str, only: Sequence[str]) -> Iterator[list[DeadLetter]]:
    """Every dead letter, or those in `only`, at most ten at a time; the others are visible again afterwards."""
    url = _dead_letters(queue)
    others: list[DeadLetter] = []
    try:
        while letters := _receive(url, BATCH_LIMIT):
            wanted = [letter for letter in letters if not only or letter.id in only]
            others += [letter for letter in letters if letter not in wanted]
            if wanted:
                yield wanted
    finally:
        _release(url, others)


def _receive(url: str, most: int) -> list[DeadLetter]:
    answer = aws.client("sqs").receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=most,
        VisibilityTimeout=VISIBILITY_TIMEOUT,
        WaitTimeSeconds=WAIT_TIME,
        MessageSystemAttributeNames=["SentTimestamp"],
    )
    return [
        DeadLetter(
            message["MessageId"],
            message["ReceiptHandle"],
            message["Body"],
            datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
        )
        for message in answer.get("Messages", [])
    ]


def _release(url: str, letters: list[DeadLetter]) -> None:
    for start in range(0, len(letters), BATCH_LIMIT):
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": str(at), "ReceiptHandle": letter.handle, "VisibilityTimeout": 0}
            for at, letter in enumerate(letters[start : start + BATCH_LIMIT])
        ]
        aws.client("sqs").change_message_visibility_batch(QueueUrl=url, Entries=entries)


def _delete(queue: str, letters: list[DeadLetter]) -> None:
    entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
        {"Id": str(at), "ReceiptHandle": letter.handle} for at, letter in enumerate(letters)
    ]
    answer = aws.client("sqs").delete_message_batch(QueueUrl=_dead_letters(queue), Entries=entries)
    if answer.get("Failed"):
        raise Fault(f"SQS did not delete {len(answer['Failed'])} of {len(letters)} messages; run the command again")


# --- words -----------------------------------------------------------------------------------------------------------


def _print(queue: str, letters: list[DeadLetter], *, more: bool) -> None:
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


def _exit_code(queue: str, only: Sequence[str], done: int) -> int:
    if only and done < len(set(only)):
        raise Fault(f"{len(set(only)) - done} of the named messages are not among the dead letters of {queue}")
    return 0
