"""What functions tell CloudWatch, on a clock of the test's own, and how often an alarm would ring over it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.platform import observability
from rehearsal.template.cloudformation import Resource
from tests.support.stack.cloud import Cloud
from tests.template.alarms import Point

BEGINNING = datetime(2027, 1, 5, 8, tzinfo=UTC)


class Time:
    """The virtual time of everything in the test, in seconds since the beginning."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> Iterator[Time]:
    """A clock of our own, and metrics written as CloudWatch reads them."""
    assert cloud.stack is not None
    clock = Time()
    monkeypatch.setattr(app, "now", clock)
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    observability.metrics.cache_clear()
    app.reset()
    yield clock
    observability.metrics.cache_clear()


def alarm(cloud: Cloud, name: str) -> Resource:
    """The alarm of that logical id."""
    return next(each for each in cloud.stack.of_type("AWS::CloudWatch::Alarm") if each.logical_id == name)


def measured(capsys: pytest.CaptureFixture[str], at: float) -> list[Point]:
    """What the function told CloudWatch: lines of the embedded metric format."""
    found = []
    for line in capsys.readouterr().out.splitlines():
        if '"CloudWatchMetrics"' not in line:
            continue
        data = json.loads(line)
        for directive in data["_aws"]["CloudWatchMetrics"]:
            (names,) = directive["Dimensions"]
            for metric in directive["Metrics"]:
                values = data[metric["Name"]]
                dimensions = tuple((name, data[name]) for name in names)
                found += [
                    Point(at, directive["Namespace"], metric["Name"], dimensions, value)
                    for value in (values if isinstance(values, list) else [values])
                ]
    return found
