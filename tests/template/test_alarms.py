"""Alarms stand on what is really measured, for every function, and only for their own stack."""

from __future__ import annotations

import re
from typing import Any

from newsletter.sending.ses.mail_event import EventType, IgnoredReport
from rehearsal.template.cloudformation import Resource
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.template.alarms import looks_at
from tests.template.stacks import PARAMETERS, ROOT, alarms, resources, stack

ALARMS = alarms()
FUNCTIONS = stack().functions
SOURCES = "\n".join(path.read_text("utf-8") for path in (ROOT / "functions").rglob("*.py"))
ACCOUNT_WIDE = {
    ("AWS/SES", "Reputation.BounceRate", ()),
    ("AWS/SES", "Reputation.ComplaintRate", ()),
    ("AWS/Lambda", "Throttles", ()),
}
"""What is of the whole account and no stack: the parameter AccountAlarms says who rings for it."""
REPORTED = {f"Mails{str(word).title()}" for word in (*EventType, *IgnoredReport)}
"""What the feedback function counts by the word for it."""
SECOND = {**PARAMETERS, "ManageIdentity": "no", "AccountAlarms": "no"}
"""The parameters of a second stack of the same domain, as docs/deploy.md says."""


def second() -> Stack:
    return load_stack(ROOT, SECOND, stack_name="newsletter-staging")


def alarms_on(namespace: str, metric: str, dimension: tuple[str, str]) -> list[Resource]:
    return [alarm for alarm in ALARMS if looks_at(alarm) == (namespace, metric, (dimension,))]


def test_the_end_of_every_functions_runs_is_counted_by_one_alarm() -> None:
    groups = {each.properties["LoggingConfig"]["LogGroup"] for each in resources("AWS::Serverless::Function")}
    filters = [each for each in resources("AWS::Logs::MetricFilter") if each.logical_id.endswith("Failures")]
    assert {each.properties["LogGroupName"] for each in filters} == groups
    assert len({each.properties["FilterPattern"] for each in filters}) == 1
    (counted,) = {tuple(each.properties["MetricTransformations"][0].items()) for each in filters}
    (alarm,) = (each for each in ALARMS if each.logical_id == "RunsFailedAlarm")
    assert looks_at(alarm) == (dict(counted)["MetricNamespace"], dict(counted)["MetricName"], ())


def test_what_lambda_does_not_start_and_a_tick_that_does_not_come_wake_a_person() -> None:
    assert [each.logical_id for each in ALARMS if looks_at(each) == ("AWS/Lambda", "Throttles", ())] == [
        "ThrottlesAlarm"
    ]
    (tick,) = (each for each in resources("AWS::Serverless::Function") if each.logical_id == "Nurture")
    assert alarms_on("AWS/Lambda", "Invocations", ("FunctionName", tick.physical_id))


def test_an_answer_of_500_wakes_a_person() -> None:
    (api,) = resources("AWS::Serverless::HttpApi")
    (alarm,) = alarms_on("AWS/ApiGateway", "5xx", ("ApiId", api.physical_id))
    assert (alarm.properties["Statistic"], alarm.properties["Threshold"]) == ("Sum", 0)


def test_an_alarm_on_our_own_metric_is_on_one_that_the_functions_write_under_the_stacks_name() -> None:
    (namespace,) = {each.environment["POWERTOOLS_METRICS_NAMESPACE"] for each in FUNCTIONS}
    assert namespace == f"Newsletter/{stack().account.stack_name}"
    ours = [alarm for alarm in ALARMS if not looks_at(alarm)[0].startswith("AWS/")]
    counted = {(each["MetricNamespace"], each["MetricName"], ()) for each in counted_in_logs()}
    assert ours
    assert counted
    for alarm in ours:
        found, metric, dimensions = looks_at(alarm)
        if looks_at(alarm) in counted:
            assert found == namespace
            continue
        assert (found, dimensions) == (namespace, (("service", "newsletter"),)), alarm.logical_id
        assert f'"{metric}"' in SOURCES or metric in REPORTED, metric


def counted_in_logs() -> list[dict[str, Any]]:
    """What CloudWatch counts in the lines of logs."""
    filters = resources("AWS::Logs::MetricFilter")
    return [each for found in filters for each in found.properties["MetricTransformations"]]


def test_of_two_stacks_neither_rings_for_the_other() -> None:
    here, there = set(map(looks_at, ALARMS)), set(map(looks_at, alarms(second())))
    assert here & there == set()
    assert here - ACCOUNT_WIDE != here, "one of them rings for the account"
    assert len(there) == len(here - ACCOUNT_WIDE)


def test_whatever_an_alarm_of_aws_looks_at_is_a_resource_of_the_stack_or_the_account() -> None:
    for alarm in ALARMS:
        namespace, _, dimensions = looks_at(alarm)
        if namespace.startswith("AWS/") and looks_at(alarm) not in ACCOUNT_WIDE:
            ((_, value),) = dimensions
            assert value.startswith(f"{stack().account.stack_name}-"), alarm.logical_id


def test_the_dashboard_shows_the_metrics_of_its_own_stack() -> None:
    (dashboard,) = second().of_type("AWS::CloudWatch::Dashboard")
    body = str(dashboard.properties["DashboardBody"])
    assert '"Newsletter/newsletter-staging", "LeadWaitSeconds"' in body
    assert "ApproximateAgeOfOldestMessage" not in body


def test_an_alarm_says_where_to_read_on_and_its_row_stands_there() -> None:
    page = (ROOT / "docs/operate.md").read_text("utf-8")
    sections = re.split(r"^##+ ", page, flags=re.MULTILINE)
    by_anchor = {re.sub(r"[^\w\- ]", "", each.partition("\n")[0].lower()).replace(" ", "-"): each for each in sections}
    for alarm in ALARMS:
        named = re.search(r"See docs/operate\.md#([a-z-]+)$", alarm.properties["AlarmDescription"])
        assert named, alarm.logical_id
        assert f"`{alarm.logical_id}`" in by_anchor[named[1]], alarm.logical_id


def test_the_alarms_go_by_the_stages_of_the_dashboard() -> None:
    readme = (ROOT / "README.md").read_text("utf-8").partition("## How it works")[2].partition("\n## ")[0]
    stages = re.findall(r"\*\*([a-z' ]+)\*\*", readme)
    headings = re.findall(r"^### Alarms: (.+)$", (ROOT / "docs/operate.md").read_text("utf-8"), re.MULTILINE)
    assert [each for each in stages if each in headings] + ["every function"] == headings
