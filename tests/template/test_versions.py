"""A deployment publishes versions of the functions, and everything that starts one starts the version that is live."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from supply.upload import name_release
from tests.skips import DEPLOY_TOOLS, require
from tests.template.stacks import ROOT, alarms, function, resources, stack

RELEASE, NEXT = "a1" * 32, "b2" * 32
NAMES = [each.logical_id for each in stack().functions]
SHIFTED = ["PublicSite", "Console"]
"""What API Gateway waits for. All others are fed by queues and schedules, which offer again what failed."""
Resources = dict[str, dict[str, Any]]


@cache
def deployed(folder: Path, release: str = RELEASE, **parameters: str) -> Resources:
    """What CloudFormation gets of the built template of a release, by logical id."""
    template = folder / f"{release[:2]}.yaml"
    template.write_text((ROOT / "template.yaml").read_text("utf-8"), "utf-8")
    name_release(template, release)
    command = (require(DEPLOY_TOOLS), "infra/build/transform.py", str(template), json.dumps(parameters))
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found: Resources = json.loads(said)["Resources"]
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


def of_type(found: Resources, kind: str) -> Resources:
    return {name: body for name, body in found.items() if body["Type"] == kind}


def referred(value: object) -> Iterator[str]:
    """Logical ids (and parameters) that a value refers to."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
            yield from re.findall(r"\$\{([A-Za-z0-9]+)[}.]", text)
    match value:
        case dict():
            for each in value.values():
                yield from referred(each)
        case list():
            for each in value:
                yield from referred(each)


def versions(found: Resources) -> set[str]:
    return set(of_type(found, "AWS::Lambda::Version"))


def version_of(name: str, found: Resources) -> str:
    """The logical id of the version that the function gets."""
    (version,) = (each for each in versions(found) if each.startswith(f"{name}Version"))
    return version


# --- the alias -------------------------------------------------------------------------------------------------------


def test_every_function_has_one_alias_and_each_points_to_the_version_of_this_release(folder: Path) -> None:
    aliases = of_type(deployed(folder), "AWS::Lambda::Alias")
    assert set(aliases) == {f"{name}Aliaslive" for name in NAMES}
    for name in NAMES:
        assert aliases[f"{name}Aliaslive"]["Properties"] == {
            "Name": "live",
            "FunctionName": {"Ref": name},
            "FunctionVersion": {"Fn::GetAtt": [version_of(name, deployed(folder)), "Version"]},
        }


STARTED_BY = ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission", "AWS::Scheduler::Schedule")


@pytest.mark.parametrize("kind", STARTED_BY)
def test_queues_schedules_and_the_right_of_the_api_name_the_alias(folder: Path, kind: str) -> None:
    starting = of_type(deployed(folder), kind)
    assert starting
    for logical_id, body in starting.items():
        said = body["Properties"].get("FunctionName") or body["Properties"]["Target"]["Arn"]
        assert re.fullmatch(rf"({'|'.join(NAMES)})Aliaslive", said["Ref"]), logical_id


def test_every_route_of_the_api_leads_to_an_alias(folder: Path) -> None:
    (api,) = of_type(deployed(folder), "AWS::ApiGatewayV2::Api").values()
    called = set(re.findall(r"functions/\$\{(\w+)[.}]", json.dumps(api)))
    assert called == {f"{name}Aliaslive" for name in SHIFTED}


def test_the_scheduler_may_invoke_the_alias_and_nothing_else(folder: Path) -> None:
    roles = {
        body["Properties"]["Target"]["RoleArn"]["Fn::GetAtt"][0]: body["Properties"]["Target"]["Arn"]
        for body in of_type(deployed(folder), "AWS::Scheduler::Schedule").values()
    }
    for role, target in roles.items():
        statements = [
            statement
            for policy in deployed(folder)[role]["Properties"]["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        assert [each["Resource"] for each in statements if each["Action"] == "lambda:InvokeFunction"] == [target]


# --- one unit --------------------------------------------------------------------------------------------------------


def test_a_release_publishes_every_function_and_lambda_sees_a_difference(folder: Path) -> None:
    """Lambda refuses to publish a version that is the same as the last, and CloudFormation fails then."""
    before, after = deployed(folder), deployed(folder, NEXT)
    assert len(versions(before)) == len(versions(after)) == len(NAMES)
    assert versions(before) & versions(after) == set()
    for name in NAMES:
        was, now = (each[name]["Properties"] for each in (before, after))
        assert {key for key in now if now[key] != was[key]} == {"Description"}


def test_the_same_release_publishes_nothing_whatever_else_is_changed(folder: Path) -> None:
    """What is no part of a version, such as a reservation, must not ask for one: Lambda would refuse it."""
    assert versions(deployed(folder, ReserveConcurrency="yes")) == versions(deployed(folder))


def test_the_versions_before_stay_for_a_roll_back(folder: Path) -> None:
    assert {body["DeletionPolicy"] for body in of_type(deployed(folder), "AWS::Lambda::Version").values()} == {"Retain"}


def test_the_template_alone_publishes_when_templates_or_settings_change() -> None:
    """Without `make build`, as plain SAM does it, values of parameters apart."""
    (layer,) = resources("AWS::Serverless::LayerVersion")
    assert layer.properties["PublishLambdaVersion"] is True
    for name in NAMES:
        assert function(name).properties["AutoPublishAliasAllProperties"] is True
        assert function(name).properties["Layers"] == [
            f"arn:aws:lambda:eu-north-1:123456789012:layer:{layer.physical_id}:1"
        ]


# --- the gradual shift -----------------------------------------------------------------------------------------------


def test_what_api_gateway_waits_for_is_shifted_gradually_and_all_else_at_once(folder: Path) -> None:
    groups = of_type(deployed(folder), "AWS::CodeDeploy::DeploymentGroup")
    assert set(groups) == {f"{name}DeploymentGroup" for name in SHIFTED}
    aliases = of_type(deployed(folder), "AWS::Lambda::Alias")
    assert {name for name, body in aliases.items() if "UpdatePolicy" in body} == {
        f"{name}Aliaslive" for name in SHIFTED
    }


@pytest.mark.parametrize("how", ["AllAtOnce", "Canary10Percent5Minutes"])
def test_a_stage_says_how_gradually(folder: Path, how: str) -> None:
    for group in of_type(deployed(folder, TrafficShift=how), "AWS::CodeDeploy::DeploymentGroup").values():
        _, named = group["Properties"]["DeploymentConfigName"]["Fn::Sub"]
        assert named == {"ConfigName": how}
        assert set(group["Properties"]["AutoRollbackConfiguration"]["Events"]) >= {
            "DEPLOYMENT_FAILURE",
            "DEPLOYMENT_STOP_ON_ALARM",
        }


@pytest.mark.parametrize("name", SHIFTED)
def test_an_error_of_the_new_version_brings_back_the_one_before(folder: Path, name: str) -> None:
    """Of the new version alone: errors of the one that runs must not hold back the version that mends them."""
    found = deployed(folder)
    condition, watched, unwatched = found[f"{name}DeploymentGroup"]["Properties"]["AlarmConfiguration"]["Fn::If"]
    assert (condition, unwatched) == ("Gradual", {})
    assert watched["Enabled"] is True
    version = {"Fn::GetAtt": [version_of(name, found), "Version"]}
    looked_at = []
    for alarm in (found[each["Name"]["Ref"]] for each in watched["Alarms"]):
        dimensions = {each["Name"]: each["Value"] for each in alarm["Properties"]["Dimensions"]}
        assert version in dimensions.values()
        assert {"Ref": name} in dimensions.values()
        assert alarm["Condition"] == "Gradual"
        assert alarm["Properties"]["Period"] * alarm["Properties"]["EvaluationPeriods"] <= 300  # the shortest canary
        looked_at.append((alarm["Properties"]["MetricName"], dimensions.get("Resource")))
    assert looked_at == [("Errors", {"Fn::Sub": f"${{{name}}}:live"}), ("UnexpectedErrors", None)]


def test_alarms_that_tell_nobody_are_those_that_a_deployment_looks_at(folder: Path) -> None:
    silent = {each.logical_id for each in resources("AWS::CloudWatch::Alarm")} - {each.logical_id for each in alarms()}
    groups = of_type(deployed(folder), "AWS::CodeDeploy::DeploymentGroup").values()
    assert silent == {name for group in groups for name in referred(group) if name.endswith("Alarm")}


def test_nothing_waits_in_the_end_for_itself(folder: Path) -> None:
    """CloudFormation refuses circles, also by an alias that is updated through a deployment that looks at an alarm."""
    found = deployed(folder)
    graph = {
        name: {each for each in referred(body) if each in found} | set(_as_list(body.get("DependsOn", [])))
        for name, body in found.items()
    }
    assert graph["PublicSiteAliaslive"] >= {"PublicSiteDeploymentGroup"}
    # Raises CycleError with the way round.
    assert set(TopologicalSorter(graph).static_order()) == set(found)


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
