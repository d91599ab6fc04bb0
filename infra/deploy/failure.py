"""Why a deployment failed, from the events of the stack and of those nested in it, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

DELETE = (
    "it holds nothing. Take it away, then `make deploy` again: `aws cloudformation delete-stack --stack-name {stack}` "
    "and `aws cloudformation wait stack-delete-complete --stack-name {stack}`"
)
UNUSABLE = {
    "ROLLBACK_COMPLETE": DELETE,
    "ROLLBACK_FAILED": DELETE,
    "CREATE_FAILED": DELETE,
    "DELETE_FAILED": (
        "see in its events what could not be deleted, then `aws cloudformation delete-stack --stack-name {stack}`"
    ),
    "UPDATE_ROLLBACK_FAILED": (
        "mend what its events name, then `aws cloudformation continue-update-rollback --stack-name {stack}`, then "
        "`make deploy` again"
    ),
}
"""What to do with a stack that takes no update."""
UNTOUCHED = "UPDATE_ROLLBACK_COMPLETE"
CONSEQUENCES = ("Resource creation cancelled", "Resource update cancelled", "The following resource(s) failed")
"""What CloudFormation says of resources that did not fail by themselves."""
NESTED = "AWS::CloudFormation::Stack"
DEPTH = 2
"""Stacks within stacks: what template.yaml nests has none below."""


@dataclass(frozen=True)
class Failed:
    """A resource and what AWS said of it."""

    resource: str
    kind: str
    reason: str

    @property
    def next_step(self) -> str:
        """What to do about it."""
        for kind, pattern, advice in ADVICE:
            match = re.search(pattern, self.reason, re.IGNORECASE)
            if match and kind in self.kind:
                return advice.format(*match.groups(), resource=self.resource)
        return "mend what it says, then `make deploy` again"


ADVICE = (
    (
        "SES::EmailIdentity",
        r"already exist",
        'SES knows the domain already: ManageIdentity = "no" (docs/deploy.md, "A domain that SES knows")',
    ),
    (
        "DynamoDB::Table",
        r"already exist",
        (
            "a table of an earlier try is left: delete it while it is empty, or use it by its name "
            '(docs/deploy.md, "Tables of an earlier stack")'
        ),
    ),
    (
        "",
        r"already exist",
        "an earlier try or another stack has it: delete it, or give this stack another name in deploy.<stage>.toml",
    ),
    (
        "",
        r"UnreservedConcurrentExecution|ReservedConcurrentExecutions",
        'the account has too few concurrent executions: ReserveConcurrency = "no", and ask for more in Service Quotas',
    ),
    (
        "",
        r"not authorized to perform:? ([\w-]+:\w+)",
        "whoever deploys lacks the right {0}: docs/deploy.md lists the rights that are needed",
    ),
    ("", r"AccessDenied|not authorized|Access denied", "whoever deploys lacks a right: docs/deploy.md lists them"),
    ("", r"LimitExceeded|quota|Rate exceeded|Throttling", "a quota of the account is used up: see Service Quotas"),
)


def why(stack: str, client: Callable[[str], Any]) -> str:
    """In lines for people: what failed, how the stack is now, and the next step. Empty where AWS says nothing."""
    try:
        cloudformation = client("cloudformation")
        status = str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
        failures = list(_failures(cloudformation, stack, DEPTH)) if "ROLLBACK" in status or "FAILED" in status else []
    except (BotoCoreError, ClientError):
        return ""
    lines = [f"{each.resource} ({each.kind}): {each.reason}\n  Next: {each.next_step}" for each in failures]
    if status in UNUSABLE:
        lines.append(f"The stack {stack} is {status}: {UNUSABLE[status].format(stack=stack)}")
    elif status == UNTOUCHED:
        lines.append(f"The stack {stack} is as it was before ({status}), and works.")
    return "\n".join(dict.fromkeys(lines))


def _failures(cloudformation: Any, stack: str, depth: int) -> Iterator[Failed]:
    """The resources that failed in the last deployment, in the order in which they did."""
    found = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
        found += page["StackEvents"]
    for event in reversed(_of_last_deployment(found)):
        if not event["ResourceStatus"].endswith("_FAILED"):
            continue
        reason, kind = event.get("ResourceStatusReason", ""), event["ResourceType"]
        if reason.startswith(CONSEQUENCES) or event["PhysicalResourceId"] == event["StackId"]:
            continue
        below = event["PhysicalResourceId"] if kind == NESTED and depth else ""
        within = list(_failures(cloudformation, below, depth - 1)) if below else []
        yield from within or [Failed(event["LogicalResourceId"], kind, reason)]


def _of_last_deployment(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events come newest first; a deployment begins where the stack itself begins to be created or updated."""
    for place, event in enumerate(events):
        begins = event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "REVIEW_IN_PROGRESS")
        if begins and event["PhysicalResourceId"] == event["StackId"]:
            return events[: place + 1]
    return events
