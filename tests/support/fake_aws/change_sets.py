"""CloudFormation as far as `sam deploy` asks for it: change sets, what they refuse, events of a failure.

Its texts are those of the service. What a template would make is made by whoever owns it (`account.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml

from rehearsal.template.cloudformation import _Loader

Parameters = dict[str, str]
ACCOUNT, REGION = "123456789012", "eu-north-1"
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
NEEDS_IAM = ("AWS::IAM::", "AWS::Serverless::Function")


class Refused(Exception):
    """An error of the service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Stack:
    """`failing`: what is to fail in the next deployment, as (stack, logical id, type, reason)."""

    name: str
    status: str = "REVIEW_IN_PROGRESS"
    template: str = ""
    parameters: Parameters = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    change_sets: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its ARN."""
        return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{self.name}/1"

    def happened(self, logical_id: str, kind: str, status: str, reason: str = "", physical_id: str = "") -> None:
        """Write an event, the newest first."""
        event = {
            "StackId": self.id,
            "EventId": f"{self.name}-{len(self.events)}",
            "StackName": self.name,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": kind,
            "Timestamp": datetime.now(UTC).isoformat(),
            "ResourceStatus": status,
        }
        self.events.insert(0, event | ({"ResourceStatusReason": reason} if reason else {}))


class CloudFormation:
    """Stacks by name. `objects` reads an object of S3 by its URL, `made` is called with each stack that is done."""

    def __init__(self, objects: Callable[[str], bytes], made: Callable[[Stack], None]) -> None:
        self._objects, self._made = objects, made
        self.stacks: dict[str, Stack] = {}
        self.failing: tuple[str, str, str, str] | None = None

    def stack(self, name: str) -> Stack:
        """Raises Refused where there is none."""
        known = {key: each for each in self.stacks.values() for key in (each.name, each.id)}
        if name not in known:
            raise Refused("ValidationError", f"Stack with id {name} does not exist")
        return known[name]

    def describe(self, name: str) -> dict[str, Any]:
        """As DescribeStacks has it."""
        stack = self.stack(name)
        return {
            "StackId": stack.id,
            "StackName": stack.name,
            "StackStatus": stack.status,
            "CreationTime": "2026-01-01T00:00:00Z",
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()],
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in stack.outputs.items()],
            "Tags": stack.tags,
        }

    def create_change_set(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A change set that is ready, or that failed because nothing would change."""
        kind, name = asked.get("ChangeSetType", "UPDATE"), asked["StackName"]
        stack = self.stack(name) if kind == "UPDATE" else self.stacks.setdefault(name, Stack(name))
        if kind == "UPDATE" and not re.fullmatch(r"(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE", stack.status):
            message = f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            raise Refused("ValidationError", message)
        url = asked.get("TemplateURL", "")
        text = self._objects(url).decode() if url else asked["TemplateBody"]
        template = yaml.load(text, _Loader)  # noqa: S506 a SafeLoader
        self._may_have(template, asked.get("Capabilities", []))
        for each in _uploads(template):
            self._objects(each)
        given = _parameters(template, asked.get("Parameters", []), stack.parameters)
        same = (text, given) == (stack.template, stack.parameters)
        if kind == "CREATE":
            stack.happened(name, "AWS::CloudFormation::Stack", "REVIEW_IN_PROGRESS", "User Initiated", stack.id)
        made = {
            "ChangeSetName": asked["ChangeSetName"],
            "ChangeSetId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:changeSet/{asked['ChangeSetName']}/1",
            "StackId": stack.id,
            "StackName": stack.name,
            "Status": "FAILED" if same else "CREATE_COMPLETE",
            "Changes": [],
            "CreationTime": "2026-01-01T00:00:00Z",
        }
        stack.tags = asked.get("Tags", stack.tags)
        stack.change_sets[asked["ChangeSetName"]] = made | {"text": text, "given": given, "kind": kind}
        if same:
            stack.change_sets[asked["ChangeSetName"]] |= {"StatusReason": NO_CHANGES}
        return {"Id": made["ChangeSetId"], "StackId": stack.id}

    def change_set(self, stack: str, name: str) -> dict[str, Any]:
        """By its name or ARN."""
        for each in self.stack(stack).change_sets.values():
            if name in (each["ChangeSetName"], each["ChangeSetId"]):
                return each
        raise Refused("ChangeSetNotFound", f"ChangeSet [{name}] does not exist")

    def execute_change_set(self, stack_name: str, name: str) -> None:
        """Done at once, or failed and rolled back."""
        stack, change = self.stack(stack_name), self.change_set(stack_name, name)
        kind = change["kind"]
        stack.happened(stack.name, "AWS::CloudFormation::Stack", f"{kind}_IN_PROGRESS", "User Initiated", stack.id)
        if self.failing and stack.name != "aws-sam-cli-managed-default":
            self._fail(stack, kind, *self.failing)
            return
        stack.template, stack.parameters = change["text"], change["given"]
        stack.status = f"{kind}_COMPLETE"
        self._made(stack)
        stack.happened(stack.name, "AWS::CloudFormation::Stack", stack.status, "", stack.id)

    def _fail(self, stack: Stack, kind: str, nested: str, resource: str, what: str, reason: str) -> None:
        rolled_back = "ROLLBACK" if kind == "CREATE" else "UPDATE_ROLLBACK"
        at = stack
        if nested:
            at = self.stacks.setdefault(f"{stack.name}-{nested}", Stack(f"{stack.name}-{nested}"))
            at.happened(at.name, "AWS::CloudFormation::Stack", f"{kind}_IN_PROGRESS", "", at.id)
        at.happened("Other", what, f"{kind}_FAILED", "Resource creation cancelled", "other")
        at.happened(resource, what, f"{kind}_FAILED", reason, resource.lower())
        if nested:
            message = f"Embedded stack {at.id} was not successfully created: [{resource}] failed"
            stack.happened(nested, "AWS::CloudFormation::Stack", f"{kind}_FAILED", message, at.id)
        of_stack = "AWS::CloudFormation::Stack"
        stack.happened(stack.name, of_stack, f"{rolled_back}_IN_PROGRESS", "The following resource(s) failed", stack.id)
        stack.status = f"{rolled_back}_COMPLETE"
        stack.happened(stack.name, of_stack, stack.status, "", stack.id)

    @staticmethod
    def _may_have(template: Mapping[str, Any], capabilities: list[str]) -> None:
        kinds = [each["Type"] for each in template["Resources"].values()]
        needed = {"CAPABILITY_IAM"} if any(kind.startswith(NEEDS_IAM) for kind in kinds) else set()
        # Not for the transform itself, which a change set has expanded, but for applications that are nested in it.
        needed |= {"CAPABILITY_AUTO_EXPAND"} if "AWS::Serverless::Application" in kinds else set()
        if missing := needed - set(capabilities):
            raise Refused("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")


def _uploads(template: Mapping[str, Any]) -> Iterator[str]:
    """The objects in S3 that a packaged template names."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri", "Location"):
            if name in properties:
                yield properties[name]


def _parameters(template: Mapping[str, Any], given: list[Mapping[str, Any]], before: Parameters) -> Parameters:
    """Raises Refused with what CloudFormation says of values that are missing, unknown or not allowed."""
    declared = template.get("Parameters", {})
    values = {
        each["ParameterKey"]: before[each["ParameterKey"]]
        if str(each.get("UsePreviousValue", "")).lower() == "true"
        else each["ParameterValue"]
        for each in given
    }
    if unknown := [name for name in values if name not in declared]:
        raise Refused("ValidationError", f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    full = {name: values.get(name, about.get("Default")) for name, about in declared.items()}
    if missing := [name for name, value in full.items() if value is None]:
        raise Refused("ValidationError", f"Parameters: [{', '.join(missing)}] must have values")
    for name, about in declared.items():
        if not re.fullmatch(str(about.get("AllowedPattern", "(?s).*")), str(full[name])):
            raise Refused("ValidationError", f"Parameter {name} failed to satisfy constraint")
    return {name: str(value) for name, value in full.items()}
