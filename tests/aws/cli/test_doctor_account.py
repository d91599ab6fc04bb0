"""`newsletter doctor --stack`: every line is fine in a healthy AWS account, and changes when its thing breaks."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from typing import Any

import boto3
import dns.zonefile
import pytest
from botocore import xform_name

from cli.doctor.finding import State
from cli.doctor.place import Place
from cli.main import _with_local_url, main, parser
from tests.support.aws.checked_clients import model
from tests.support.doctor.broken_records import DNS
from tests.support.doctor.deployed_ses import NAME
from tests.support.doctor.doctor_breaks import BREAKS, FAULT, UNKNOWN, WARNING
from tests.support.doctor.doctored_account import OF_AWS, Account, doctored_account, noted
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.cloud import Cloud


@pytest.fixture
def account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """A healthy one."""
    with doctored_account(cloud, monkeypatch) as found:
        yield found


def test_a_healthy_account_is_fine_in_every_line(account: Account) -> None:
    found = account.look()
    assert {key: each.message for key, each in found.items() if each.state is not State.FINE} == {}
    assert "a mailing to 12,000 readers takes 15 min at 14 a second" in found["ses_quota"].message


def test_each_line_changes_when_its_thing_breaks(account: Account) -> None:
    wrong = []
    for key, act, state, said, mend in BREAKS:
        account.reset()
        act(account.stack)
        found = account.look(key)[key]
        if found.state is not state or said not in found.message or mend not in found.mend:
            wrong.append((key, said, found))
    assert wrong == []


def test_each_record_that_is_missing_or_wrong_is_given_as_it_should_be(account: Account) -> None:
    wrong = []
    for key, records, state, said, mend in DNS:
        account.reset()
        domain = account.stack.domain
        for (name, kind), texts in records.items():
            at = (name.format(d=domain), kind)
            account.records.pop(at)
            if texts is not None:
                account.records[at] = [text.replace("{d}", domain) for text in texts]
        found = account.look(key)[key]
        if found.state is not state or said not in found.message or mend.format(d=domain) not in found.mend:
            wrong.append((key, said, found))
    assert wrong == []


def test_a_policy_of_the_domain_above_counts(account: Account) -> None:
    records = account.records
    records["_dmarc.example", "TXT"] = records.pop((f"_dmarc.{account.stack.domain}", "TXT"))
    assert account.look("dmarc")["dmarc"].state is FAULT, "a registry's own record is nobody's policy"


def test_spf_may_include_ses_by_a_record_of_the_company(account: Account) -> None:
    at, others = (f"bounce.{account.stack.domain}", "TXT"), "_spf.company.example"
    account.records[at] = [f'"v=spf1 ip4:192.0.2.1 include:{others} -all"']
    assert account.look("spf")["spf"].state is FAULT
    account.records[others, "TXT"] = ['"v=spf1 include:amazonses.com -all"']
    assert account.look("spf")["spf"].state is State.FINE
    account.records[others, "TXT"] = [f'"v=spf1 include:{others} -all"']
    assert account.look("spf")["spf"].state is FAULT, "one that includes itself ends"


def test_a_domain_below_another_has_the_policy_for_those_below(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = "uutiset.company.example"
    monkeypatch.setattr(Place, "domain", property(lambda _: below))
    account.stack.domain = below
    account.records["_dmarc.company.example", "TXT"] = ['"v=DMARC1; p=reject; sp=quarantine"']
    assert "_dmarc.company.example says p=quarantine" in account.look("dmarc")["dmarc"].message
    account.records[f"_dmarc.{below}", "TXT"] = ['"v=DMARC1; p=none"']
    assert f"_dmarc.{below} says p=none" in account.look("dmarc")["dmarc"].message


def test_strict_alignment_leaves_dkim_alone_to_speak_for_the_sender(account: Account) -> None:
    at = (f"_dmarc.{account.stack.domain}", "TXT")
    assert account.look("dmarc")["dmarc"].message.endswith("aligned by DKIM and SPF")
    account.records[at] = ['"v=DMARC1; p=reject; aspf=s"']
    strict = account.look("dmarc")["dmarc"]
    assert (strict.state, strict.message.endswith("(rua); aligned by DKIM")) == (State.FINE, True)
    assert account.stack.identity is not None
    account.stack.identity["DkimAttributes"]["Status"] = "FAILED"
    assert account.look("dmarc")["dmarc"].state is FAULT


def test_dns_that_does_not_answer_is_unknown(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.doctor.dns.resolver.LIFETIME", 0.3)
    for name, kind in list(account.records):
        account.records[name, kind] = ["SERVFAIL"]
    found = account.look("mail_from", "spf", "dmarc", "mx", "identity")
    assert found.pop("identity").state is State.FINE
    assert {each.state for each in found.values()} == {UNKNOWN}
    assert all("--resolver" in each.mend for each in found.values())


ACTIONS = {"sesv2": "ses", "apigatewayv2": "apigateway"}
SOMETIMES = {
    **{key: {"dynamodb:DescribeTable"} for key in ("ses_quota", "lambda_concurrency", "api_limits", "senders")},
    "secrets": {"ssm:GetParameterHistory", "dynamodb:Scan"},
    "queues": {"cloudformation:DescribeStackResource"},
    "replies": {"cloudformation:DescribeStacks", "ses:DescribeActiveReceiptRuleSet", "ses:GetEmailIdentity"},
}
"""Rights for what is asked only of more than 200,000 readers; of a pepper that is wrong or has no fingerprint; to name
the log of a function; of a stack that receives answers (test_doctor_replies.py)."""


def action(service: str, operation: str) -> str:
    """The IAM action of an API call."""
    prefix = ACTIONS.get(service, service)
    return "apigateway:GET" if prefix == "apigateway" else f"{prefix}:{operation}"


GLOBAL = {"query", "output", "cli-binary-format"}
OF_THE_CLI = {"sso login", "logs tail", "dynamodb wait"}
"""Commands of the AWS command line that are no operations of the API."""


def is_understood(line: str) -> bool:
    """Whether a command or record is one that its program takes; words are."""
    if line.startswith("aws ") and " ".join(line.split()[1:3]).rstrip(",;") not in OF_THE_CLI:
        _, service, command, *words = shlex.split(line)
        operations = {xform_name(name, "-"): name for name in model(service).operation_names}
        shape = model(service).operation_model(operations[command]).input_shape
        known = {xform_name(name, "-") for name in shape.members} | GLOBAL
        given = [word[2:].removeprefix("no-") for word in words if word.startswith("--")]
        required = {xform_name(name, "-") for name in shape.required_members}
        return set(given) <= known and required <= set(given)
    if line.startswith("newsletter "):
        parser().parse_args(_with_local_url(shlex.split(line)[1:]))
    elif " IN " in line:
        return len(dns.zonefile.read_rrsets(f"{line}\n", rdclass=None, relativize=False)) == 1
    return True


def test_every_command_and_record_that_mends_is_understood(account: Account) -> None:
    lines: set[str] = set()
    for key, act, *_ in BREAKS:
        account.reset()
        act(account.stack)
        lines |= set(account.look(key)[key].mend.splitlines())
    account.reset()
    for name, kind in list(account.records):
        del account.records[name, kind]
    for found in account.look("dkim", "mail_from", "spf", "dmarc", "mx").values():
        lines |= set(found.mend.splitlines())
    assert len([line for line in lines if line.startswith("aws ")]) > 20
    assert len([line for line in lines if " IN " in line]) > 5
    assert [line for line in sorted(lines) if not is_understood(line)] == []


def test_each_check_names_the_rights_that_it_needs_and_is_unknown_without(account: Account) -> None:
    for check in OF_AWS:
        account.reset()
        with noted(account):
            account.look(check.key, readers=None, send=True)
            asked = {action(*each): each[1] for each in account.stack.asked}
            assert asked.keys() - set(check.rights) == set(), check.key
            assert set(check.rights) - asked.keys() - SOMETIMES.get(check.key, set()) == set(), check.key
            for right, operation in asked.items():
                account.reset()
                account.stack.denied = {operation}
                found = account.look(check.key, readers=None, send=True)[check.key]
                if check.key != "clock":  # a refusal has a date too
                    assert found.state is UNKNOWN, (check.key, operation, found)
                    assert operation in found.message, (check.key, operation, found)
                    assert right in found.mend, (check.key, operation, found)


def test_the_command_examines_a_stack_by_its_name(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what it knows from the stack alone: its functions' environment, and AWS."""

    def of_account(service: str, **_: Any) -> Any:
        return account.stack.client(service)

    monkeypatch.setattr(boto3, "client", of_account)
    keys = [word for check in OF_AWS for word in ("--only", check.key)]
    words = ["doctor", "--stack", NAME, "--templates", str(TEMPLATES), "--resolver", account.resolver, *keys]

    def run(*more: str) -> tuple[int, dict[str, Any]]:
        code = main([*words, *more, "--json"])
        return code, json.loads(capsys.readouterr().out)

    for environment in account.stack.environments.values():
        environment["NEWSLETTER_LOCAL"] = ""
    code, said = run("--readers", "12000", "--links", "5")
    assert (code, said["worst"], said["readers"], said["rate"]) == (0, "fine", 12_000, 14.0)
    assert [check["key"] for check in said["checks"]] == [check.key for check in OF_AWS]
    assert all(check.keys() == {"key", "name", "state", "message", "mend"} for check in said["checks"])
    assert run("--readers", "60000", "--links", "5")[0] == 3
    account.stack.denied = {"GetSchedule"}
    code, said = run("--readers", "12000", "--links", "5")
    assert (code, said["worst"]) == (0, "unknown")
    account.stack.status = "UPDATE_FAILED"
    assert run()[0] == 1


def test_tables_are_told_by_what_they_lack(account: Account) -> None:
    dynamodb = account.cloud.client("dynamodb")
    table = os.environ["NEWSLETTER_CONTENT_TABLE"]
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    found = account.look("tables")["tables"]
    assert (found.state, "no point-in-time recovery" in found.message) == (FAULT, True)
    assert f"aws dynamodb update-continuous-backups --table-name {table}" in found.mend


def test_a_digest_that_left_no_decision_is_missed(account: Account) -> None:
    """The schedule was due since the stack was made, and the log of decisions has nothing of that time."""
    table, dynamodb = os.environ["NEWSLETTER_CONTENT_TABLE"], account.cloud.client("dynamodb")
    for item in dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "decisions"}},
    )["Items"]:
        dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    found = account.look("last_run")["last_run"]
    assert (found.state, "left no decision" in found.message) == (WARNING, True)
    assert f"newsletter decisions --stack {NAME}" in found.mend
