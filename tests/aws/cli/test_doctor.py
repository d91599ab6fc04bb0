"""`newsletter doctor` against a stack: its list, its quota, and an account that AWS may not show."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.doctor import examine
from cli.main import main
from tests.support.cloud import Cloud
from tests.support.readers import add_reader

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def in_an_account(monkeypatch: pytest.MonkeyPatch, executions: int | None) -> None:
    def settings() -> Any:
        if executions is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccountSettings")
        return {"AccountLimit": {"ConcurrentExecutions": executions}}

    def of(_: str) -> Any:
        return SimpleNamespace(get_account_settings=settings)

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


def test_what_aws_does_not_show_is_no_fault(cloud: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cloud.mails() == []
    in_an_account(monkeypatch, None)
    code, said = run(capsys)
    assert (code, said["findings"][0]["level"]) == (0, "unknown")
    assert "lambda:GetAccountSettings" in said["findings"][0]["mend"]
