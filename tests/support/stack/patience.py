"""Pages of the local cloud that wait for a busy machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from newsletter.container import Container
from newsletter.platform.aws import time_limit_client

SECONDS = 60.0
_TimeLimit = time_limit_client.TimeLimit


@contextmanager
def patient() -> Iterator[None]:
    """A machine that is busy is no AWS that refuses calls; what pages say then has tests of its own
    (test_public_site_throttled.py).

    It is the limit that is another, not what the handler of the pages asks for: the local cloud loads handlers anew.
    """
    with patch.object(time_limit_client, "TimeLimit", _long):
        yield


@contextmanager
def patient_while_the_clock_runs() -> Iterator[None]:
    """The same, but for a test that has stopped the clock: no machine is busy by it."""
    with patch.object(time_limit_client, "TimeLimit", _long_by_the_clock_on_the_wall):
        yield


def _long_by_the_clock_on_the_wall(seconds: float, app: Container) -> time_limit_client.TimeLimit:
    return _TimeLimit(seconds, app) if "now" in vars(app) else _long(seconds, app)


def _long(seconds: float, app: Container) -> time_limit_client.TimeLimit:
    return _TimeLimit(max(seconds, SECONDS), app)
