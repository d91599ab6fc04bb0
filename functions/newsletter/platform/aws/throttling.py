"""Waiting while AWS throttles us, longer than boto3 does: for work that comes from a queue, where nobody waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

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
