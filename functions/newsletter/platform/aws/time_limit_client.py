"""A time limit for everything that one request asks of AWS, for the pages where a person waits for the answer.

boto3 counts attempts for each call: four of them with their pauses may take a quarter of a minute, and a page makes
several calls. Within a limit no attempt begins after it, and the pauses between attempts are short.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.throttling import is_passing
from newsletter.platform.errors import OutOfTime

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_ATTEMPTS = 5
FIRST_PAUSE = 0.1
"""Seconds at most before the second attempt, doubled each time; chance keeps callers from coming back together."""
WRITES = {
    "BatchWriteItem",
    "DeleteItem",
    "PutItem",
    "SendMessage",
    "SendMessageBatch",
    "UpdateItem",
}


class TimeLimit:
    """How long a request may still begin attempts, and whether one of them may have changed something."""

    def __init__(self, seconds: float, app: Container) -> None:
        self._app = app
        self._until = app.now().timestamp() + seconds
        self.may_have_changed = False
        """Whether a write took effect, or its answer never came."""

    @property
    def is_over(self) -> bool:
        """Whether no attempt may begin any more."""
        return self._app.now().timestamp() > self._until

    def tries_again(self, attempts: int, random_part: float) -> bool:
        """Pause before the next attempt; False where there is to be none."""
        pause = FIRST_PAUSE * 2 ** (attempts - 1) * random_part
        if attempts >= MAX_ATTEMPTS or self._app.now().timestamp() + pause > self._until:
            return False
        self._app.sleep(pause)
        return True


_limit: ContextVar[TimeLimit | None] = ContextVar("time_limit", default=None)


@contextmanager
def time_limit(seconds: float, app: Container) -> Iterator[TimeLimit]:
    """Let no attempt of a call to AWS begin later than so many seconds from now, in this context.

    The last attempt ends after the client's own timeouts at the latest (`clients.py`). What fails raises botocore's
    error of that attempt, and a call that comes later OutOfTime.
    """
    limit = TimeLimit(seconds, app)
    reset = _limit.set(limit)
    try:
        yield limit
    finally:
        _limit.reset(reset)


def obey(made: Any) -> None:
    """Let the client of boto3 keep to the limit of whoever calls it; without one it does as it is configured.

    A client that tries once (SES, which would mail twice) goes on doing so.
    """
    if made.meta.config.retries["total_max_attempts"] == 1:
        return
    service = made.meta.service_model.service_id.hyphenize()
    made.meta.events.register_first(f"before-call.{service}", _refuse_when_over)
    made.meta.events.register_first(f"needs-retry.{service}", _next_attempt)


def _refuse_when_over(**_: Any) -> None:
    """What botocore asks before a call, whose first attempt is the one that begins now."""
    limit = _limit.get()
    if limit is not None and limit.is_over:
        raise OutOfTime("a call to AWS")


def _next_attempt(
    response: Any, operation: Any, attempts: int, caught_exception: Exception | None, **_: Any
) -> float | None:
    """What botocore asks after each attempt: seconds until the next, False for no other, None to ask the others.

    The pause has been made here, on the clock of the product.
    """
    limit = _limit.get()
    if limit is None:
        return None
    status = response[0].status_code if response else 0
    if operation.name in WRITES and (caught_exception is not None or status < 300 or status >= 500):
        limit.may_have_changed = True
    if caught_exception is None and status < 300:
        return None
    error = caught_exception or _Refused(response[1])
    if not is_passing(error):
        return False
    return 0.0 if limit.tries_again(attempts, random.random()) else False  # noqa: S311 (no secret)


class _Refused(Exception):
    """What AWS answered, in the form of botocore's ClientError, which is made only after the last attempt."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.response = response
