"""An account on moto in which stacks are made, updated and deleted with what `sam package` would have uploaded."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import boto3
from moto import mock_aws

from tests.deployed import cloudformation
from tests.deployed.cloudformation import NESTED, REGION, StandIn, moto_stacks
from tests.deployed.packaged import Packaged

BUCKET = "packaged"
MADE_UP = re.compile(r"-([A-Za-z0-9]+)-[A-Za-z0-9]{4,12}\b")
"""A logical id in a name that CloudFormation made up. Long names end early."""
Ids = dict[str, tuple[str, str]]
"""Type and physical id by logical id."""


class StackAccount:
    """moto, with the archives uploaded."""

    def __init__(self) -> None:
        self._s3 = boto3.client("s3", region_name=REGION)
        self._cloudformation = boto3.client("cloudformation", region_name=REGION)
        self._s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        for name in ("functions.zip", "templates.zip"):
            self._s3.put_object(Bucket=BUCKET, Key=name, Body=_an_archive())
        self._empty = self.inventory()

    def create(self, name: str, packaged: Packaged, parameters: Mapping[str, str]) -> None:
        """Make a stack. Raises what stands in its way."""
        self._cloudformation.create_stack(StackName=name, **self._asked(packaged, parameters))
        assert moto_stacks()[name].status == "CREATE_COMPLETE"

    def update(self, name: str, packaged: Packaged, parameters: Mapping[str, str]) -> None:
        """Update a stack. Raises what stands in the way."""
        self._cloudformation.update_stack(StackName=name, **self._asked(packaged, parameters))
        assert moto_stacks()[name].status == "UPDATE_COMPLETE"

    def delete(self, name: str) -> None:
        """Delete a stack."""
        self._cloudformation.delete_stack(StackName=name)

    def outputs(self, name: str) -> dict[str, str]:
        """Those of a stack."""
        (stack,) = self._cloudformation.describe_stacks(StackName=name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}

    def ids(self, name: str) -> Ids:
        """What is in a stack, nested ones too."""
        return {
            logical: (resource.cf_resource_type, resource.physical_resource_id)
            for logical, resource in _resources(name)
        }

    def resolved(self, name: str) -> dict[str, Any]:
        """The properties of everything in a stack, every reference resolved, with the names that a reader gives."""
        uuids = {id_: f"{name}-{logical}" for logical, (kind, id_) in self.ids(name).items() if kind == "AWS::KMS::Key"}
        made_up = re.compile(rf"\b{name}((?:-[a-z0-9]+-[0-9a-z]{{4,12}})+)\b", re.IGNORECASE)

        def plain(value: Any) -> Any:
            match value:
                case dict():
                    return {key: plain(each) for key, each in value.items()}
                case list():
                    return [plain(each) for each in value]
                case str():
                    for uuid, instead in uuids.items():
                        value = value.replace(uuid, instead)
                    return made_up.sub(lambda found: f"{name}-{_called(MADE_UP.findall(found[1]))}", value)
            return value

        return {logical: plain(resource.resolved) for logical, resource in _resources(name)}

    def inventory(self) -> set[tuple[str, str]]:
        """Everything in the account, as its services list it: type and name."""
        listed = {
            (kind, name)
            for kind, (service, list_them) in LISTED.items()
            for name in list_them(boto3.client(service, region_name=REGION))
        }
        return (listed | set(StandIn.there)) - getattr(self, "_empty", set())

    def _asked(self, packaged: Packaged, parameters: Mapping[str, str]) -> dict[str, Any]:
        template = json.dumps(packaged.template)
        for path in packaged.nested:
            template = template.replace(f"https://{BUCKET}.s3.amazonaws.com/{path}", self._uploaded(packaged, path))
        self._s3.put_object(Bucket=BUCKET, Key="stack.template", Body=template)
        declared = packaged.template["Parameters"]
        return {
            "TemplateURL": f"https://{BUCKET}.s3.amazonaws.com/stack.template",
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items() if key in declared
            ],
        }

    def _uploaded(self, packaged: Packaged, path: str) -> str:
        """Upload a nested template and what it nests, each under the hash of its content, as `sam package` does: an
        unchanged template is no change of the stack."""
        document = deepcopy(packaged.nested[path])
        for resource in document["Resources"].values():
            if resource["Type"] == NESTED:
                below = resource["Properties"]
                below["TemplateURL"] = self._uploaded(packaged, f"infra/{below['TemplateURL']}")
        body = json.dumps(document)
        key = f"{hashlib.sha256(body.encode()).hexdigest()}.template"
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"https://{BUCKET}.s3.amazonaws.com/{key}"


@contextmanager
def account(types: set[str]) -> Iterator[StackAccount]:
    """An empty account whose CloudFormation knows these types."""
    with mock_aws(), cloudformation.patched(types):
        yield StackAccount()


def _resources(name: str) -> Iterator[tuple[str, Any]]:
    for stack, made in moto_stacks().items():
        if stack == name or stack.startswith(f"{name}-"):
            around = MADE_UP.findall(stack.removeprefix(name))
            for logical, resource in vars(made.resource_map)["_parsed_resources"].items():
                if hasattr(resource, "resolved"):
                    nested = resource.cf_resource_type == NESTED  # may have the name of a function
                    yield "".join([*around, logical]) if nested else _called([*around, logical]), resource


def _called(logical: list[str]) -> str:
    """What our reader calls a resource by the logical ids around it and its own: within a nested stack of a nested one
    both of the last (decision 106), as in `PlanDeadLetters`."""
    return "".join(logical[1:]) if len(logical) > 2 else logical[-1]


def _an_archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", "")
    return packed.getvalue()


def _names(operation: str, which: str, name: str = "") -> Callable[[Any], list[str]]:
    """How to list with an operation that answers all at once; `which` holds names or, if `name` is given, objects."""

    def ask(client: Any) -> list[str]:
        found = getattr(client, operation)().get(which, [])
        return [each[name] if name else each for each in found]

    return ask


LISTED: Mapping[str, tuple[str, Callable[[Any], list[str]]]] = {
    "AWS::CloudFormation::Stack": ("cloudformation", _names("describe_stacks", "Stacks", "StackName")),
    "AWS::CloudWatch::Dashboard": ("cloudwatch", _names("list_dashboards", "DashboardEntries", "DashboardName")),
    "AWS::DynamoDB::Table": ("dynamodb", _names("list_tables", "TableNames")),
    "AWS::Events::Rule": ("events", _names("list_rules", "Rules", "Name")),
    "AWS::IAM::Role": ("iam", _names("list_roles", "Roles", "RoleName")),
    "AWS::Lambda::EventSourceMapping": ("lambda", _names("list_event_source_mappings", "EventSourceMappings", "UUID")),
    "AWS::Lambda::Function": ("lambda", _names("list_functions", "Functions", "FunctionName")),
    "AWS::Logs::LogGroup": ("logs", _names("describe_log_groups", "logGroups", "logGroupName")),
    "AWS::S3::Bucket": ("s3", _names("list_buckets", "Buckets", "Name")),
    "AWS::SNS::Topic": ("sns", _names("list_topics", "Topics", "TopicArn")),
    "AWS::SQS::Queue": ("sqs", _names("list_queues", "QueueUrls")),
}
"""How services list what is theirs, by type: the service, and the call."""
WITHIN_ANOTHER = {"AWS::Lambda::Permission", "AWS::Lambda::Version"}
"""Parts of a function, which are gone with it."""
NEVER_DELETED = {"AWS::KMS::Key", "AWS::Lambda::LayerVersion"}
"""Of these, moto leaves every one; AWS deletes what has no DeletionPolicy."""
