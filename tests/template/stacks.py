"""The deployed stack as read from template.yaml and infra/*.yaml, every intrinsic function resolved."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from rehearsal.template.cloudformation import Resource
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack

ROOT = Path(__file__).parents[2]
PARAMETERS = {
    "PublicUrl": "https://uutiskirje.example.fi",
    "SenderDomain": "example.fi",
    "CrmWebhookUrl": "https://crm.example.fi/hook",
    "OidcIssuer": "https://issuer.example.fi",
    "OidcAudience": "console",
    "AlarmAddress": "valvomo@example.fi",
}


@cache
def stack() -> Stack:
    """The stack."""
    return load_stack(ROOT, PARAMETERS, stack_name="newsletter")


@cache
def stack_with_replies() -> Stack:
    """The stack where answers are received."""
    return load_stack(ROOT, {**PARAMETERS, "ReplyDomain": "vastaa.example.fi"}, stack_name="newsletter")


def resources(kind: str, of: Stack | None = None) -> list[Resource]:
    """All resources of a type."""
    return list((of or stack()).of_type(kind))


def alarms(of: Stack | None = None) -> list[Resource]:
    """The alarms that tell a person. Those that a deployment looks at tell nobody (test_versions.py)."""
    return [each for each in (of or stack()).of_type("AWS::CloudWatch::Alarm") if each.properties.get("AlarmActions")]


def function(logical_id: str, of: Stack | None = None) -> Resource:
    """A function with the Globals merged in."""
    return next(each for each in resources("AWS::Serverless::Function", of) if each.logical_id == logical_id)


def statements(logical_id: str, of: Stack | None = None) -> list[dict[str, Any]]:
    """The IAM statements written for a function, each with lists of actions and resources."""
    written = [
        statement
        for policy in function(logical_id, of).properties.get("Policies", [])
        for statement in policy.get("Statement", [])
    ]
    return [{**each, "Action": as_list(each["Action"]), "Resource": as_list(each["Resource"])} for each in written]


def as_list(value: Any) -> list[Any]:
    """IAM takes one text or a list of them."""
    return value if isinstance(value, list) else [value]
