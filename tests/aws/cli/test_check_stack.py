"""`newsletter check --stack` names what a stack has otherwise than publication and templates, and what mends it."""

from __future__ import annotations

import json
import os

import pytest

from cli.checks.publication import check_publication
from cli.checks.stack import stack_differences
from cli.main import main
from newsletter.container import app
from tests.support.doctor.deployed_ses import NAME
from tests.support.doctor.deployed_stack import Deployed
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.cloud import Cloud

Captured = pytest.CaptureFixture[str]
Said = list[tuple[str, str, bool]]


@pytest.fixture
def deployed(cloud: Cloud) -> Deployed:
    """The stack, deployed as it should be."""
    dynamodb = cloud.client("dynamodb")
    for table in cloud.stack.of_type("AWS::DynamoDB::Table"):
        if table.logical_id != "Guards":
            dynamodb.update_continuous_backups(
                TableName=table.physical_id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
    return Deployed(cloud, dict(cloud.stack.parameters))


def differences(account: Deployed) -> Said:
    return list(stack_differences(app.templates.publication, NAME, account.client))


def only(account: Deployed) -> tuple[str, str]:
    """The one fault, which there must be."""
    ((where, message, is_fault),) = differences(account)
    assert is_fault
    assert "`" in message or "docs/" in message, "and says what mends it"
    return where, message


def test_a_stack_that_is_as_it_should_be_has_no_difference(deployed: Deployed) -> None:
    assert differences(deployed) == []


def test_parameters_that_the_publication_contradicts_are_named_with_both_values(deployed: Deployed) -> None:
    publication = app.templates.publication
    domain = publication.sender.address.rpartition("@")[2]
    deployed.parameters |= {"SenderDomain": "other.example", "TimeZone": "Europe/Oslo"}
    said = {where: message for where, message, _ in differences(deployed)}
    assert "the stack has other.example, and sender.address of publication.toml means " + domain in said["SenderDomain"]
    assert f'set SenderDomain = "{domain}" in deploy.<stage>.toml and run `make deploy`' in said["SenderDomain"]
    assert (
        f"the stack has Europe/Oslo, and time_zone of publication.toml means {publication.time_zone.key}"
        in said["TimeZone"]
    )


def test_a_stack_of_an_earlier_template_or_in_pieces_is_said_to_be(deployed: Deployed) -> None:
    del deployed.parameters["AccountAlarms"]
    deployed.status = "UPDATE_ROLLBACK_COMPLETE"
    said = {where: message for where, message, _ in differences(deployed)}
    assert "earlier template" in said["AccountAlarms"]
    assert "is UPDATE_ROLLBACK_COMPLETE" in said[f"stack {NAME}"]


def test_a_function_with_another_setting_or_environment_is_named(deployed: Deployed) -> None:
    deployed.functions["Sender"]["Timeout"] = 3
    deployed.environments["Nurture"]["NEWSLETTER_BATCH_QUEUE"] = "https://sqs.eu-north-1.amazonaws.com/1/other"
    deployed.environments["Console"]["POWERTOOLS_METRICS_NAMESPACE"] = "Newsletter"
    del deployed.functions["Planner"]["Events"]
    del deployed.functions["Feedback"]
    said = differences(deployed)
    messages = {(where, message.partition(":")[0]) for where, message, _ in said}
    assert ("function Sender", "Timeout is 3, and should be 60") in messages
    assert (
        "function Console",
        "POWERTOOLS_METRICS_NAMESPACE is Newsletter, and should be Newsletter/newsletter-local",
    ) in messages
    assert ("function Feedback", "is not there (DescribeStackResource") in messages
    (queue,) = (message for where, message, _ in said if where == "function Nurture")
    assert "other, and should be https://sqs" in queue
    assert len(said) == 4


def test_a_right_too_few_or_too_many_is_named(deployed: Deployed) -> None:
    deployed.rights["Planner"] = [each for each in deployed.rights["Planner"] if each["Sid"] != "ReadTheSendingRate"]
    deployed.rights["Sender"].append(
        {"Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": "arn:aws:dynamodb:eu-north-1:1:table/x"}
    )
    assert [(where, message.partition(",")[0]) for where, message, _ in differences(deployed)] == [
        (f"role {NAME}-PlannerRole", "may not ses:GetAccount on *"),
        (f"role {NAME}-SenderRole", "may dynamodb:DeleteItem on arn:aws:dynamodb:eu-north-1:1:table/x"),
    ]


def test_what_one_may_not_look_at_is_said_and_is_no_fault(deployed: Deployed) -> None:
    deployed.denied = {"ListRolePolicies", "GetSchedule", "GetEmailIdentity"}
    said = differences(deployed)
    assert not any(is_fault for *_, is_fault in said)
    assert ("schedules", "not looked at: AWS refused GetSchedule", False) in said
    assert sum(where.startswith("rights of ") for where, *_ in said) == 9


def test_a_schedule_that_is_switched_off_or_in_another_zone_is_named(deployed: Deployed) -> None:
    deployed.schedules[f"{NAME}-NurtureTick"]["State"] = "DISABLED"
    mend = f"`newsletter work start --stack {NAME}`"
    assert only(deployed) == ("schedule NurtureTick", f"State is DISABLED, and should be ENABLED: {mend}")


def test_an_identity_that_is_missing_or_not_verified_is_named(deployed: Deployed) -> None:
    deployed.identity = None
    assert "is not there" in only(deployed)[1]
    deployed.identity = {"VerifiedForSendingStatus": False, "MailFromAttributes": {"MailFromDomainStatus": "SUCCESS"}}
    assert "is not verified" in only(deployed)[1]


def test_a_restored_table_lacks_what_dynamodb_does_not_restore(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither expiry nor backups come back with it, and the commands that are named bring them."""
    dynamodb = deployed.cloud.client("dynamodb")
    made = next(each for each in deployed.stack.of_type("AWS::DynamoDB::Table") if each.logical_id == "Subscribers")
    attributes = [
        each for each in made.properties["AttributeDefinitions"] if not each["AttributeName"].startswith("due")
    ]
    dynamodb.create_table(
        TableName="restored",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=made.properties["KeySchema"],
        AttributeDefinitions=attributes,
        GlobalSecondaryIndexes=[
            index for index in made.properties["GlobalSecondaryIndexes"] if index["IndexName"] != "due"
        ],
    )
    deployed.parameters["SubscribersTable"] = "restored"
    for environment in (*deployed.environments.values(), os.environ):
        monkeypatch.setitem(environment, "NEWSLETTER_SUBSCRIBERS_TABLE", "restored")
    arn = f"table/{made.physical_id}"
    deployed.rights = json.loads(json.dumps(deployed.rights).replace(arn, "table/restored"))
    said = differences(deployed)
    assert [where for where, *_ in said] == ["table restored"] * 3
    index, expiry, backups = (message for _, message, _ in said)
    assert index.startswith("lacks the index due: `aws dynamodb update-table --table-name restored")
    assert "update-time-to-live --table-name restored" in expiry
    assert "update-continuous-backups --table-name restored" in backups
    _, definitions, _, updates, _ = index.split("'")
    dynamodb.update_table(
        TableName="restored",
        AttributeDefinitions=json.loads(definitions),
        GlobalSecondaryIndexUpdates=json.loads(updates),
    )
    dynamodb.update_time_to_live(
        TableName="restored", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    dynamodb.update_continuous_backups(
        TableName="restored", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    assert differences(deployed) == []


def test_a_queue_that_was_changed_by_hand_is_named_with_the_command_that_mends_it(deployed: Deployed) -> None:
    url = app.settings.lead_queue
    sqs = deployed.cloud.client("sqs")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    where, message = only(deployed)
    assert where == f"queue {url.rpartition('/')[2]}"
    assert "VisibilityTimeout is 30, and should be 540" in message
    assert f"aws sqs set-queue-attributes --queue-url {url} --attributes VisibilityTimeout=540" in message


def test_the_command_says_all_of_it_and_ends_with_1(
    deployed: Deployed, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.checks.publication._client", deployed.client)
    assert check_publication(TEMPLATES, deployed=True, stack=NAME) == 0
    assert "no fault found." in capsys.readouterr().out
    deployed.parameters["TimeZone"] = "Europe/Oslo"
    deployed.denied = {"GetSchedule"}
    assert check_publication(TEMPLATES, deployed=True, stack=NAME) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("TimeZone: the stack has Europe/Oslo") for line in lines)
    assert "schedules: warning: not looked at: AWS refused GetSchedule" in lines
    assert lines[-1] == "1 fault."


def test_of_a_stack_that_only_the_environment_names_tables_and_queues_are_compared(
    cloud: Cloud, capsys: Captured
) -> None:
    assert main(["check"]) == 0
    capsys.readouterr()
    cloud.client("sqs").set_queue_attributes(QueueUrl=app.settings.plan_queue, Attributes={"VisibilityTimeout": "1"})
    assert main(["check"]) == 1
    assert "VisibilityTimeout is 1, and should be 720" in capsys.readouterr().out
