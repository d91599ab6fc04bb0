"""Events of schedules and queues: the time a schedule fired, and SQS records with partial failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.errors import NewsletterError
from newsletter.platform.messages import ConfirmSignUp, MalformedMessage, Message, SendNotice, from_json
from newsletter.platform.observability import logger
from newsletter.platform.times import parse_iso, whole_seconds

if TYPE_CHECKING:
    from newsletter.container import Container

NOTED_FROM = 3
"""The try from which on reasons are kept: queues give up after five, and most failures mend themselves before that."""


def scheduled_time(event: Mapping[str, Any]) -> datetime:
    """The moment a schedule fired, from its Input `{"now": "<aws.scheduler.scheduled-time>"}`. Raises ValueError.

    Scheduled work takes its time from here and not from the clock, so that any week can be rehearsed.
    """
    text = str(event.get("now") or "")
    if not text:
        message = f'a scheduled event carries {{"now": "<ISO 8601>"}}; this one has the keys {sorted(event)}'
        raise ValueError(message)
    return whole_seconds(parse_iso(text))


def each_record(event: dict[str, Any], context: Any, act: Callable[[str], object], app: Container) -> dict[str, Any]:
    """Run `act` on the body of each SQS record; those that raise are reported, so that only they come back.

    AWS: ReportBatchItemFailures. When all of them fail the whole batch fails. `app` keeps why a message failed that may
    become a dead letter, for whoever looks at it there.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    def handle(record: Any) -> None:
        try:
            act(record.body)
        except Exception as error:
            _report(record.message_id, record.attributes, error, app)
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event=event, record_handler=handle, processor=processor, context=context))


def _report(message: str, attributes: Mapping[str, str], error: Exception, app: Container) -> None:
    """Log what went wrong, and keep the reason of a message that may become a dead letter.

    Only our own errors are kept word for word: others may quote an address.
    """
    logger().error("record failed", exc_info=error, extra={"message_id": message})
    if int(attributes.get("ApproximateReceiveCount", 1)) < NOTED_FROM:
        return
    reason = str(error) if isinstance(error, NewsletterError | MalformedMessage) else type(error).__name__
    try:
        app.failures.note(message, reason or type(error).__name__, app.now())
    except Exception:  # noqa: BLE001 the message failed for its own reason, and that is what must be reported
        logger().exception("reason not kept", extra={"message_id": message})


def all_records(
    event: Mapping[str, Any], act: Callable[[list[str]], Sequence[Exception | None]], app: Container
) -> dict[str, Any]:
    """Hand the bodies of an event's SQS records to `act` together; it says what went wrong with each, in their order,
    and only those come back.
    """
    records = event["Records"]
    faults = act([record["body"] for record in records])
    failed = [(record, fault) for record, fault in zip(records, faults, strict=True) if fault is not None]
    for record, fault in failed:
        _report(record["messageId"], record["attributes"], fault, app)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record, _ in failed]}


def all_messages(
    event: Mapping[str, Any], act: Callable[[list[Message]], Sequence[Exception | None]], app: Container
) -> dict[str, Any]:
    """The same for our own messages."""

    def read_and_act(bodies: list[str]) -> list[Exception | None]:
        faults: list[Exception | None] = [None] * len(bodies)
        messages: dict[int, Message] = {}
        for number, body in enumerate(bodies):
            try:
                messages[number] = _known_since(from_json(body), event["Records"][number])
            except MalformedMessage as malformed:
                faults[number] = malformed
        for number, fault in zip(messages, act(list(messages.values())), strict=True):
            faults[number] = fault
        return faults

    return all_records(event, read_and_act, app)


def _known_since(message: Message, record: Mapping[str, Any]) -> Message:
    """The message with the time when it was first on its queue, where that is of interest and not known yet."""
    sent = int(record.get("attributes", {}).get("SentTimestamp", 0)) / 1000  # AWS: milliseconds
    if isinstance(message, ConfirmSignUp | SendNotice) and not message.since:
        return replace(message, since=sent)
    return message


def each_message(
    event: dict[str, Any], context: Any, act: Callable[[Message], object], app: Container
) -> dict[str, Any]:
    """The same for our own messages."""
    return each_record(event, context, lambda body: act(from_json(body)), app)
