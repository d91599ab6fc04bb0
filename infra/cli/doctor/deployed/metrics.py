"""Figures of CloudWatch: the newest, or the sum, of some minutes, for several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cli.doctor.place import Client


@dataclass(frozen=True)
class Metric:
    """One figure by its namespace, name and dimensions; `statistic` is that of CloudWatch."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


def figures(metrics: Sequence[Metric], now: datetime, within: timedelta, client: Client) -> list[float | None]:
    """The sum (of a Sum) or the largest of each in that time; None where nothing was measured."""
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": metric.namespace,
                    "MetricName": metric.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
                },
                "Period": 300,
                "Stat": metric.statistic,
            },
            "ReturnData": True,
        }
        for number, metric in enumerate(metrics)
    ]
    pages = client("cloudwatch").get_paginator("get_metric_data")
    values: dict[str, list[float]] = {}
    for page in pages.paginate(MetricDataQueries=queries, StartTime=now - within, EndTime=now):
        for result in page["MetricDataResults"]:
            values.setdefault(result["Id"], []).extend(result["Values"])
    found = [values.get(f"m{number}", []) for number in range(len(metrics))]
    return [
        (sum(each) if metric.statistic == "Sum" else max(each)) if each else None
        for metric, each in zip(metrics, found, strict=True)
    ]
