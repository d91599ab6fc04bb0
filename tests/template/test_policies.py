"""What checkov finds is mended or has its reason; the run itself is a part of `make check`."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
POLICY: dict[str, Any] = runpy.run_path(str(ROOT / "infra/build/policy.py"))
Finding, Exempt = POLICY["Finding"], POLICY["Exempt"]
QUEUES = Exempt("CKV_1", ["AWS::SQS::Queue.*"], "because")


def problems(*findings: Any, exceptions: list[Any]) -> list[str]:
    return list(POLICY["problems"](findings, exceptions))


def test_a_finding_with_a_reason_passes() -> None:
    assert problems(Finding("CKV_1", "AWS::SQS::Queue.Plan", "no key"), exceptions=[QUEUES]) == []


@pytest.mark.parametrize(("check", "resource"), [("CKV_2", "AWS::SQS::Queue.Plan"), ("CKV_1", "AWS::SNS::Topic.Plan")])
def test_a_finding_of_another_policy_or_resource_is_named(check: str, resource: str) -> None:
    covered = Finding("CKV_1", "AWS::SQS::Queue.Plan", "no key")
    (line,) = problems(covered, Finding(check, resource, "no key"), exceptions=[QUEUES])
    assert line.startswith(f"{resource}: {check}: no key")


def test_an_exception_that_covers_nothing_any_more_is_named() -> None:
    (line,) = problems(exceptions=[QUEUES])
    assert "CKV_1: nothing is found at AWS::SQS::Queue.* any more" in line


def test_an_exception_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="CKV_1 has no reason"):
        POLICY["read"]('[[exception]]\ncheck = "CKV_1"\nresources = ["*"]\nwhy = " "\n')


def test_every_exception_of_ours_can_be_read() -> None:
    assert POLICY["read"](POLICY["EXCEPTIONS"].read_text("utf-8"))
