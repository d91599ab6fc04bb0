"""CloudWatch alarms as they would ring over a list of data points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from rehearsal.template.cloudformation import Resource

STATISTICS: Mapping[str, Callable[[list[float]], float]] = {"Sum": sum, "Maximum": max}


class Point(NamedTuple):
    """One value of a metric; `at` in seconds since the beginning."""

    at: float
    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    value: float


def plain(alarm: Resource) -> Mapping[str, Any]:
    """The properties; those of an alarm on `rate` that is silent while there is any `open` as if it had one metric."""
    say: Mapping[str, Any] = alarm.properties
    if "Metrics" not in say:
        return say
    rate, unless, rule = say["Metrics"]
    assert (rate["Id"], unless["Id"], rule["Expression"]) == ("rate", "open", "IF(FILL(open, 0) > 0, 0, rate)")
    assert [each["ReturnData"] for each in say["Metrics"]] == [False, False, True]
    assert (unless["MetricStat"]["Stat"], unless["MetricStat"]["Period"]) == ("Sum", rate["MetricStat"]["Period"])
    stat = rate["MetricStat"]
    return {**say, **stat["Metric"], "Period": stat["Period"], "Statistic": stat["Stat"]}


def silenced_by(alarm: Resource) -> str:
    """The metric that silences the alarm; empty for most."""
    return (
        str(alarm.properties["Metrics"][1]["MetricStat"]["Metric"]["MetricName"])
        if "Metrics" in alarm.properties
        else ""
    )


def looks_at(alarm: Resource) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Namespace, metric and dimensions of an alarm."""
    say = plain(alarm)
    dimensions = tuple(sorted((each["Name"], each["Value"]) for each in say.get("Dimensions", ())))
    return say["Namespace"], say["MetricName"], dimensions


def rings(alarm: Resource, points: Iterable[Point]) -> list[int]:
    """The ends (in seconds) of the periods after which the alarm rings.

    AWS: Using Amazon CloudWatch alarms. Missing data is `notBreaching`, or `breaching` where the alarm is for less than
    something, which is asserted here.
    """
    points, say = list(points), plain(alarm)
    less = say["ComparisonOperator"] == "LessThanThreshold"
    assert less or say["ComparisonOperator"] == "GreaterThanThreshold"
    assert say["TreatMissingData"] == ("breaching" if less else "notBreaching")
    assert say["AlarmActions"]
    period, of = int(say["Period"]), int(say["EvaluationPeriods"])
    needed = int(say.get("DatapointsToAlarm", of))
    values: defaultdict[int, list[float]] = defaultdict(list)
    for point in points:
        if (point.namespace, point.metric, tuple(sorted(point.dimensions))) == looks_at(alarm):
            values[int(point.at // period)].append(point.value)
    last = max(values, default=-1)
    breaching = {number for number in range(last + 1) if _breaches(say, values.get(number), less=less)}
    breaching -= {int(point.at // period) for point in points if point.metric == silenced_by(alarm) and point.value > 0}
    return [
        (number + 1) * period
        for number in range(last + 1)
        if len(breaching & set(range(number - of + 1, number + 1))) >= needed
    ]


def times_rung(alarm: Resource, points: Iterable[Point]) -> int:
    """How often somebody is told: each time the alarm begins to ring, and not while it goes on."""
    ends = rings(alarm, points)
    period = int(plain(alarm)["Period"])
    return sum(end - period not in ends for end in ends)


def _breaches(say: Mapping[str, Any], values: list[float] | None, *, less: bool) -> bool:
    if values is None:
        return less
    statistic, threshold = STATISTICS[say["Statistic"]](values), float(say["Threshold"])
    return statistic < threshold if less else statistic > threshold
