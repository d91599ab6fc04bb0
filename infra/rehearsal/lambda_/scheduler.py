"""Fires scheduled functions at their times, as the clock of the rehearsal goes on or is moved."""

from __future__ import annotations

import threading
from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.mailings.schedules import Cron, ExpressionError, Rate, parse
from rehearsal import events
from rehearsal.lambda_ import logs
from rehearsal.lambda_.runtime import HandlerFailed
from rehearsal.template.cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rehearsal.clock import Clock
    from rehearsal.lambda_.runtime import Functions
    from rehearsal.template.model import Function, Schedule, Stack

# A computer that slept, or whose clock was set, is noticed after this long.
_LONGEST_SLEEP = timedelta(seconds=30)
MOST_RUNS = 168
"""Runs of one `rate(...)` schedule in one move of the clock, evenly spread: one an hour in a week."""
AT_LEAST_EVERY = timedelta(days=1)
"""Farther apart than this no two runs of a `rate(...)` schedule are, however far the clock is moved."""
MOST_CRON_RUNS = 5000
"""Runs of one `cron(...)` schedule in one move of the clock, of which none is left out."""


class UnknownFunction(LookupError):
    """There is no scheduled function of that name; the message lists those there are."""


class TooManyRuns(ValueError):
    """The clock cannot be moved so far at once; the message says how many runs that would be."""


class Entry:
    """One schedule of a function, and when it fires next (`None`: never again)."""

    def __init__(self, function: Function, schedule: Schedule, expression: Rate | Cron) -> None:
        self.function, self.schedule, self.expression = function, schedule, expression
        self.due: datetime | None = None

    def times(self, until: datetime) -> Iterator[datetime]:
        """When it fires, up to a moment."""
        moment = self.due
        while moment is not None and moment <= until:
            yield moment
            moment = self.expression.next_after(moment)


class Scheduler:
    """The schedules of a stack. `TemplateError` when an expression, a zone or an input is not one."""

    def __init__(self, stack: Stack, functions: Functions, clock: Clock) -> None:
        self._functions, self._clock = functions, clock
        self._entries = [
            Entry(function, schedule, _expression(function, schedule, clock.now()))
            for function in stack.functions
            for schedule in function.schedules
            if schedule.state == "ENABLED"
        ]
        # Held for a whole move of the clock: what is due meanwhile is that move's business.
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="scheduler", daemon=True)

    def start(self) -> None:
        """Rates count from now."""
        self.restart()
        self._thread.start()

    def stop(self) -> None:
        """Nothing fires any more."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=30)

    def restart(self) -> None:
        """Every schedule counts anew from the present of the clock."""
        with self._turn:
            self._count_from(self._clock.now())

    def play(self, until: datetime, wait_until: Callable[[datetime], None], settle: Callable[[], object]) -> int:
        """Fire everything that is due up to `until`, one after the other; how many runs that was.

        `wait_until` takes the clock to the moment of the next run, `settle` waits until everything that it set off is
        done. Raises TooManyRuns, before anything has run.
        """
        with self._turn:
            runs = self._runs(until)
            for moment, entry in runs:
                if self._stopping.is_set():
                    break
                wait_until(moment)
                self._fire(entry, moment)
                settle()
            wait_until(until)
            self._count_from(until)
        self._wake.set()
        return len(runs)

    def _runs(self, until: datetime) -> list[tuple[datetime, Entry]]:
        crons = [run for entry in self._entries if isinstance(entry.expression, Cron) for run in _all(entry, until)]
        step = min((until - self._clock.now()) / MOST_RUNS, AT_LEAST_EVERY)
        rates = [
            (moment, entry)
            for entry in self._entries
            if isinstance(entry.expression, Rate)
            for moment in _some(list(entry.times(until)), step / entry.expression.interval, [at for at, _ in crons])
        ]
        # The sort is stable: of two at the same moment that of the rate comes first, e.g. feeds before a digest.
        return sorted(rates + crons, key=lambda run: run[0])

    def _count_from(self, moment: datetime) -> None:
        for entry in self._entries:
            entry.due = entry.expression.next_after(moment)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            with self._turn:
                now = self._clock.now()
                for entry in self._entries:
                    if entry.due is not None and entry.due <= now:
                        moment, entry.due = entry.due, entry.expression.next_after(now)
                        threading.Thread(target=self._fire, args=(entry, moment), daemon=True).start()
                nearest = min((entry.due for entry in self._entries if entry.due), default=now + _LONGEST_SLEEP)
            self._wake.wait(min(max(nearest - now, timedelta(0)), _LONGEST_SLEEP).total_seconds())

    def _fire(self, entry: Entry, moment: datetime) -> None:
        try:
            self._functions.invoke(entry.function, events.scheduled(entry.schedule.input, moment))
        except HandlerFailed:
            logs.write(f"{entry.function.folder}: the scheduled run failed; AWS would try it again twice")


def _all(entry: Entry, until: datetime) -> list[tuple[datetime, Entry]]:
    times = list(islice(entry.times(until), MOST_CRON_RUNS + 1))
    if len(times) > MOST_CRON_RUNS:
        raise TooManyRuns(
            f"now is {until.isoformat()} and would need more than {MOST_CRON_RUNS:,} runs of {entry.function.folder} "
            f"({entry.schedule.expression}); move the clock in smaller steps"
        )
    return [(at, entry) for at in times]


def _some(times: list[datetime], step: float, before: Iterable[datetime]) -> list[datetime]:
    """Every `step`-th of the times, the last one among them, and the last one before each of those other moments.

    So nothing that is due by the end is left over, and what runs by a cron finds what the others would have done.
    """
    chosen = set(times[:: -max(1, ceil(step))])
    chosen.update(times[number - 1] for number in (bisect_right(times, each) for each in before) if number)
    return sorted(chosen)


def moment(text: object, time_zone: str | None = None) -> datetime:
    """The aware time of an ISO 8601 text; without an offset it is on the clock of `time_zone`, where there is one.

    `ValueError` says what would be right."""
    try:
        parsed = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        parsed = None
    if parsed is None:
        raise ValueError(f"now is {text!r} and must be an ISO 8601 time, like 2026-11-24T08:00:00+02:00")
    if parsed.tzinfo:
        return parsed
    if time_zone is None:
        raise ValueError(f"now is {text!r} and has no time zone; write it like 2026-11-24T08:00:00+02:00")
    return parsed.replace(tzinfo=ZoneInfo(time_zone))


def _expression(function: Function, schedule: Schedule, now: datetime) -> Rate | Cron:
    try:
        expression = parse(schedule.expression, schedule.time_zone)
        events.scheduled(schedule.input, now)
    except ExpressionError as error:
        raise TemplateError(f"template.yaml: {function.logical_id}: {error}") from None
    except ValueError as error:
        raise TemplateError(f"template.yaml: {function.logical_id}: Input is not JSON ({error})") from None
    return expression
