"""What the doors share: the time in a scheduled event, and queue records one by one with partial failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from newsletter.domain.messages import Message, from_json
from newsletter.domain.times import parse_iso, whole_seconds
from newsletter.observability import logger


def scheduled_time(event: Mapping[str, Any]) -> datetime:
    """The moment a schedule fired, from its Input `{"now": "<aws.scheduler.scheduled-time>"}`. Raises ValueError.

    Scheduled work takes its time from here and not from the clock, so that any week can be rehearsed.
    """
    text = str(event.get("now") or "")
    if not text:
        message = f'a scheduled event carries {{"now": "<ISO 8601>"}}; this one has the keys {sorted(event)}'
        raise ValueError(message)
    return whole_seconds(parse_iso(text))


def each_record(event: dict[str, Any], context: Any, act: Callable[[str], object]) -> dict[str, Any]:
    """Run `act` on the body of each SQS record; those that raise are reported, so that only they come back.

    AWS: ReportBatchItemFailures. When all of them fail the whole batch fails.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    def handle(record: Any) -> None:
        try:
            act(record.body)
        except Exception:
            logger().exception("record failed", extra={"message_id": record.message_id})
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event=event, record_handler=handle, processor=processor, context=context))


def each_message(event: dict[str, Any], context: Any, act: Callable[[Message], object]) -> dict[str, Any]:
    """The same for our own messages."""
    return each_record(event, context, lambda body: act(from_json(body)))
