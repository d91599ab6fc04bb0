"""What passes by itself when AWS refuses or fails a call; and waiting for it longer than boto3 does.

Waiting is for work that comes from a queue, where nobody waits. Pages have a time limit (time_limit_client.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from newsletter.platform.errors import OutOfTime
from newsletter.platform.observability import count

if TYPE_CHECKING:
    from newsletter.container import Container

R = TypeVar("R")

THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "Throttling",
    "ThrottlingException",
}
"""What DynamoDB and SQS say when a partition, a table, a queue or the account is asked for more than it gives. The call
had no effect."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds between two calls, doubled each time. Each call has been tried four times by boto3, with chance in its waits,
so that callers who were refused together do not come back together."""


def is_throttled(error: Exception) -> bool:
    """Whether AWS refused the call because of too many; errors of botocore have what AWS said in `response`."""
    response = getattr(error, "response", None) or {}
    return response.get("Error", {}).get("Code") in THROTTLED


def is_passing(error: Exception) -> bool:
    """Whether AWS could not do the call just now, and the same call may well work in a moment.

    Throttled; a failure of AWS's own (500 and more); no time left to ask it; or the way to it failed, and nobody knows
    what became of the call.
    """
    if isinstance(error, OutOfTime):
        return True
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return is_throttled(error) or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return is_of_aws(error) and _is_of_the_network(error)


def _is_of_the_network(error: Exception) -> bool:
    """Whether it is one of botocore's errors of the way to AWS: no connection, or none any more, or no answer."""
    return any(
        each.__module__ == "botocore.exceptions" and each.__name__ in ("ConnectionError", "HTTPClientError")
        for each in type(error).__mro__
    )


def is_of_aws(error: Exception) -> bool:
    """Whether AWS or the way to it failed, in whichever manner, and no code of ours."""
    return type(error).__module__.startswith("botocore.")


def patiently(
    act: Callable[[], R], seconds: float, app: Container, passes: Callable[[Exception], bool] = is_throttled
) -> R:
    """Do what may be done again until it works, for so many seconds at most; then, what it raises last.

    `passes` says of which errors it is worth waiting for the end. Whatever else is raised is raised at once.
    """
    until, wait = app.now().timestamp() + seconds, FIRST_WAIT
    while True:
        try:
            return act()
        except Exception as error:
            if not passes(error) or app.now().timestamp() + wait > until:
                raise
        count("CallsThrottled")
        app.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)
