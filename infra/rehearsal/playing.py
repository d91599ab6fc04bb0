"""Time in a rehearsal: runs as if it were another day, and a clock that is moved with all that happens on the way."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rehearsal import events
from rehearsal.clock import FARTHEST
from rehearsal.lambda_.scheduler import UnknownFunction, moment

if TYPE_CHECKING:
    from rehearsal.clock import Clock
    from rehearsal.lambda_.pollers import Pollers
    from rehearsal.lambda_.runtime import Functions
    from rehearsal.lambda_.scheduler import Scheduler
    from rehearsal.template.model import Function, Stack

# A mailing to everybody in a rehearsal is over long before.
DRAIN_SECONDS = 120.0
# How long after an article came out its feed is read, as the schedule of feed_ingest has it.
_BLOG_STEP = timedelta(hours=1)


@dataclass(frozen=True)
class Run:
    """One run on demand: what the function returned; whether all queues were empty at the end (`None`: not awaited)."""

    function: str
    now: str
    result: Any
    seconds: float
    drained: bool | None


@dataclass(frozen=True)
class Moved:
    """The clock was moved: where it is, how many seconds ahead of the computer's, and with how many scheduled runs."""

    now: str
    ahead: float
    runs: int


@dataclass(frozen=True)
class Engine:
    """What runs in a rehearsal."""

    stack: Stack
    functions: Functions
    pollers: Pollers
    scheduler: Scheduler


class Player:
    """Runs scheduled functions when asked to, moves the clock, and lets the sample blog go on with both."""

    def __init__(self, clock: Clock, engine: Engine, *, sample_blog: bool) -> None:
        self._clock, self._engine, self._sample_blog = clock, engine, sample_blog
        self.started_at = clock.now()
        self._blog_until = self.started_at
        self._moving = threading.Lock()

    def run(self, name: str, now: str | None = None, *, wait: bool = True) -> Run:
        """Run a scheduled function (folder or logical id) with its schedule's input, as if it were `now` (ISO 8601).

        `wait`: also until every queue has been worked off. Raises `UnknownFunction`, `ValueError` (now is not a
        time) or `HandlerFailed`."""
        stack = self._engine.stack
        function = stack.function(name)
        if function is None or not function.schedules:
            names = ", ".join(each.folder for each in stack.functions if each.schedules)
            raise UnknownFunction(f"{name} is not a scheduled function; those are: {names}")
        schedule = function.schedules[0]
        at = self._clock.now() if now is None else moment(now, schedule.time_zone)
        self._move_blog(at, function)
        started = time.monotonic()
        result = self._engine.functions.invoke(function, events.scheduled(schedule.input, at))
        drained = self.drain() if wait else None
        return Run(function.folder, events.timestamp(at), result, round(time.monotonic() - started, 3), drained)

    def drain(self, timeout: float = DRAIN_SECONDS) -> bool:
        """Wait until no function runs and no message is on its way; `False` after `timeout` seconds."""
        return self._engine.pollers.wait_until_idle(timeout, delayed=True)

    # --- the clock ---------------------------------------------------------------------------------------------------

    def move_to(self, text: object) -> Moved:
        """Move the clock to a time (ISO 8601 with its offset), and play what happens until then.

        Schedules run at their times, and messages that wait in queues come when their time has come. Raises ValueError
        for what is no time or already over, and TooManyRuns.
        """
        with self._moving:
            until = moment(text)
            present = self._clock.now()
            if until < present:
                raise ValueError(f"now is {text!r}, and here it is {present.isoformat()} already; give a later time")
            if until - datetime.now(UTC) > FARTHEST:
                raise ValueError(
                    f"now is {text!r}, which is more than {FARTHEST.days} days ahead; give an earlier time"
                )
            return self._moved(self._engine.scheduler.play(until.astimezone(UTC), self._go_on_to, self._settle))

    def reset(self) -> Moved:
        """Bring the computer's clock back. What was done in the meantime stays done, at the time at which it was.

        Messages that wait for a later time come at once, for that time may be a year away.
        """
        with self._moving:
            self._clock.reset()
            self._engine.scheduler.restart()
            self._engine.pollers.deliver_now()
            return self._moved(0)

    def _moved(self, runs: int) -> Moved:
        return Moved(self._clock.now().isoformat(), round(self._clock.ahead.total_seconds(), 3), runs)

    def _go_on_to(self, until: datetime) -> None:
        """Move the clock, and stop on the way wherever a message can be received again."""
        self._settle()
        while (due := self._engine.pollers.next_due()) is not None and due <= until.timestamp():
            # A message can be received once its moment is over.
            self._clock.move_to(datetime.fromtimestamp(due, UTC) + timedelta(milliseconds=1))
            self._settle()
        self._clock.move_to(until)
        self._settle()

    def _settle(self) -> None:
        self._engine.pollers.wait_until_idle(DRAIN_SECONDS, delayed=False)

    # --- the sample blog ---------------------------------------------------------------------------------------------

    @property
    def blog_time(self) -> datetime:
        """The present of the sample blog: ahead of the clock once a later day was rehearsed, and it never goes back."""
        return max(self._blog_until, self._clock.now())

    def _move_blog(self, at: datetime, function: Function) -> None:
        """Let the sample blog go on until `at`, and have its feed read on the way, as the schedule would have done.

        The last reading is left out when that is what `function` does itself.
        """
        feed_ingest = self._engine.stack.function("feed_ingest")
        if not self._sample_blog or feed_ingest is None or at - self.blog_time < _BLOG_STEP:
            return
        from rehearsal.site.blog.site import load_articles

        out = [article.published(self.started_at) for article in reversed(load_articles())]
        for step in (*(each + _BLOG_STEP for each in out if self.blog_time < each + _BLOG_STEP < at), at):
            self._blog_until = step
            if step != at or function != feed_ingest:
                event = events.scheduled(feed_ingest.schedules[0].input, step)
                self._engine.functions.invoke(feed_ingest, event)
