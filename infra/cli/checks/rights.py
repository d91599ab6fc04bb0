"""The rights of a function as they are deployed, compared with the statements of template.yaml."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from cli.checks.storage import Difference
from rehearsal.template.model import Stack

Right = tuple[str, str]
"""An action, and the ARN of the resource that it is allowed on."""


def rights_differences(
    properties: Mapping[str, Any], role: str, wanted: Stack, actual: Callable[[str], str], client: Callable[[str], Any]
) -> Iterator[Difference]:
    """The rights that the template gives and the role lacks, and those that the role has in the same services besides.

    What SAM itself adds (queues, dead letters, logs) is left out.
    """
    iam = client("iam")
    found: set[Right] = set()
    pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
    for name in (each for page in pages for each in page["PolicyNames"]):
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        found |= _rights(document if isinstance(document, dict) else json.loads(unquote(document)))
    written = [
        {**statement, "Resource": [_translated(each, wanted, actual) for each in _list(statement["Resource"])]}
        for policy in properties.get("Policies", [])
        for statement in policy.get("Statement", [])
    ]
    should = _rights({"Statement": written})
    services = {action.partition(":")[0] for action, _ in should}
    for action, resource in sorted(should - found):
        yield f"role {role}", f"may not {action} on {resource}, and should: `make deploy`", True
    for action, resource in sorted(found - should):
        if action.partition(":")[0] in services:
            message = (
                f"may {action} on {resource}, which template.yaml does not say: take it back (`aws iam "
                f"list-role-policies --role-name {role}`), or `make deploy` if an earlier template gave it"
            )
            yield f"role {role}", message, True


def _translated(arn: str, wanted: Stack, actual: Callable[[str], str]) -> str:
    """The ARN with the name that its table or bucket has in this stack."""
    for table in wanted.of_type("AWS::DynamoDB::Table"):
        name = actual(table.physical_id)
        head, found, tail = arn.partition(f":table/{table.physical_id}")
        if found and name and tail[:1] in ("", "/"):
            return f"{head}:table/{name}{tail}"
    for bucket in wanted.of_type("AWS::S3::Bucket"):
        head, found, tail = arn.partition(f":s3:::{bucket.physical_id}")
        if found and (name := actual(bucket.physical_id)) and tail[:1] in ("", "/"):
            return f"{head}:s3:::{name}{tail}"
    return arn


def _rights(document: Mapping[str, Any]) -> set[Right]:
    return {
        (action, resource)
        for statement in _list(document["Statement"])
        if statement["Effect"] == "Allow"
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
