"""Every parameter says what it is for and what it may be; a value that it may not be is named before a deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.parameters import faults as faults_of
from tests.template.stacks import PARAMETERS, ROOT

TEMPLATE = read_yaml(ROOT / "template.yaml", "template.yaml")
DECLARED: dict[str, dict[str, Any]] = TEMPLATE["Parameters"]
GROUPS = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
WRONG = {
    "PublicUrl": ["uutiskirje.example.fi", "https://uutiskirje.example.fi/", "https://example.fi/lehti"],
    "SenderDomain": ["toimitus@example.fi", "Example.fi", "example", "-example.fi"],
    "TimeZone": ["Helsinki time", "+02:00"],
    "DigestSchedule": ["TUE 8:00", "cron(0 8 * * TUE)", "rate(0 days)"],
    "FeedUrl": ["example.fi/feed.xml"],
    "CrmWebhookUrl": ["http://crm.example.fi/hook", "crm.example.fi"],
    "OidcIssuer": ["issuer.example.fi", "https://issuer.example.fi/"],
    "OidcAudience": ['"quoted"'],
    "Certificate": ["11111111-2222", "arn:aws:iam::123456789012:server-certificate/newsletter"],
    "WebAcl": ["arn:aws:wafv2:eu-north-1:123456789012:regional/webacl/newsletter/3333"],
    "AlarmAddress": ["valvomo", "valvomo@example"],
    "CampaignEventBus": ["", "my bus"],
    "SubscribersTable": ["ab", "arn:aws:dynamodb:eu-north-1:123456789012:table/Subscribers"],
    "PicturesBucket": ["Pictures", "s3://pictures"],
}
"""What people write instead of what is right."""
RIGHT = {
    "PublicUrl": ["http://127.0.0.1:8000"],
    "SenderDomain": ["uutiset.xn--esimerkki-x.example"],
    "TimeZone": ["UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+2"],
    "DigestSchedule": ["cron(30 9 ? * MON-FRI *)", "rate(7 days)"],
    "FeedUrl": ["https://example.fi/feed.xml"],
    "OidcIssuer": ["https://login.example.com/tenant/v2.0"],
    "Certificate": ["arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222"],
    "SubscribersTable": ["newsletter-Storage-1ABC-Subscribers-2DEF"],
}
each_of_them = pytest.mark.parametrize("name", DECLARED)


def faults_alone(given: Mapping[str, str]) -> dict[str, str]:
    return {fault.name: fault.what for fault in faults_of(TEMPLATE, given)}


def faults(**given: str) -> dict[str, str]:
    return faults_alone({**PARAMETERS, **given})


def right(name: str) -> Iterator[str]:
    """Values that the declaration itself says are right, and those above."""
    declaration = DECLARED[name]
    said = (declaration[key] for key in ("Default", "MinValue", "MaxValue") if key in declaration)
    yield from map(str, (*said, *declaration.get("AllowedValues", ())))
    yield from (*RIGHT.get(name, ()), *([PARAMETERS[name]] if name in PARAMETERS else []))


def wrong(name: str) -> Iterator[str]:
    """Values beyond what the declaration says, and those above."""
    declaration = DECLARED[name]
    if declaration["Type"] == "Number":
        yield from ("many", "")
        yield from (str(declaration[key] + by) for key, by in (("MinValue", -1), ("MaxValue", 1)) if key in declaration)
    else:
        yield from ("two words", "line\nbreak", "x" * 4096 + "!")
    yield from WRONG.get(name, ())


@each_of_them
def test_a_parameter_says_what_it_is_for_and_what_it_may_be(name: str) -> None:
    declaration = DECLARED[name]
    assert declaration["Description"].endswith(".")
    assert declaration["ConstraintDescription"]
    if declaration["Type"] == "Number":
        assert declaration.keys() & {"AllowedValues"} or {"MinValue", "MaxValue"} <= declaration.keys()
    else:
        assert declaration.keys() & {"AllowedPattern", "AllowedValues"}


@each_of_them
def test_what_is_right_is_taken(name: str) -> None:
    for value in right(name):
        login = "external" if value or not name.startswith("Oidc") else "cognito"
        assert faults(**{"ConsoleLogin": login, name: value}) == {}, value


@each_of_them
def test_what_is_wrong_is_named_with_what_would_be_right(name: str) -> None:
    values = list(wrong(name))
    assert values
    for value in values:
        found = faults(**{name: value})
        assert found.keys() == {name}, value
        said = DECLARED[name]["ConstraintDescription"]
        assert "must be" in found[name], value
        assert said in found[name] or "one of" in found[name] or "a number" in found[name]


def test_what_is_missing_and_what_nobody_declared_is_named_too() -> None:
    needed = [name for name, declaration in DECLARED.items() if "Default" not in declaration]
    assert {name for name, what in faults_alone({}).items() if "needs a value" in what} == set(needed)
    assert faults(PublicURL="https://example.fi") == {"PublicURL": "is given but not declared"}


def test_values_that_do_not_fit_together_are_named() -> None:
    alone = {name: value for name, value in PARAMETERS.items() if not name.startswith("Oidc")}
    assert faults_alone(alone).keys() == {"OidcIssuer", "OidcAudience"}
    assert faults_alone({**alone, "ConsoleLogin": "cognito"}) == {}
    web_acl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/newsletter/3333"
    assert faults(WebAcl=web_acl).keys() == {"WebAcl"}
    assert faults(WebAcl=web_acl, Cdn="yes") == {}


def test_a_person_fills_them_in_by_groups_and_in_this_order() -> None:
    grouped = [name for group in GROUPS for name in group["Parameters"]]
    assert grouped == list(DECLARED)
