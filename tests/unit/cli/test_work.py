"""Everything that a stack does by itself is switched off and on, and a schedule loses nothing by it."""

from __future__ import annotations

from typing import Any

import pytest

from cli.faults import Fault
from cli.restore import work
from cli.restore.work import switch
from rehearsal.template.stack import load_stack
from tests.support.aws.checked_clients import AccountClient
from tests.template.stacks import PARAMETERS, ROOT

STACK = "newsletter"


class Account:
    """Schedules and readers of queues of a stack; every request is checked against botocore's model."""

    def __init__(self) -> None:
        self.stack = load_stack(ROOT, PARAMETERS, stack_name=STACK)
        self.schedules: dict[str, dict[str, Any]] = {}
        for function in self.stack.of_type("AWS::Serverless::Function"):
            for event, body in function.properties["Events"].items():
                if body["Type"] == "ScheduleV2":
                    name = f"{STACK}-{function.logical_id}{event}"
                    self.schedules[name] = {
                        "Name": name,
                        "GroupName": "default",
                        "ScheduleExpression": body["Properties"]["ScheduleExpression"],
                        "ScheduleExpressionTimezone": "Europe/Helsinki",
                        "State": "ENABLED",
                        "FlexibleTimeWindow": {"Mode": "OFF"},
                        "Target": {
                            "Arn": f"arn:aws:lambda:eu-north-1:1:function:{function.logical_id}",
                            "RoleArn": "arn:aws:iam::123456789012:role/of-the-schedule",
                            "Input": body["Properties"]["Input"],
                            "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-north-1:1:dead"},
                        },
                    }
        self.mappings = {
            f"{STACK}-{function.logical_id}{event}".ljust(36, "0"): "Enabled"  # as long as a UUID
            for function in self.stack.of_type("AWS::Serverless::Function")
            for event, body in function.properties["Events"].items()
            if body["Type"] == "SQS"
        }
        self.acts: list[str] = []
        self.stuck = False

    def client(self, service: str) -> Any:
        return AccountClient(service, self)

    def answer(self, service: str, operation: str, request: dict[str, Any]) -> Any:
        assert service in ("cloudformation", "scheduler", "lambda")
        match operation:
            case "DescribeStacks":
                given = [{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()]
                arn = f"arn:aws:cloudformation:eu-north-1:123456789012:stack/{STACK}/1"
                return {"Stacks": [{"StackName": STACK, "StackId": arn, "Parameters": given}]}
            case "DescribeStackResource":
                name = f"{request['StackName']}-{request['LogicalResourceId']}"
                uuid = name.ljust(36, "0")
                return {"StackResourceDetail": {"PhysicalResourceId": uuid if uuid in self.mappings else name}}
            case "GetSchedule":
                return self.schedules[request["Name"]]
            case "UpdateSchedule":
                self.acts.append(request["State"])
                self.schedules[request["Name"]] = request
                return {"ScheduleArn": "arn"}
            case "UpdateEventSourceMapping":
                assert not self.mappings[request["UUID"]].endswith("ing"), "ResourceInUseException"
                self.acts.append("reads" if request["Enabled"] else "reads no more")
                self.mappings[request["UUID"]] = "Enabling" if request["Enabled"] else "Disabling"
                return {"UUID": request["UUID"]}
            case "GetEventSourceMapping":
                state = self.mappings[request["UUID"]]
                if not self.stuck:
                    self.mappings[request["UUID"]] = state.replace("ing", "ed")
                return {"UUID": request["UUID"], "State": state}
        raise AssertionError(operation)


def test_everything_is_off_and_what_was_under_way_has_ended_and_later_it_is_as_it_was() -> None:
    account, waited = Account(), list[float]()
    before = {name: dict(schedule) for name, schedule in account.schedules.items()}
    assert len(before) == sum(len(function.schedules) for function in account.stack.functions) > 2
    assert switch(STACK, account.client, on=False, sleep=waited.append) == 0
    assert {each["State"] for each in account.schedules.values()} == {"DISABLED"}
    assert len(account.mappings) == sum(len(function.queues) for function in account.stack.functions) > 2
    assert set(account.mappings.values()) == {"Disabled"}
    assert account.acts == ["DISABLED"] * len(before) + ["reads no more"] * len(account.mappings)
    assert waited[-1] == max(each.timeout for each in account.stack.functions if each.queues or each.schedules)

    account.acts.clear()
    assert switch(STACK, account.client, on=True, sleep=waited.append) == 0
    assert account.schedules == before, "target, input, dead letters and times are as they were"
    assert set(account.mappings.values()) == {"Enabled"}
    assert account.acts[-1] == "ENABLED", "schedules last: what they start finds its readers"


def test_what_lambda_is_still_changing_is_changed_after_that() -> None:
    account = Account()
    account.mappings = dict.fromkeys(account.mappings, "Disabling")
    assert switch(STACK, account.client, on=True, sleep=lambda _: None) == 0
    assert set(account.mappings.values()) == {"Enabled"}


def test_a_reader_of_a_queue_that_does_not_stop_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.stuck = True
    monkeypatch.setattr(work, "MOST_POLLS", 2)
    with pytest.raises(Fault, match="still reads its queue: Disabling"):
        switch(STACK, account.client, on=False, sleep=lambda _: None)
    account.mappings = dict.fromkeys(account.mappings, "Disabled")
    with pytest.raises(Fault, match="does not read its queue yet: Enabling"):
        switch(STACK, account.client, on=True, sleep=lambda _: None)
