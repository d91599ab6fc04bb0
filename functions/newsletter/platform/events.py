"""Events of Lambda: the time at which a schedule fired, and records of SQS that fail one by one."""

from __future__ import annotations

import json
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

LOGGED = ("subscriber", "mailing", "batch", "lead")
"""Names of the ids in log lines, the same everywhere: `newsletter trace` finds them by their values."""
KEEP_REASON_FROM = 3
"""The try from which on reasons are kept. Queues give up after five; most failures are over before the third."""


def scheduled_time(event: Mapping[str, Any]) -> datetime:
    """The moment a schedule fired, from its Input `{"now": "<aws.scheduler.scheduled-time>"}`. Raises ValueError.

    Scheduled work takes its time from here and not from the clock, so that it can be run for any day.
    """
    text = str(event.get("now") or "")
    if not text:
        message = f'a scheduled event carries {{"now": "<ISO 8601>"}}; this one has the keys {sorted(event)}'
        raise ValueError(message)
    return whole_seconds(parse_iso(text))


def comes_from(event: Mapping[str, Any], queue: str) -> bool:
    """Whether the event's records are of the queue of that URL; Lambda hands over those of one queue at a time."""
    return str(event["Records"][0].get("eventSourceARN", "")).rpartition(":")[2] == queue.rpartition("/")[2]


def each_record(event: dict[str, Any], context: Any, act: Callable[[str], object], app: Container) -> dict[str, Any]:
    """Run `act` on the body of each SQS record. Those that raise are reported, so that SQS delivers only them again.

    AWS: ReportBatchItemFailures. The reason is kept in `app.failures` where the message may become a dead letter.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    def handle(record: Any) -> None:
        try:
            act(record.body)
        except Exception as error:
            _report(record.message_id, record.attributes, record.body, error, app)
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event=event, record_handler=handle, processor=processor, context=context))


def _report(message: str, attributes: Mapping[str, str], body: str, error: Exception, app: Container) -> None:
    """Log what went wrong, and keep the reason of a message that may become a dead letter.

    The text of our own errors is kept; of others only the type, since they may quote an address.
    """
    logger().error("record failed", exc_info=error, extra={"message_id": message, **_ids_in(body)})
    if int(attributes.get("ApproximateReceiveCount", 1)) < KEEP_REASON_FROM:
        return
    reason = str(error) if isinstance(error, NewsletterError | MalformedMessage) else type(error).__name__
    try:
        app.failures.note(message, reason or type(error).__name__, app.now())
    except Exception:  # noqa: BLE001 what must be reported is why the message failed
        logger().exception("reason not kept", extra={"message_id": message})


def _ids_in(body: str) -> dict[str, str]:
    """Whom and what a message concerns, by the names that all log lines use; of a report of SES, by its tags."""
    try:
        found = json.loads(body)
        tags = {name: values[0] for name, values in found.get("mail", {}).get("tags", {}).items()}
        known = {**tags, **found}
        return {name: known[name] for name in LOGGED if isinstance(known.get(name), str)}
    except (ValueError, AttributeError, LookupError, TypeError):
        return {}


def all_records(
    event: Mapping[str, Any], act: Callable[[list[str]], Sequence[Exception | None]], app: Container
) -> dict[str, Any]:
    """Call `act` once with the bodies of all SQS records. It returns the error of each, or None, in their order; SQS
    delivers those with an error again.
    """
    records = event["Records"]
    faults = act([record["body"] for record in records])
    failed = [(record, fault) for record, fault in zip(records, faults, strict=True) if fault is not None]
    for record, fault in failed:
        _report(record["messageId"], record["attributes"], record["body"], fault, app)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record, _ in failed]}


def all_messages(
    event: Mapping[str, Any], act: Callable[[list[Message]], Sequence[Exception | None]], app: Container
) -> dict[str, Any]:
    """As `all_records`, with each body read as a message."""

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
    """The message; where it has a field for the time at which it was first queued, with that time."""
    sent = int(record.get("attributes", {}).get("SentTimestamp", 0)) / 1000  # AWS: milliseconds
    if isinstance(message, ConfirmSignUp | SendNotice) and not message.since:
        return replace(message, since=sent)
    return message


def each_message(
    event: dict[str, Any], context: Any, act: Callable[[Message], object], app: Container
) -> dict[str, Any]:
    """As `each_record`, with each body read as a message."""
    return each_record(event, context, lambda body: act(from_json(body)), app)
