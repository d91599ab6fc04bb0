"""`newsletter doctor` against a stack: its list, its quota, and an account that AWS may not show."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.doctor import examine
from cli.main import main
from rehearsal.template.stack import load_stack
from tests.support.cloud import Cloud
from tests.support.readers import add_reader
from tests.template.stacks import PARAMETERS, ROOT

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def in_an_account(monkeypatch: pytest.MonkeyPatch, executions: int | None, reserved: int = 0) -> None:
    def settings() -> Any:
        if executions is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccountSettings")
        free = executions - reserved
        return {"AccountLimit": {"ConcurrentExecutions": executions, "UnreservedConcurrentExecutions": free}}

    template = load_stack(ROOT, PARAMETERS)
    site = next(each.properties for each in template.of_type("AWS::Serverless::HttpApi"))

    def resource(*, StackName: str, LogicalResourceId: str) -> Any:  # noqa: N803 (as boto3 calls it)
        assert StackName == template.account.stack_name
        return {"StackResourceDetail": {"PhysicalResourceId": f"id-of-{LogicalResourceId}"}}

    def stage(*, ApiId: str, StageName: str) -> Any:  # noqa: N803 (as boto3 calls it)
        if executions is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetStage")
        assert (ApiId, StageName) == ("id-of-Site", "$default")
        return {name: site[name] for name in ("DefaultRouteSettings", "RouteSettings")}

    def stacks(*, StackName: str) -> Any:  # noqa: N803 (as boto3 calls it)
        assert StackName == template.account.stack_name
        return {"Stacks": [{"Parameters": [{"ParameterKey": "Senders", "ParameterValue": "10"}]}]}

    def of(_: str) -> Any:
        return SimpleNamespace(
            get_account_settings=settings,
            describe_stack_resource=resource,
            describe_stacks=stacks,
            get_stage=stage,
            get_account=lambda: {"throttleSettings": {"burstLimit": 5_000, "rateLimit": 10_000.0}},
        )

    monkeypatch.setenv("NEWSLETTER_LOCAL", "")
    monkeypatch.setattr(examine, "_client", of)


def test_the_local_cloud_is_examined_as_far_as_it_goes(cloud: Cloud, capsys: Captured) -> None:
    assert cloud.mails() == []
    add_reader("maija.lukija@example.com", "linkedin")
    code, said = run(capsys)
    assert code == 0
    assert said["readers"] == 1
    assert {finding["check"]: finding["level"] for finding in said["findings"]} == {
        "Lambda executions": "unknown",
        "API Gateway": "unknown",
        "Senders": "unknown",
        "SES quota": "well",
    }


def test_an_account_of_ten_is_warned_of_before_a_large_mailing(
    cloud: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud.mails() == []
    in_an_account(monkeypatch, 10)
    code, said = run(capsys, "--readers", "12000", "--scanned", "1", "--links", "300")
    assert (code, said["worst"], said["findings"][0]["level"]) == (3, "warning", "warning")
    in_an_account(monkeypatch, 1_000)
    assert run(capsys, "--readers", "12000")[1]["findings"][0]["level"] == "well"
    in_an_account(monkeypatch, 1_000, reserved=900)
    taken = run(capsys, "--readers", "12000")[1]["findings"][0]
    assert (taken["level"], "of which 900 are reserved" in taken["said"]) == ("warning", True)


def test_what_aws_does_not_show_is_no_fault(cloud: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cloud.mails() == []
    in_an_account(monkeypatch, None)
    code, said = run(capsys)
    assert (code, [finding["level"] for finding in said["findings"][:2]]) == (0, ["unknown"] * 2)
    assert "apigateway:GET" in said["findings"][1]["mend"]
    assert "lambda:GetAccountSettings" in said["findings"][0]["mend"]


def test_the_limits_of_the_stacks_own_api_are_looked_at(
    cloud: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud.mails() == []
    in_an_account(monkeypatch, 1_000)
    said = run(capsys, "--readers", "1000")[1]["findings"][1]
    assert (said["check"], said["level"]) == ("API Gateway", "well")
    assert "5,000 clicks a second are let in, 450 requests to each page of ours in mails, and 10,000" in said["said"]
    code, crowded = run(capsys, "--readers", "1000000", "--links", "5000", "--scanned", "1")
    assert (code, crowded["findings"][1]["level"]) == (3, "warning")
