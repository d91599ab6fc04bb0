"""What is logged has an end, and says nothing of readers but their ids: no path, no token, no address."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from rehearsal.lambda_.log_groups import AccessLog
from rehearsal.template.cloudformation import Resource, read_yaml
from rehearsal.template.model import Function
from rehearsal.template.stack import load_stack
from tests.template.alarms import Point, looks_at, rings, times_rung
from tests.template.stacks import PARAMETERS, ROOT, function, resources, stack

GROUPS = {group.physical_id: group for group in resources("AWS::Logs::LogGroup")}
DAYS = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
"""AWS: PutRetentionPolicy takes these and no others."""
KNOWN = {
    *("requestId", "routeKey", "status", "responseLatency", "responseLength"),
    *("integration.requestId", "integrationStatus", "integrationLatency"),
}
"""Variables without anything of who asks, for what, or with which token (AWS: Customize HTTP API access logs)."""


def api() -> Resource:
    (found,) = resources("AWS::Serverless::HttpApi")
    return found


def access_log() -> AccessLog:
    settings = api().properties["AccessLogSettings"]
    return AccessLog(settings["DestinationArn"].partition("log-group:")[2], settings["Format"])


@pytest.mark.parametrize("each", stack().functions, ids=lambda each: each.logical_id)
def test_a_function_writes_into_a_group_of_the_template(each: Function) -> None:
    logging = function(each.logical_id).properties["LoggingConfig"]
    assert logging["LogFormat"] == "JSON"
    assert GROUPS[logging["LogGroup"]].logical_id == f"{each.logical_id}Log"
    assert logging["LogGroup"] == f"{each.environment['NEWSLETTER_SECRETS_PATH']}/{each.folder}", "trace finds it so"


def test_no_two_write_into_the_same_group_and_each_group_is_written() -> None:
    written = [function(each.logical_id).properties["LoggingConfig"]["LogGroup"] for each in stack().functions]
    assert sorted([*written, access_log().group]) == sorted(GROUPS)


def test_every_group_forgets_after_as_many_days_as_the_parameter_says_and_goes_with_the_stack() -> None:
    parameter = read_yaml(ROOT / "template.yaml", "template.yaml")["Parameters"]["LogDays"]
    assert set(parameter["AllowedValues"]) <= DAYS
    assert {str(group.properties["RetentionInDays"]) for group in GROUPS.values()} == {str(parameter["Default"])}
    other = load_stack(ROOT, {**PARAMETERS, "LogDays": "7"}, stack_name="newsletter")
    assert {str(group.properties["RetentionInDays"]) for group in other.of_type("AWS::Logs::LogGroup")} == {"7"}
    written = read_yaml(ROOT / "template.yaml", "template.yaml")["Resources"]
    assert [name for name, each in written.items() if name.endswith("Log") and "DeletionPolicy" in each] == []


def test_the_access_log_is_json_and_has_nothing_of_who_asks_and_with_which_token() -> None:
    line = access_log().line({"routeKey": "ANY /unsubscribe/{token}", "status": "302"})
    assert json.loads(line)["route"] == "ANY /unsubscribe/{token}"
    assert set(re.findall(r"\$context\.([\w.]+)", access_log().format)) == KNOWN
    assert "\n" not in access_log().format, "AWS: a single line"


def test_the_group_of_the_access_log_has_the_name_with_which_aws_keeps_its_policy_short() -> None:
    assert access_log().group.startswith("/aws/vendedlogs/")


def refused(line: str) -> bool:
    """Whether the filter of the template counts a line, read as CloudWatch reads it."""
    (found,) = (each for each in resources("AWS::Logs::MetricFilter") if each.logical_id == "RefusedRequests")
    assert found.properties["LogGroupName"] == access_log().group
    terms = re.findall(r'\(\$\.(\w+) = "([^"]*)"\)', found.properties["FilterPattern"])
    assert found.properties["FilterPattern"] == "{ " + " && ".join(f'($.{k} = "{v}")' for k, v in terms) + " }"
    return all(json.loads(line).get(name) == value for name, value in terms)


def test_what_the_api_refuses_itself_rings_when_it_goes_on_and_what_we_refuse_does_not() -> None:
    log = access_log()
    theirs = log.line({"status": "429", "routeKey": "ANY /subscribe"})
    ours = log.line({"status": "429", "routeKey": "ANY /subscribe", "integrationStatus": "200"})
    missing = log.line({"status": "404"})
    assert [refused(line) for line in (theirs, ours, missing)] == [True, False, False]
    (found,) = (each for each in resources("AWS::Logs::MetricFilter") if each.logical_id == "RefusedRequests")
    (counted,) = found.properties["MetricTransformations"]
    (alarm,) = (each for each in resources("AWS::CloudWatch::Alarm") if each.logical_id == "RefusedRequestsAlarm")

    def points(*, until: int, of: str) -> list[Point]:
        value = float(counted["MetricValue"])
        where = (counted["MetricNamespace"], counted["MetricName"], ())
        return [Point(at, *where, value) for at in range(0, until, 10) if refused(of)]

    assert rings(alarm, points(until=200, of=theirs)) == [], "a moment of too many"
    assert rings(alarm, points(until=1200, of=theirs))
    assert rings(alarm, points(until=1200, of=ours)) == []


def platform_report(status: str) -> dict[str, object]:
    """What Lambda writes at the end of a run (AWS: Lambda Telemetry API Event schema reference, platform.report)."""
    record = {"requestId": "6f7f0961", "metrics": {"durationMs": 101.5, "billedDurationMs": 102}, "status": status}
    return {"time": "2026-11-29T12:00:00.000Z", "type": "platform.report", "record": record}


def failed(line: Mapping[str, object]) -> bool:
    """Whether the filters of the functions' logs count a line, as CloudWatch does: what is compared must be there."""
    (pattern,) = {
        each.properties["FilterPattern"]
        for each in resources("AWS::Logs::MetricFilter")
        if each.logical_id.endswith("Failures")
    }
    read = re.fullmatch(r'\{ \(\$\.(\w+) = "([^"]+)"\) && \(\$\.(\w+)\.(\w+) != "([^"]+)"\) \}', pattern)
    assert read, pattern
    kind, value, outer, inner, good = read.groups()
    found = line.get(outer)
    return line.get(kind) == value and isinstance(found, dict) and inner in found and found[inner] != good


def test_a_function_that_fails_again_and_again_rings_once_and_a_single_failure_or_our_own_lines_do_not() -> None:
    assert [failed(platform_report(status)) for status in ("success", "error", "timeout", "failure")] == [
        False,
        True,
        True,
        True,
    ]
    assert not failed({"level": "ERROR", "message": "unhandled error", "function": "sender"})
    (alarm,) = (each for each in resources("AWS::CloudWatch::Alarm") if each.logical_id == "RunsFailedAlarm")
    namespace, metric, dimensions = looks_at(alarm)

    def points(*minutes: int) -> list[Point]:
        return [Point(60.0 * minute, namespace, metric, dimensions, 1.0) for minute in minutes]

    assert times_rung(alarm, points(3)) == 0
    assert times_rung(alarm, points(*range(0, 120, 5))) == 1
