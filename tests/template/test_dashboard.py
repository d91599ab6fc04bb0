"""The dashboard has a row for each stage of the README, says what is normal, and shows only metrics that there are."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

from tests.template.stacks import ROOT, resources, stack
from tests.template.test_alarms import REPORTED, SOURCES, counted_in_logs

MOST_WIDGETS = 500
"""AWS: Dashboard body structure and syntax."""
OF_AWS = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("QueueName", "AWS::SQS::Queue"),
    ("AWS/Lambda", "Duration"): ("FunctionName", "AWS::Serverless::Function"),
    ("AWS/Lambda", "Invocations"): ("FunctionName", "AWS::Serverless::Function"),
    ("AWS/Lambda", "Errors"): ("FunctionName", "AWS::Serverless::Function"),
    ("AWS/ApiGateway", "Count"): ("ApiId", "AWS::Serverless::HttpApi"),
    ("AWS/ApiGateway", "4xx"): ("ApiId", "AWS::Serverless::HttpApi"),
    ("AWS/ApiGateway", "5xx"): ("ApiId", "AWS::Serverless::HttpApi"),
    ("AWS/ApiGateway", "Latency"): ("ApiId", "AWS::Serverless::HttpApi"),
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"): ("TableName", "AWS::DynamoDB::Table"),
}
"""Metrics that AWS writes, by what they are of (AWS: the pages on metrics of each service)."""
OF_THE_ACCOUNT = {("AWS/SES", "Send"), ("AWS/SES", "Bounce"), ("AWS/SES", "Complaint")}


def widgets() -> list[dict[str, Any]]:
    (dashboard,) = resources("AWS::CloudWatch::Dashboard")
    found: list[dict[str, Any]] = json.loads(dashboard.properties["DashboardBody"])["widgets"]
    return found


def charts() -> list[dict[str, Any]]:
    return [each["properties"] for each in widgets() if each["type"] == "metric"]


def metrics() -> list[tuple[str, ...]]:
    return [tuple(metric) for chart in charts() for metric in chart["metrics"]]


def test_there_is_a_row_for_each_stage_of_the_readme_in_its_words_with_what_is_normal() -> None:
    readme = (ROOT / "README.md").read_text("utf-8").partition("## How it works")[2].partition("\n## ")[0]
    stages = re.findall(r"\*\*([a-z' ]+)\*\*", readme)
    rows = [list(row) for _, row in groupby(widgets(), lambda widget: widget["y"])]
    assert len(stages) == 8
    texts = [row[0]["properties"]["markdown"] for row in rows]
    assert [text.partition("\n")[0].removeprefix("## ").lower() for text in texts] == stages
    for row, text in zip(rows, texts, strict=True):
        assert [widget["type"] for widget in row] == ["text", "metric", "metric", "metric"]
        assert "**Normal:**" in text


def test_nothing_lies_over_anything_else_and_each_row_fills_the_width() -> None:
    for _, row in groupby(widgets(), lambda widget: widget["y"]):
        places = [(widget["x"], widget["width"]) for widget in row]
        assert places == [(0, 6), (6, 6), (12, 6), (18, 6)]
    assert len(widgets()) <= MOST_WIDGETS


def test_every_metric_on_it_is_one_that_the_functions_or_aws_write_of_this_stack() -> None:
    namespace = f"Newsletter/{stack().account.stack_name}"
    in_logs = {(each["MetricNamespace"], each["MetricName"]) for each in counted_in_logs()}
    assert metrics()
    for which, name, *dimensions in metrics():
        if (which, name) in in_logs or (which, name) in OF_THE_ACCOUNT:
            assert dimensions == []
        elif which == namespace:
            assert dimensions == ["service", "newsletter"]
            assert f'"{name}"' in SOURCES or name in REPORTED, name
        else:
            dimension, kind = OF_AWS[which, name]
            assert dimensions[0] == dimension
            assert dimensions[1] in {each.physical_id for each in resources(kind)}, name


def test_every_queue_of_the_pipeline_is_in_some_row() -> None:
    shown = {value for metric in metrics() for value in metric[2:]}
    queues = {each.physical_id for each in resources("AWS::SQS::Queue") if each.logical_id.endswith("Queue")}
    quiet = {"TransferQueue", "RequestQueue"}
    unseen = {each for each in queues - shown if each.rpartition("-")[2] not in quiet}
    assert unseen == set()


def test_a_chart_says_what_it_shows_and_from_which_region() -> None:
    titles = [chart["title"] for chart in charts()]
    assert len(titles) == len(set(titles))
    for chart in charts():
        assert chart["region"] == stack().account.region
        assert chart["period"] % 60 == 0
        assert chart["stat"] in {"Sum", "Maximum", "p99"}
