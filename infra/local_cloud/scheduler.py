"""Fires scheduled functions at their times, and on demand with a time of one's own."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from local_cloud import logs
from local_cloud.cloudformation import TemplateError
from local_cloud.expressions import Cron, ExpressionError, Rate, parse
from local_cloud.runtime import HandlerFailed

if TYPE_CHECKING:
    from local_cloud.runtime import Functions
    from local_cloud.stack import Function, Schedule, Stack

# A computer that slept, or whose clock was set, is noticed after this long.
_LONGEST_SLEEP = timedelta(seconds=30)


class UnknownFunction(LookupError):
    """There is no scheduled function of that name; the message lists those there are."""


class Scheduler:
    """The schedules of a stack. `TemplateError` when an expression, a zone or an input is not one."""

    def __init__(self, stack: Stack, functions: Functions) -> None:
        self._functions = functions
        self._entries = [
            (function, schedule, _expression(function, schedule))
            for function in stack.functions
            for schedule in function.schedules
            if schedule.state == "ENABLED"
        ]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="scheduler", daemon=True)

    def start(self) -> None:
        """Rates count from now."""
        self._thread.start()

    def stop(self) -> None:
        """Nothing fires any more."""
        self._stopping.set()
        self._thread.join(timeout=30)

    def _watch(self) -> None:
        now = datetime.now(UTC)
        due = [expression.next_after(now) for _, _, expression in self._entries]
        while not self._stopping.is_set():
            now = datetime.now(UTC)
            for number, (function, schedule, expression) in enumerate(self._entries):
                moment = due[number]
                if moment is not None and moment <= now:
                    due[number] = expression.next_after(now)
                    threading.Thread(target=self._fire, args=(function, schedule, moment), daemon=True).start()
            nearest = min((moment for moment in due if moment is not None), default=now + _LONGEST_SLEEP)
            self._stopping.wait(min(max(nearest - now, timedelta(0)), _LONGEST_SLEEP).total_seconds())

    def _fire(self, function: Function, schedule: Schedule, moment: datetime) -> None:
        try:
            self._functions.invoke(function, event(schedule, moment))
        except HandlerFailed:
            logs.write(f"{function.folder}: the scheduled run failed; AWS would try it again twice")


def event(schedule: Schedule, moment: datetime) -> Any:
    """The schedule's input for a run at `moment` (aware), its context attributes filled in.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
    text = schedule.input
    for name, value in {
        "scheduled-time": timestamp(moment),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
        "schedule-arn": "arn:aws:scheduler:local",
    }.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return json.loads(text)


def timestamp(moment: datetime) -> str:
    """`2026-11-24T06:00:00Z`, as EventBridge Scheduler writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: object, time_zone: str) -> datetime:
    """The aware time of an ISO 8601 text; without an offset it is on the clock of `time_zone`.

    `ValueError` says what would be right."""
    try:
        parsed = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        parsed = None
    if parsed is None:
        raise ValueError(f"now is {text!r} and must be an ISO 8601 time, like 2026-11-24T08:00:00+02:00")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(time_zone))


def _expression(function: Function, schedule: Schedule) -> Rate | Cron:
    try:
        expression = parse(schedule.expression, schedule.time_zone)
        event(schedule, datetime.now(UTC))
    except ExpressionError as error:
        raise TemplateError(f"template.yaml: {function.logical_id}: {error}") from None
    except ValueError as error:
        raise TemplateError(f"template.yaml: {function.logical_id}: Input is not JSON ({error})") from None
    return expression
