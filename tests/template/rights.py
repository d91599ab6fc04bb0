"""What the template allows a function, as statements that can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tests.support.stack.cloud import Cloud
from tests.template.recorded import Use
from tests.template.stacks import as_list

POLICIES = {
    # AWS: SAM policy templates. What a poller may do, Lambda does, so no code of ours shows it.
    "SQSSendMessagePolicy": "sqs:SendMessage",
    "SQSPollerPolicy": None,
}


class Statement:
    """One IAM statement of a function."""

    def __init__(self, sid: str, actions: list[str], resources: list[str], condition: dict[str, Any]) -> None:
        self.sid = sid
        self.actions = actions
        self.resources = resources
        match condition:
            case {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": keys, **others}, **more} | {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys, **others},
                **more,
            }:
                assert not others | more, f"{sid}: a condition this test cannot judge"
                assert not any("*" in key for key in keys) or "ForAllValues:StringLike" in condition
                self.leading_keys: set[str] | None = set(keys)
            case _:
                assert not condition, f"{sid}: a condition this test cannot judge"
                self.leading_keys = None

    def allows(self, use: Use) -> bool:
        """Whether the statement is enough for the use. A query's key is not known here, so any condition refuses it."""
        if use.action not in self.actions or use.resource not in self.resources:
            return False
        return self.leading_keys is None or bool(use.keys and all(self._covers(key) for key in use.keys))

    def _covers(self, key: str) -> bool:
        return any(fnmatchcase(key, pattern) for pattern in self.leading_keys or ())

    def unused(self, uses: set[Use]) -> Iterator[str]:
        """Actions that nobody took under this statement, and resources that nobody touched."""
        mine = [use for use in uses if self.allows(use)]
        for part in {*self.actions} - {use.action for use in mine} | {*self.resources} - {use.resource for use in mine}:
            yield f"{self.sid}: {part}"
        keys = {key for use in mine for key in use.keys}
        for pattern in self.leading_keys or ():
            if not any(fnmatchcase(key, pattern) for key in keys):
                yield f"{self.sid}: {pattern}"


def granted(cloud: Cloud, folder: str) -> list[Statement]:
    """What the template allows the function, as written for this very stack."""
    name = cloud.function(folder).logical_id
    functions = {each.logical_id: each for each in cloud.stack.of_type("AWS::Serverless::Function")}
    found = []
    for policy in functions[name].properties["Policies"]:
        ((kind, content),) = policy.items()
        if kind == "Statement":
            found += [
                Statement(
                    each["Sid"], as_list(each["Action"]), as_list(each["Resource"]), dict(each.get("Condition", {}))
                )
                for each in content
            ]
        elif action := POLICIES[kind]:
            queue = cloud.stack.account.arn("sqs", content["QueueName"])
            found.append(Statement(f"{kind} {content['QueueName']}", [action], [queue], {}))
    return found
