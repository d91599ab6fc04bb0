"""A second stack fits beside the first, a failed create leaves nothing in the way, what was kept is used again."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy import sam
from deploy.stage import read_stage
from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.skips import DEPLOY_TOOLS, require
from tests.template.stacks import PARAMETERS, ROOT, as_list, resources, stack

FILES = [ROOT / "template.yaml", *sorted((ROOT / "infra").glob("*.yaml"))]
SECOND = {**PARAMETERS, "ManageIdentity": "no", "AccountAlarms": "no"}
"""What docs/deploy.md says of a second stack that sends from the same domain."""
NO_IDENTITY = {
    ("AWS::Events::Rule", "EventBusName"),
    ("AWS::ApiGatewayV2::Stage", "StageName"),  # within its own API
    ("AWS::Lambda::Alias", "Name"),  # within its own function
    ("AWS::CloudWatch::Alarm", "MetricName"),  # what it looks at
    ("AWS::SNS::Topic", "DisplayName"),  # what people read
}
"""Properties that end with Name and may be the same in two stacks."""
TABLES = ("Subscribers", "Content", "Deliveries", "Leads")


def run(*command: str | Path) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@cache
def transformed() -> dict[str, Any]:
    """What the SAM transform makes of template.yaml."""
    python = require(DEPLOY_TOOLS)
    document: dict[str, Any] = json.loads(run(python, "infra/build/transform.py", "template.yaml"))
    return document


def names_it(kind: str, name: str) -> bool:
    """Whether a property is the name of the resource itself."""
    return (name == "EmailIdentity" or name.endswith("Name")) and (kind, name) not in NO_IDENTITY


def every_name(of: Stack) -> set[tuple[str, str, str]]:
    return {
        (resource.type, name, str(value))
        for file in of.resources.values()
        for resource in file.values()
        for name, value in resource.properties.items()
        if names_it(resource.type, name)
    }


# --- names -----------------------------------------------------------------------------------------------------------


def test_no_name_is_fixed_that_the_sam_transform_gives() -> None:
    """A fixed name is one that is the same whatever the stack is called and whatever its resources are."""
    parameters = set(transformed()["Parameters"])
    fixed = [
        (resource["Type"], logical_id, value)
        for logical_id, resource in transformed()["Resources"].items()
        for name, value in resource.get("Properties", {}).items()
        if names_it(resource["Type"], name) and not refers_to(json.dumps(value)) - parameters
    ]
    assert fixed == []


def refers_to(value: str) -> set[str]:
    """The parameters, pseudo parameters and resources that a value in JSON refers to."""
    found = re.findall(r'\$\{([^}!.]+)|"Ref": "([^"]+)"|"Fn::GetAtt": \["([^"]+)"', value)
    return {name for names in found for name in names if name}


def test_no_name_is_the_same_in_two_stacks() -> None:
    first, second = stack(), load_stack(ROOT, SECOND, stack_name="newsletter-dev")
    assert every_name(first) & every_name(second) == set()
    assert {name for _, kind, name in every_name(first) if kind == "EmailIdentity"} == {"example.fi"}


def test_an_event_for_one_stack_starts_nothing_in_another() -> None:
    first, second = stack(), load_stack(ROOT, SECOND, stack_name="newsletter-dev")
    sources = [next(each.of_type("AWS::Events::Rule")).properties["EventPattern"]["source"] for each in (first, second)]
    assert sources == [[first.account.stack_name], ["newsletter-dev"]]


def test_every_schedule_leaves_its_name_to_cloudformation() -> None:
    """SAM would give it the logical id, which is the same in every stack of an account and region."""
    schedules = [
        event["Properties"]
        for function in resources("AWS::Serverless::Function")
        for event in function.properties["Events"].values()
        if event["Type"] == "ScheduleV2"
    ]
    assert schedules
    assert all(schedule["OmitName"] is True for schedule in schedules)


# --- deploying -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_stage_is_deployed_with_all_that_cloudformation_asks_for(name: str, tmp_path: Path) -> None:
    python = require(DEPLOY_TOOLS)
    stage, overrides = read_stage(name), tmp_path / "parameters.yaml"
    given = {"TimeZone": "Europe/Helsinki", "DigestSchedule": "cron(0 8 ? * TUE *)", "AlarmAddress": ""}
    overrides.write_text(json.dumps(given), encoding="utf-8")
    command = sam.arguments(stage, ROOT / "template.yaml", overrides)[1:]
    options = json.loads(run(python, "tests/template/sam_options.py", *command))
    assert (options["stack_name"], options["region"]) == (stage.stack, stage.region)
    assert (options["confirm_changeset"], options["guided"]) == (False, False), "nobody answers"
    assert (options["resolve_s3"], options["fail_on_empty_changeset"]) == (True, False)
    assert set(options["capabilities"]) == capabilities()
    assert options["parameter_overrides"] == given, "as they were written, with blanks and empty ones"


def capabilities() -> set[str]:
    """AWS: CreateChangeSet. IAM resources ask for IAM, with names of their own for NAMED_IAM; transforms and nested
    stacks for AUTO_EXPAND."""
    found = {"CAPABILITY_AUTO_EXPAND"}
    for resource in transformed()["Resources"].values():
        if resource["Type"].startswith("AWS::IAM::"):
            named = any(f"{kind}Name" in resource["Properties"] for kind in ("Role", "User", "Group", "ManagedPolicy"))
            found.add("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
    return found


# --- what outlives its stack -----------------------------------------------------------------------------------------


def test_what_outlives_its_stack_does_not_outlive_a_create_that_failed() -> None:
    policies = {
        (path.name, name): (resource.get("DeletionPolicy", "Delete"), resource.get("UpdateReplacePolicy", "Delete"))
        for path in FILES
        for name, resource in read_yaml(path, path.name)["Resources"].items()
    }
    kept = {name for (_, name), (deleted, _) in policies.items() if deleted != "Delete"}
    assert kept == {*TABLES, "Identity", "Pictures", "Received", "RuleSet"}
    for (file, name), policy in policies.items():
        assert policy == (("RetainExceptOnCreate", "Retain") if name in kept else ("Delete", "Delete")), (file, name)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_was_kept_is_used_by_its_name(table: str) -> None:
    """Every function, and every right, is for that table and for no other; the stack makes none itself."""
    name = f"newsletter-Storage-1ABC-{table}-2DEF"
    adopted = load_stack(ROOT, {**PARAMETERS, f"{table}Table": name}, stack_name="newsletter")
    assert table not in {each.logical_id for each in adopted.of_type("AWS::DynamoDB::Table")}
    variable = f"NEWSLETTER_{table.upper()}_TABLE"
    assert {each.environment[variable] for each in adopted.functions} == {name}
    own, there = all_resources_of_rights(stack()), all_resources_of_rights(adopted)
    instead = {each.replace(f"table/newsletter-{table}", f"table/{name}") for each in own}
    assert there == instead
    assert any(each.endswith(f"table/{name}") for each in there)


def test_a_bucket_of_pictures_that_was_kept_is_used_by_its_name() -> None:
    name = "newsletter-storage-1abc-pictures-2def"
    adopted = load_stack(ROOT, {**PARAMETERS, "PicturesBucket": name}, stack_name="newsletter")
    assert list(adopted.of_type("AWS::S3::Bucket", "AWS::S3::BucketPolicy")) == []
    assert {each.environment["NEWSLETTER_PICTURES_BUCKET"] for each in adopted.functions} == {name}
    own, there = all_resources_of_rights(stack()), all_resources_of_rights(adopted)
    assert there == {each.replace(":::newsletter-pictures", f":::{name}") for each in own}
    assert there != own


def all_resources_of_rights(of: Stack) -> set[str]:
    return {
        str(part)
        for function in of.of_type("AWS::Serverless::Function")
        for policy in function.properties["Policies"]
        for statement in policy.get("Statement", [])
        for part in as_list(statement["Resource"])
    }


def test_a_domain_that_is_in_ses_already_is_left_alone_and_still_sent_from() -> None:
    beside = load_stack(ROOT, {**PARAMETERS, "ManageIdentity": "no"}, stack_name="newsletter")
    assert list(beside.of_type("AWS::SES::EmailIdentity")) == []
    assert all_resources_of_rights(beside) == all_resources_of_rights(stack())
    assert any(each.endswith("identity/example.fi") for each in all_resources_of_rights(beside))
