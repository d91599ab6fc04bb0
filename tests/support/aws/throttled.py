"""AWS that refuses calls, or never answers them, below boto3: as its servers do when they are asked for too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.endpoint import Endpoint
from botocore.exceptions import ReadTimeoutError

from newsletter.platform.aws.time_limit_client import WRITES

Which = Callable[[str], bool]
"""Chooses calls by the name of their operation, e.g. "PutItem"."""

REFUSED = {
    "Error": {"Code": "ThrottlingException", "Message": "Throughput exceeds the current capacity of your table."},
    "ResponseMetadata": {"HTTPStatusCode": 400},
}


def everything(_: str) -> bool:
    """Every call to AWS."""
    return True


def writes(operation: str) -> bool:
    """Every call that changes a table or a queue."""
    return operation in WRITES


def after(number: int, which: Which = writes) -> Which:
    """The calls of `which` but for the first ones, which are let through."""
    left = [number]

    def chosen(operation: str) -> bool:
        if not which(operation):
            return False
        left[0] -= 1
        return left[0] < 0

    return chosen


@contextmanager
def throttled(which: Which) -> Iterator[list[str]]:
    """Refuse those calls, which then have no effect; the operations that were refused."""

    def refused(_: Any) -> tuple[Any, Exception | None]:
        return (SimpleNamespace(status_code=400, headers={}, content=b"{}"), REFUSED), None

    with _instead(which, refused) as operations:
        yield operations


@contextmanager
def silent(which: Which, pass_time: Callable[[float], None]) -> Iterator[list[str]]:
    """Answer those calls never; they have no effect, and `pass_time` gets the seconds that the client waits."""

    def lost(endpoint: Any) -> tuple[Any, Exception | None]:
        pass_time(endpoint.http_session._timeout.read_timeout)  # noqa: SLF001 (nothing public says what the client was given)
        return None, ReadTimeoutError(endpoint_url=endpoint.host)

    with _instead(which, lost) as operations:
        yield operations


@contextmanager
def slow(seconds: float, pass_time: Callable[[float], None]) -> Iterator[None]:
    """Answer every call, but only after so many seconds."""
    real = Endpoint._do_get_response  # noqa: SLF001 (below the retries there is nothing public)

    def get_response(endpoint: Any, request: Any, operation_model: Any, context: Any) -> Any:
        pass_time(seconds)
        return real(endpoint, request, operation_model, context)

    with patch.object(Endpoint, "_do_get_response", get_response):
        yield


@contextmanager
def _instead(which: Which, answer: Callable[[Any], tuple[Any, Exception | None]]) -> Iterator[list[str]]:
    operations: list[str] = []
    real = Endpoint._do_get_response  # noqa: SLF001 (below the retries there is nothing public)

    def get_response(endpoint: Any, request: Any, operation_model: Any, context: Any) -> Any:
        if not which(operation_model.name):
            return real(endpoint, request, operation_model, context)
        operations.append(operation_model.name)
        return answer(endpoint)

    with patch.object(Endpoint, "_do_get_response", get_response):
        yield operations
