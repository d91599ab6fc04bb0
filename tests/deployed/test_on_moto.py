"""A second opinion on the template: what the SAM transform makes of it, made, updated and deleted on moto."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.template.cloudformation import Template
from rehearsal.template.stack import MAPPING, load_stack
from tests.deployed import account as accounts
from tests.deployed.account import LISTED, NEVER_DELETED, WITHIN_ANOTHER, Ids, StackAccount
from tests.deployed.cloudformation import NESTED, UNKNOWN, NameIsTaken, TooManyIndexes, unknown
from tests.deployed.packaged import ROOT, TEMPLATE, Packaged, at_release, last_release, today
from tests.template.stacks import PARAMETERS

NAME = "newsletter"
SECOND = {**PARAMETERS, "ManageIdentity": "no", "AccountAlarms": "no"}
"""What docs/deploy.md says of a second stack that sends from the same domain."""
RECEIVING = {**PARAMETERS, "ReplyDomain": "vastaa.example.fi"}
REPLACED = {
    "AWS::Lambda::LayerVersion": "a version of a layer never changes",
    "AWS::Lambda::Permission": "it has no state, and the function has it anew at once",
    "AWS::Lambda::Version": "a version never changes",
}
"""Types whose resources an update may replace, and why nothing is lost by it."""


@pytest.fixture
def aws() -> Iterator[StackAccount]:
    with accounts.account(today().types) as account:
        yield account


def test_every_type_that_moto_does_not_know_has_its_reason() -> None:
    """Else a part of the stack would be skipped in silence: a new one needs a line in UNKNOWN, and a look at what is
    left unchecked by it."""
    assert unknown(today().types) <= set(UNKNOWN)
    assert unknown(set(UNKNOWN)) == set(UNKNOWN), "moto has learnt these: they need no line any more"


def wanted(parameters: dict[str, str]) -> set[str]:
    """The resources whose condition holds with these parameters, by our reader: those of SAM, and the nested ones."""
    ours = load_stack(ROOT, parameters, stack_name=NAME)
    top = Template(ROOT, TEMPLATE, parameters, ours.account)
    top.document = today().template
    within = {name for file in set(ours.resources) - {TEMPLATE} for name in ours.resources[file]}
    return set(top.active()) | within | set(nested_in_nested(top))


def nested_in_nested(top: Template) -> Iterator[str]:
    for around, stack in top.active().items():
        for path, document in today().nested.items():
            if stack["Type"] == NESTED and stack["Properties"]["TemplateURL"].endswith(path):
                yield from (f"{around}{name}" for name, each in document["Resources"].items() if each["Type"] == NESTED)


@pytest.mark.parametrize("parameters", [PARAMETERS, RECEIVING])
def test_the_whole_stack_is_made(aws: StackAccount, parameters: dict[str, str]) -> None:
    aws.create(NAME, today(), parameters)
    assert set(aws.ids(NAME)) == wanted(parameters), "those whose condition holds"
    assert all("${" not in value for value in aws.outputs(NAME).values())


def test_what_moto_resolves_is_what_the_local_cloud_resolves(aws: StackAccount) -> None:
    """Two readers of CloudFormation that know nothing of each other: every property of every resource."""
    aws.create(NAME, today(), RECEIVING)
    theirs = aws.resolved(NAME)
    ours = load_stack(ROOT, RECEIVING, region="eu-north-1", stack_name=NAME)
    compared = [
        resource for file in ours.resources.values() for resource in file.values()
        if not resource.type.startswith("AWS::Serverless::")
    ]  # fmt: skip
    assert len(compared) > 50
    for resource in compared:
        found, ours_of_it = dict(theirs[resource.logical_id]), dict(resource.properties)
        if resource.type == MAPPING:
            # Of an alias, which the local cloud has as its function.
            assert f":{ours_of_it.pop('FunctionName')}" in found.pop("FunctionName")
        assert as_text(found) == as_text(ours_of_it), resource.logical_id
    for function in ours.functions:
        made = theirs[function.logical_id]
        assert made["Environment"]["Variables"] == function.environment, function.logical_id
        assert (made["Handler"], made["Timeout"]) == (function.handler, function.timeout)


def test_what_starts_a_function_is_what_the_local_cloud_starts_it_with(aws: StackAccount) -> None:
    aws.create(NAME, today(), RECEIVING)
    kinds, made = aws.ids(NAME), aws.resolved(NAME)
    ours = load_stack(ROOT, RECEIVING, region="eu-north-1", stack_name=NAME)
    queues = sorted(
        (each["EventSourceArn"], each["BatchSize"], float(each.get("MaximumBatchingWindowInSeconds", 0)))
        for name, each in made.items()
        if kinds[name][0] == "AWS::Lambda::EventSourceMapping"
    )
    assert queues == sorted((q.queue_arn, q.batch_size, q.window) for each in ours.functions for q in each.queues)
    schedules = sorted(
        (each["ScheduleExpression"], each["Target"]["Input"])
        for name, each in made.items()
        if kinds[name][0] == "AWS::Scheduler::Schedule"
    )
    assert schedules == sorted((s.expression, s.input) for each in ours.functions for s in each.schedules)


def as_text(value: Any) -> Any:
    """Numbers and truth values as CloudFormation passes them on, which takes 30 and "30" for the same."""
    match value:
        case dict():
            return {key: as_text(each) for key, each in value.items()}
        case list():
            return [as_text(each) for each in value]
    return value if isinstance(value, str) else str(value).lower()


# --- a second stack --------------------------------------------------------------------------------------------------


def test_a_second_stack_is_made_beside_the_first(aws: StackAccount) -> None:
    aws.create(NAME, today(), PARAMETERS)
    aws.create("staging", today(), SECOND)
    assert set(aws.ids(NAME).values()) & set(aws.ids("staging").values()) == set()
    of_the_other = re.compile(rf"\b{NAME}-\w+-[0-9A-Z]{{12}}|/{NAME}/{NAME}\b")
    assert not of_the_other.search(str(aws.resolved("staging")))


def test_a_second_stack_that_makes_the_same_identity_is_refused(aws: StackAccount) -> None:
    aws.create(NAME, today(), PARAMETERS)
    with pytest.raises(NameIsTaken, match=r"AWS::SES::EmailIdentity example\.fi"):
        aws.create("staging", today(), PARAMETERS)


# --- updates ---------------------------------------------------------------------------------------------------------


def before_the_last_function() -> Packaged:
    """Today's template without its last function, and everything that is there for it."""
    functions = [
        name for name, each in today().template["Resources"].items() if each["Type"] == "AWS::Lambda::Function"
    ]
    return today().without(functions[-1])


def earlier() -> dict[str, Packaged]:
    """What a stack may have been made from: a variant of today's template, and the last release where there is one."""
    tag = last_release()
    return {"without its last function": before_the_last_function(), **({tag: at_release(tag)} if tag else {})}


def test_an_update_from_an_earlier_template_gives_what_a_new_stack_has(aws: StackAccount) -> None:
    for number, (what, before) in enumerate(earlier().items()):
        fresh, updated = f"fresh{number}", f"updated{number}"
        here = {**PARAMETERS, "SenderDomain": f"{updated}.fi"}
        aws.create(updated, before, here)
        was = aws.ids(updated)
        aws.update(updated, today(), here)
        assert set(aws.ids(updated)) != set(was) or what.startswith("v"), "the variant lacks nothing"
        aws.create(fresh, today(), {**PARAMETERS, "SenderDomain": f"{fresh}.fi"})
        assert json.loads(json.dumps(aws.resolved(updated)).replace(updated, fresh)) == aws.resolved(fresh), what
        assert set(aws.outputs(updated)) == set(aws.outputs(fresh))
        assert_nothing_is_lost(before, was, aws.ids(updated))


def assert_nothing_is_lost(before: Packaged, was: Ids, now: Ids) -> None:
    """What was there is there, under the same name; what goes on purpose is no table, bucket or identity."""
    kept = {name for name, each in before.resources().items() if each.get("DeletionPolicy") == "Retain"}
    assert kept & set(was) <= set(now), "docs/upgrade.md must say what to do about a table that is gone"
    moved = {name for name in set(was) & set(now) if was[name] != now[name] and was[name][0] not in REPLACED}
    assert moved == set(), "an update makes these anew: messages, logs or addresses of theirs are lost"


def test_a_parameter_is_changed_in_place(aws: StackAccount) -> None:
    aws.create(NAME, today(), PARAMETERS)
    was = aws.ids(NAME)
    aws.update(NAME, today(), {**PARAMETERS, "LogDays": "60", "AlarmAddress": "toinen@example.fi"})
    made = aws.resolved(NAME)
    days = {str(made[name]["RetentionInDays"]) for name, (kind, _) in was.items() if kind == "AWS::Logs::LogGroup"}
    assert days == {"60"}
    assert made["AlarmMail"]["Endpoint"] == "toinen@example.fi"
    assert {name for name, id_ in aws.ids(NAME).items() if was[name] != id_} == {"AlarmMail"}


def test_two_new_indexes_of_a_table_at_once_are_refused_as_dynamodb_does(aws: StackAccount) -> None:
    before = today().without("")
    table = before.resources()["Subscribers"]["Properties"]
    del table["GlobalSecondaryIndexes"][:2]
    aws.create(NAME, before, PARAMETERS)
    with pytest.raises(TooManyIndexes, match="Subscribers"):
        aws.update(NAME, today(), PARAMETERS)


# --- what stays ------------------------------------------------------------------------------------------------------


def test_of_a_deleted_stack_only_what_is_to_be_kept_is_left(aws: StackAccount) -> None:
    aws.create(NAME, today(), RECEIVING)
    ids = aws.ids(NAME)
    made = {kind for kind, _ in aws.inventory()}
    there = {kind for kind, _ in ids.values()}
    assert made >= there - WITHIN_ANOTHER - NEVER_DELETED, "the inventory does not see these"
    aws.delete(NAME)
    kept = {
        name
        for name, each in today().resources().items()
        if each.get("DeletionPolicy") == "Retain" and each["Type"] not in WITHIN_ANOTHER
    }
    assert kept == {"Subscribers", "Content", "Deliveries", "Leads", "Pictures", "Identity", "Received", "RuleSet"}
    assert kept & {name for name, (kind, _) in ids.items() if kind in NEVER_DELETED} == set()
    assert aws.inventory() == {ids[name] for name in kept}


def test_a_stack_is_made_again_from_the_tables_it_left(aws: StackAccount) -> None:
    aws.create(NAME, today(), PARAMETERS)
    tables = {f"{name}Table": aws.ids(NAME)[name][1] for name in ("Subscribers", "Content", "Deliveries", "Leads")}
    bucket = {"PicturesBucket": aws.ids(NAME)["Pictures"][1]}
    aws.delete(NAME)
    aws.create(NAME, today(), {**PARAMETERS, **tables, **bucket, "ManageIdentity": "no"})
    functions = [name for name, (kind, _) in aws.ids(NAME).items() if kind == "AWS::Lambda::Function"]
    for name in functions:
        variables = aws.resolved(NAME)[name]["Environment"]["Variables"]
        assert "Subscribers" in variables["NEWSLETTER_SUBSCRIBERS_TABLE"]
    assert {kind for kind, _ in aws.ids(NAME).values()} >= {"AWS::DynamoDB::Table", NESTED}
    assert set(tables.values()) <= {name for kind, name in aws.inventory() if kind == "AWS::DynamoDB::Table"}


def test_the_inventory_lists_only_what_the_stack_may_have() -> None:
    assert set(LISTED) <= today().types
