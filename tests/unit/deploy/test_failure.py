"""What CloudFormation says of a deployment that failed leads to the next step."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deploy.failure import Failed, why

STACK, KIND = "newsletter", "AWS::CloudFormation::Stack"


@pytest.mark.parametrize(
    ("kind", "reason", "step"),
    [
        ("AWS::SES::EmailIdentity", "example.fi already exists", 'ManageIdentity = "no"'),
        ("AWS::DynamoDB::Table", "Table already exists: x", "use it by its name"),
        ("AWS::Logs::LogGroup", "/newsletter/x already exists", "give this stack another name"),
        (
            "AWS::Lambda::Function",
            "ReservedConcurrentExecutions decreases UnreservedConcurrentExecution below its minimum value of [10].",
            'ReserveConcurrency = "no"',
        ),
        (
            "AWS::IAM::Role",
            "User: arn:aws:iam::1:user/ci is not authorized to perform: iam:CreateRole on resource: x",
            "lacks the right iam:CreateRole",
        ),
        ("AWS::SQS::Queue", "Access denied for operation", "lacks a right"),
        ("AWS::ApiGatewayV2::Api", "Rate exceeded", "Service Quotas"),
        ("AWS::S3::Bucket", "something else", "mend what it says"),
    ],
)
def test_each_reason_has_a_next_step(kind: str, reason: str, step: str) -> None:
    assert step in Failed("It", kind, reason).next_step


class CloudFormation:
    """A stack with its status, and events by stack, the newest first."""

    def __init__(self, status: str, events: dict[str, list[dict[str, str]]]) -> None:
        self._status, self._events = status, events

    def describe_stacks(self, **_: Any) -> Any:
        if not self._status:
            response: Any = {"Error": {"Code": "ValidationError", "Message": "does not exist"}}
            raise ClientError(response, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self._status}]}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, StackName: str) -> Any:  # noqa: N803 (a name of AWS)
        return [{"StackEvents": self._events[StackName]}]


def event(resource: str, status: str, reason: str = "", kind: str = KIND, physical: str = "id") -> dict[str, str]:
    return {
        "StackId": "id",
        "LogicalResourceId": resource,
        "PhysicalResourceId": physical,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_only_the_last_deployment_counts_and_the_nested_stack_says_why() -> None:
    events = {
        STACK: [
            event(STACK, "UPDATE_ROLLBACK_COMPLETE"),
            event("Storage", "UPDATE_FAILED", "Embedded stack failed", physical="nested"),
            event("Site", "UPDATE_FAILED", "Resource update cancelled", "AWS::ApiGatewayV2::Api", "site"),
            event(STACK, "UPDATE_IN_PROGRESS"),
            event("Old", "CREATE_FAILED", "of an earlier try", "AWS::SQS::Queue", "old"),
            event(STACK, "CREATE_IN_PROGRESS"),
        ],
        "nested": [
            event("Leads", "UPDATE_FAILED", "Table already exists", "AWS::DynamoDB::Table", "leads"),
            event("Storage", "UPDATE_IN_PROGRESS"),
        ],
    }
    said = why(STACK, lambda _: CloudFormation("UPDATE_ROLLBACK_COMPLETE", events))
    assert said.splitlines()[0] == "Leads (AWS::DynamoDB::Table): Table already exists"
    assert said.splitlines()[-1] == f"The stack {STACK} is as it was before (UPDATE_ROLLBACK_COMPLETE), and works."
    assert "Old" not in said
    assert "cancelled" not in said


def test_a_stack_that_takes_no_update_is_said_with_the_command_and_one_that_is_not_there_with_nothing() -> None:
    events = {STACK: [event(STACK, "UPDATE_IN_PROGRESS")]}
    assert "continue-update-rollback --stack-name newsletter" in why(
        STACK, lambda _: CloudFormation("UPDATE_ROLLBACK_FAILED", events)
    )
    assert why(STACK, lambda _: CloudFormation("", {})) == ""
