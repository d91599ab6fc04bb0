"""An AWS account with the stack as the template says, to be broken by a test. Tables, queues and topics are moto's."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from botocore import xform_name

from rehearsal.template.cloudformation import NESTED, read_yaml
from rehearsal.template.model import Stack
from rehearsal.template.stack import MAPPING, load_stack
from tests.support.aws.checked_clients import AccountClient, MotoClient
from tests.support.doctor.deployed_ses import NAME, DeployedSes, refused
from tests.support.stack.cloud import ROOT, Cloud

MADE = datetime(2026, 1, 1, tzinfo=UTC)
OF_MOTO = ("dynamodb", "sqs", "ssm", "sns")


@cache
def nested() -> dict[str, list[str]]:
    """The stacks nested in each stack, by their names."""
    found = {NAME: _nested_in("template.yaml")}
    return found | {f"{NAME}-Messaging": _nested_in("infra/messaging.yaml")}


def _nested_in(file: str) -> list[str]:
    resources = read_yaml(ROOT / file, file)["Resources"]
    return [name for name, each in resources.items() if each["Type"] in NESTED and "Condition" not in each]


@cache
def _stack(parameters: tuple[tuple[str, str], ...]) -> Stack:
    return load_stack(ROOT, dict(parameters), stack_name=NAME)


class Deployed(DeployedSes):
    """Every part may be changed; `denied` are operations that AWS refuses, `asked` those that were asked for.

    Requests are checked against botocore's models, so that what is asked is what AWS understands.
    """

    def __init__(self, cloud: Cloud, parameters: dict[str, str]) -> None:
        self.cloud = cloud
        self.parameters = parameters
        self.status = "CREATE_COMPLETE"
        self.denied: set[str] = set()
        self.asked: set[tuple[str, str]] = set()
        self.stack: Stack = _stack(tuple(sorted(parameters.items())))
        functions = {
            each.logical_id: deepcopy(dict(each.properties)) for each in self.stack.of_type("AWS::Serverless::Function")
        }
        self.functions = functions
        self.environments = {each.logical_id: dict(each.environment) for each in self.stack.functions}
        self.schedules = {
            f"{NAME}-{function}{event}": {
                "ScheduleExpressionTimezone": "UTC",
                "State": "ENABLED",
                **{key: value for key, value in body["Properties"].items() if key.startswith("Schedule")},
            }
            for function, properties in functions.items()
            for event, body in properties["Events"].items()
            if body["Type"] == "ScheduleV2"
        }
        self.mappings = {
            f"{NAME}-{function}{event}".ljust(36, "0"): "Enabled"
            for function, properties in functions.items()
            for event, body in properties["Events"].items()
            if body["Type"] == "SQS"
        } | {f"{NAME}-{each.logical_id}".ljust(36, "0"): "Enabled" for each in self.stack.of_type(MAPPING)}
        self.rights = {
            function: [statement for policy in properties["Policies"] for statement in policy.get("Statement", [])]
            for function, properties in functions.items()
        }
        self.release, self.live = "Release of today", dict[str, str]()
        """What was deployed last, and functions of which another release is live."""
        self.loops = {each.logical_id: "Allow" if each.may_loop else "Terminate" for each in self.stack.functions}
        self.logs: dict[str, int | None] = {each["LoggingConfig"]["LogGroup"]: 30 for each in functions.values()}
        looked_at = {"StackDriftStatus": "IN_SYNC", "LastCheckTimestamp": datetime.now(UTC) - timedelta(days=1)}
        below = [f"{stack}-{each}" for stack, names in nested().items() for each in names]
        self.drift = {each: dict(looked_at) for each in (NAME, *below)}
        self.executions, self.reserved = 1_000, 0
        self.others: list[dict[str, Any]] = []
        self.invocations: dict[str, float] = dict.fromkeys(functions, 5.0)
        self.ages: dict[str, float] = {}
        self.ringing: list[str] = []
        self.alarm_topic = f"arn:aws:sns:eu-north-1:123456789012:{NAME}-AlarmTopic"
        self.site = next(each.properties for each in self.stack.of_type("AWS::Serverless::HttpApi"))
        DeployedSes.__init__(self, self.stack)

    def client(self, service: str) -> Any:
        """The boto3 client of a service."""
        return MotoClient(service, self) if service in OF_MOTO else AccountClient(service, self)

    def answer(self, service: str, operation: str, request: dict[str, Any]) -> Any:
        """What AWS answers."""
        self.note(service, operation)
        name = f"_{service}_{xform_name(operation)}"
        answer: Callable[..., Any] = getattr(self, name, None) or getattr(self, f"_{xform_name(operation)}")
        return answer(**request)

    def note(self, service: str, operation: str) -> None:
        """Keep that it was asked for. Raises what AWS says to who may not."""
        self.asked.add((service, operation))
        if operation in self.denied:
            raise refused(operation)

    # --- CloudFormation ----------------------------------------------------------------------------------------------

    def _describe_stacks(self, StackName: str = "", NextToken: str = "") -> Any:  # noqa: N803 (names of AWS)
        if not StackName:  # every stack of the account, a page each
            here = [*self._describe_stacks(NAME)["Stacks"], *self.others]
            page = int(NextToken or 0)
            more = {"NextToken": f"{page + 1}"} if page + 1 < len(here) else {}
            return {"Stacks": [here[page]], **more}
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()]
        return {
            "Stacks": [
                {
                    "StackId": f"arn:aws:cloudformation:eu-north-1:123456789012:stack/{StackName}/1",
                    "StackName": StackName.rpartition("/")[2],
                    "StackStatus": self.status,
                    "CreationTime": MADE,
                    "Parameters": given,
                    "DriftInformation": self.drift[StackName.rpartition("/")[2]],
                }
            ]
        }

    def _list_stack_resources(self, StackName: str) -> Any:  # noqa: N803
        name = StackName.rpartition("/")[2]
        found = [
            {
                "ResourceType": "AWS::CloudFormation::Stack",
                "LogicalResourceId": each,
                "PhysicalResourceId": f"arn:aws:cloudformation:eu-north-1:123456789012:stack/{name}-{each}",
            }
            for each in nested().get(name, [])
        ]
        return {"StackResourceSummaries": found}

    def _describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> Any:  # noqa: N803
        name = f"{StackName}-{LogicalResourceId}"
        if LogicalResourceId in nested()[NAME]:
            return {"StackResourceDetail": {"PhysicalResourceId": f"arn:of:{name}"}}
        if (StackName, LogicalResourceId) == (f"arn:of:{NAME}-Messaging", "AlarmTopic"):
            return {"StackResourceDetail": {"PhysicalResourceId": self.alarm_topic}}
        known = LogicalResourceId in self.functions or name in self.schedules or LogicalResourceId == "Site"
        if (uuid := name.ljust(36, "0")) in self.mappings:
            return {"StackResourceDetail": {"PhysicalResourceId": uuid}}
        if not known:
            raise refused("DescribeStackResource", "ValidationError")
        return {"StackResourceDetail": {"PhysicalResourceId": name}}

    # --- Lambda, API Gateway, rights, schedules ----------------------------------------------------------------------

    def _get_function_configuration(self, FunctionName: str, Qualifier: str = "$LATEST") -> Any:  # noqa: N803
        name = FunctionName.removeprefix(f"{NAME}-")
        assert Qualifier in ("$LATEST", "live")
        return {
            "Version": "7" if Qualifier == "live" else Qualifier,
            "Description": self.live.get(name, self.release) if Qualifier == "live" else self.release,
            **{key: self.functions[name][key] for key in ("Handler", "Runtime", "Timeout", "MemorySize")},
            "Role": f"arn:aws:iam::123456789012:role/{NAME}-{name}Role",
            "Environment": {"Variables": self.environments[name]},
            "LoggingConfig": self.functions[name]["LoggingConfig"],
        }

    def _get_function_recursion_config(self, FunctionName: str) -> Any:  # noqa: N803
        return {"RecursiveLoop": self.loops[FunctionName.removeprefix(f"{NAME}-")]}

    def _get_event_source_mapping(self, UUID: str) -> Any:  # noqa: N803
        return {"UUID": UUID, "State": self.mappings[UUID]}

    def _get_account_settings(self) -> Any:
        free = self.executions - self.reserved
        return {"AccountLimit": {"ConcurrentExecutions": self.executions, "UnreservedConcurrentExecutions": free}}

    def _get_stage(self, ApiId: str, StageName: str) -> Any:  # noqa: N803
        assert (ApiId, StageName) == (f"{NAME}-Site", "$default")
        return {name: self.site[name] for name in ("DefaultRouteSettings", "RouteSettings")}

    def _apigateway_get_account(self) -> Any:
        return {"throttleSettings": {"burstLimit": 5_000, "rateLimit": 10_000.0}}

    def _list_role_policies(self, RoleName: str) -> Any:  # noqa: N803
        return {"PolicyNames": [RoleName]}

    def _get_role_policy(self, RoleName: str, PolicyName: str) -> Any:  # noqa: N803
        assert PolicyName == RoleName
        queue = {"Effect": "Allow", "Action": ["sqs:SendMessage*"], "Resource": "arn:of:a:queue"}
        name = RoleName.removeprefix(f"{NAME}-").removesuffix("Role")
        document = {"Version": "2012-10-17", "Statement": [*self.rights[name], queue]}
        return {"PolicyDocument": quote(json.dumps(document))}

    def _get_schedule(self, Name: str) -> Any:  # noqa: N803
        return self.schedules[Name]

    # --- CloudWatch --------------------------------------------------------------------------------------------------

    def _get_metric_data(self, MetricDataQueries: Any, StartTime: datetime, EndTime: datetime) -> Any:  # noqa: N803
        assert StartTime < EndTime
        results = []
        for query in MetricDataQueries:
            metric = query["MetricStat"]["Metric"]
            (dimension,) = metric["Dimensions"]
            what = dimension["Value"].removeprefix(f"{NAME}-")
            known = self.invocations if metric["MetricName"] == "Invocations" else self.ages
            results.append({"Id": query["Id"], "Values": [known[what]] if what in known else []})
        return {"MetricDataResults": results}

    def _describe_alarms(self, AlarmNamePrefix: str, StateValue: str) -> Any:  # noqa: N803
        assert (AlarmNamePrefix, StateValue) == (f"{NAME}-", "ALARM")
        return {"MetricAlarms": [{"AlarmName": each} for each in self.ringing]}

    def _describe_log_groups(self, logGroupNamePrefix: str) -> Any:  # noqa: N803
        found = [
            {"logGroupName": name, **({} if days is None else {"retentionInDays": days})}
            for name, days in self.logs.items()
            if name.startswith(logGroupNamePrefix)
        ]
        return {"logGroups": found}
