"""Patience where AWS throttles: it waits longer and longer, not for ever, and for nothing that will not pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from newsletter.container import Container
from newsletter.platform.aws.throttling import LONGEST_WAIT, is_of_aws, is_passing, is_throttled, patiently

THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem")
DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutItem")
SILENT = ReadTimeoutError(endpoint_url="https://dynamodb.eu-north-1.amazonaws.com")


class Sleeper(Container):
    """Whose clock goes on when it sleeps."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 28, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


def failing(times: int, error: Exception) -> tuple[Callable[[], str], list[int]]:
    calls: list[int] = []

    def act() -> str:
        calls.append(len(calls))
        if len(calls) <= times:
            raise error
        return "done"

    return act, calls


def test_what_is_throttled_works_in_the_end() -> None:
    app, (act, calls) = Sleeper(), failing(6, THROTTLED)
    assert patiently(act, 60, app) == "done"
    assert len(calls) == 7
    assert app.slept == sorted(app.slept)
    assert max(app.slept) == LONGEST_WAIT


def test_patience_ends_and_what_was_said_last_is_raised() -> None:
    app, (act, _) = Sleeper(), failing(10**6, THROTTLED)
    with pytest.raises(ClientError) as raised:
        patiently(act, 30, app)
    assert raised.value is THROTTLED
    assert 30 - LONGEST_WAIT <= sum(app.slept) <= 30


@pytest.mark.parametrize("error", [DENIED, SILENT, ValueError("ours")])
def test_what_does_not_pass_is_raised_at_once(error: Exception) -> None:
    app, (act, calls) = Sleeper(), failing(1, error)
    with pytest.raises(type(error)):
        patiently(act, 60, app)
    assert (len(calls), app.slept) == (1, [])


@pytest.mark.parametrize(
    ("error", "throttled", "of_aws"),
    [(THROTTLED, True, True), (DENIED, False, True), (SILENT, False, True), (ValueError("ours"), False, False)],
)
def test_errors_of_aws_are_told_from_our_own(error: Any, *, throttled: bool, of_aws: bool) -> None:
    assert (is_throttled(error), is_of_aws(error)) == (throttled, of_aws)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (THROTTLED, True),
        (DENIED, False),
        (SILENT, True),
        (EndpointConnectionError(endpoint_url="https://dynamodb.eu-north-1.amazonaws.com"), True),
        (NoCredentialsError(), False),
        (ClientError({"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": 503}}, "PutItem"), True),
        (ClientError({"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "PutItem"), False),
        (ValueError("ours"), False),
    ],
)
def test_what_may_work_in_a_moment_is_told_from_what_will_not(error: Exception, passes: bool) -> None:  # noqa: FBT001
    assert is_passing(error) is passes
