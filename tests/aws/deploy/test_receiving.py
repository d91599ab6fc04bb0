"""A deployment activates the receipt rule set where none is active, and never replaces another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cli.checks.stack import DeployedStack
from deploy.receiving import activate, rule_set_faults
from deploy.stage import Stage
from rehearsal.template.stack import load_stack
from tests.template.stacks import PARAMETERS, ROOT

OWN = "newsletter-replies"
RECEIVES = {**PARAMETERS, "ReplyDomain": "vastaa.example.fi"}
STAGE = Stage("prod", "newsletter", "eu-north-1")


@pytest.fixture(autouse=True)
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """SES's first API, with a set of the stack's own and one of another product."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "fake")
    with mock_aws():
        client: Any = boto3.client("ses", region_name="eu-north-1")
        for name in (OWN, "company-mail"):
            client.create_receipt_rule_set(RuleSetName=name)
        yield client


def deployed(**parameters: str) -> DeployedStack:
    given = {**RECEIVES, **parameters}
    return DeployedStack("newsletter", {}, given, load_stack(ROOT, given, stack_name="newsletter"))


def active(ses: Any) -> str:
    return str(ses.describe_active_receipt_rule_set().get("Metadata", {}).get("Name", ""))


def test_ours_is_activated_where_none_is(ses: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert activate(deployed(), lambda _: ses) == []
    assert active(ses) == OWN
    assert f"{OWN} is now" in capsys.readouterr().out
    assert activate(deployed(), lambda _: ses) == []
    assert "SES receives by the rule set" in capsys.readouterr().out


def test_another_is_never_replaced_and_it_is_said_what_to_do(ses: Any) -> None:
    ses.set_active_receipt_rule_set(RuleSetName="company-mail")
    (said,) = activate(deployed(), lambda _: ses)
    assert 'set ReceiptRuleSet = "company-mail" in deploy.<stage>.toml' in said
    assert active(ses) == "company-mail"
    assert activate(deployed(ReceiptRuleSet="company-mail"), lambda _: ses) == []


def test_a_set_of_others_is_not_activated_either(ses: Any) -> None:
    (said,) = activate(deployed(ReceiptRuleSet="company-mail"), lambda _: ses)
    assert "aws ses set-active-receipt-rule-set --rule-set-name company-mail" in said
    assert active(ses) == ""


def test_without_answers_or_without_the_right_nothing_is_done(
    ses: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeActiveReceiptRuleSet")

    assert activate(deployed(ReplyDomain=""), lambda _: ses) == []
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(ses, "describe_active_receipt_rule_set", refuse)
    assert activate(deployed(), lambda _: ses) == []
    assert "AWS refused DescribeActiveReceiptRuleSet" in capsys.readouterr().out


def test_before_a_deployment_the_names_of_sets_are_looked_up() -> None:
    def faults(has: dict[str, str], **wanted: str) -> list[str]:
        return list(rule_set_faults(STAGE, {**RECEIVES, **wanted}, has))

    assert faults({}, ReplyDomain="", ReceiptRuleSet="lost") == []
    assert "there is no receipt rule set lost in eu-north-1" in faults({}, ReceiptRuleSet="lost")[0]
    assert faults({}, ReceiptRuleSet="company-mail") == []
    assert f'ReceiptRuleSet = "{OWN}"' in faults({})[0], "left by the stack, which CloudFormation cannot make again"
    assert faults({"ReplyDomain": "vastaa.example.fi", "ReceiptRuleSet": ""}) == [], "it is the stack's"


def test_answers_are_not_switched_on_beside_an_active_set_of_others(ses: Any) -> None:
    ses.set_active_receipt_rule_set(RuleSetName="company-mail")
    (said,) = rule_set_faults(STAGE, {**RECEIVES, "ReceiptRuleSet": OWN}, {})
    assert "receives by the rule set company-mail" in said
    assert 'ReceiptRuleSet = "company-mail"' in said
    assert list(rule_set_faults(STAGE, {**RECEIVES, "ReceiptRuleSet": "company-mail"}, {})) == []
    assert list(rule_set_faults(STAGE, RECEIVES, RECEIVES)) == [], "what runs may be deployed anew"
