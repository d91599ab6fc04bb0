"""`make deploy` in an account that writes down what it is asked, with no terminal and nobody who answers."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.skips import DEPLOY_TOOLS, require
from tests.support.fake_aws.account import FakeAws, fake_aws
from tests.support.fake_aws.deployments import PARAMETERS, deploy, stand_in
from tests.template.stacks import ROOT

STACK = "newsletter-dev"
PUBLICATION = tomllib.loads((ROOT / "templates/publication.toml").read_text("utf-8"))
DOMAIN = str(PUBLICATION["sender"]["address"]).rpartition("@")[2]
Run = subprocess.CompletedProcess[str]


@dataclass
class Deployer:
    """Whoever deploys stage dev to the account."""

    account: FakeAws
    variables: dict[str, str]
    folder: Path

    def run(self, what: str = "run", more: str = "", *options: str) -> Run:
        """With `more` lines of parameters."""
        path = self.folder / "deploy.dev.toml"
        path.write_text(PARAMETERS.format(domain=DOMAIN) + more, encoding="utf-8")
        built = ("--template", str(self.folder / "template.yaml")) if what == "run" else ()
        self.account.log.clear()
        return deploy(what, "--parameters", str(path), *built, *options, account=self.variables)


@pytest.fixture
def deployer(tmp_path: Path) -> Iterator[Deployer]:
    require(DEPLOY_TOOLS)
    stand_in(tmp_path)
    with fake_aws() as (account, variables):
        yield Deployer(account, variables, tmp_path)


def test_from_nothing_to_a_stack_with_secrets_records_and_the_next_step_again_nothing_and_then_stopped(
    deployer: Deployer,
) -> None:
    first = deployer.run()
    account, said = deployer.account, first.stdout
    assert first.returncode == 0, said
    stack = account.cloudformation.stacks[STACK]
    assert stack.status == "CREATE_COMPLETE"
    asked = account.operations("cloudformation")
    assert asked.count("CreateChangeSet") == asked.count("ExecuteChangeSet") == 2  # SAM's bucket, and ours
    uploads = [each for each in account.operations("s3") if each.startswith("PUT ")]
    nested = {path.name for path in (ROOT / "infra").glob("*.yaml")} - {"budget.yaml", "web-acl.yaml"}
    assert len(uploads) == len(nested) + 2  # those, the code, and the packaged template
    assert not re.search(r"\[[yY]/[nN]\]|Confirm", said.replace("Confirm changeset            : False", ""))

    made = account.secrets()
    assert {name.rpartition("/")[2] for name in made} == {
        *("pepper", "link_keys", "webhook_secrets", "crm_inbound_secrets")
    }
    assert not any(value in said for value in made.values()), "no secret is printed"
    assert re.search(r"Nurture +rate\(5 minutes\) +next by \d{4}-\d\d-\d\d \d\d:\d\d Europe/Helsinki", said)
    assert re.search(r"Planner +cron\(0 8 \? \* TUE \*\) +next at \d{4}-\d\d-\d\d 08:00 Europe/Helsinki", said)
    for record in (
        f"name   a{'x' * 31}._domainkey.{DOMAIN}\n    type   CNAME\n    value  a{'x' * 31}.dkim.amazonses.com",
        f"name   bounce.{DOMAIN}\n    type   MX\n    value  10 feedback-smtp.eu-north-1.amazonses.com",
        f"name   bounce.{DOMAIN}\n    type   TXT\n    value  v=spf1 include:amazonses.com ~all",
        f"name   _dmarc.{DOMAIN}\n    type   TXT\n    value  v=DMARC1; p=none",
    ):
        assert record in said
    assert "SiteUrl" in said
    assert said.rstrip().endswith(f"AWS_DEFAULT_REGION=eu-north-1 .venv/bin/newsletter doctor --stack {STACK} --send")

    account.identities[DOMAIN] |= {"VerifiedForSendingStatus": True}
    account.identities[DOMAIN]["MailFromAttributes"]["MailFromDomainStatus"] = "SUCCESS"
    second = deployer.run()
    assert second.returncode == 0, second.stdout
    assert "ExecuteChangeSet" not in account.operations("cloudformation"), "nothing is changed"
    assert not [each for each in account.operations("s3") if each.startswith("PUT ")], "nothing is uploaded twice"
    assert "PutParameter" not in account.operations("ssm")
    assert account.secrets() == made, "secrets are made once"
    assert f"SES has verified {DOMAIN}." in second.stdout

    # Work that is stopped stays stopped; only some of it, and somebody should look.
    one, *others = ("FeedIngestHourly", "PlannerDigest", "PlannerLookAfterDigests", "NurtureTick")
    account.disabled |= {f"{STACK}-{one}"}
    some = deployer.run()
    assert some.returncode == 1
    assert f"schedule {one}: State is DISABLED, and should be ENABLED: `newsletter work start" in some.stdout
    account.disabled |= {f"{STACK}-{each}" for each in others}
    stopped = deployer.run("run", "LogDays = 90\n")
    assert stopped.returncode == 0, stopped.stdout
    assert "== Schedules, stopped" in stopped.stdout
    assert "next by" not in stopped.stdout
    assert f".venv/bin/newsletter work start --stack {STACK}, once" in stopped.stdout

    # The file is the truth: a line that is taken out of it counts no more.
    assert account.cloudformation.stacks[STACK].parameters["LogDays"] == "90"
    looked = deployer.run("check")
    assert (looked.returncode, "LogDays: 90 -> 30" in looked.stdout) == (0, True), looked.stdout
    planned = deployer.run("run", "", "--plan")
    assert planned.returncode == 0, planned.stdout
    assert "ExecuteChangeSet" not in account.operations("cloudformation")
    assert account.cloudformation.stacks[STACK].parameters["LogDays"] == "90", "looking changes nothing"


def test_a_create_that_fails_says_what_failed_in_which_nested_stack_and_what_to_do(deployer: Deployer) -> None:
    deployer.account.cloudformation.failing = (
        *("Email", "Identity", "AWS::SES::EmailIdentity"),
        f"Resource of type 'AWS::SES::EmailIdentity' with identifier '{DOMAIN}' already exists.",
    )
    failed = deployer.run()
    assert failed.returncode == 1
    assert "Identity (AWS::SES::EmailIdentity): Resource of type 'AWS::SES::EmailIdentity'" in failed.stdout
    assert 'Next: SES knows the domain already: ManageIdentity = "no"' in failed.stdout
    assert f"The stack {STACK} is ROLLBACK_COMPLETE" in failed.stdout
    assert f"aws cloudformation delete-stack --stack-name {STACK}" in failed.stdout
    assert "ssm" not in {service for service, _ in deployer.account.log}, "no secret for a stack that is not there"

    again = deployer.run("check")
    assert again.returncode == 1
    assert "ROLLBACK_COMPLETE: it holds nothing. Take it away" in again.stdout
    assert "s3" not in {service for service, _ in deployer.account.log}


def test_before_anything_is_built_the_account_is_asked_for_what_would_be_in_the_way(deployer: Deployer) -> None:
    account = deployer.account
    account.identities[DOMAIN] = {"VerifiedForSendingStatus": True}
    account.executions = 10
    refused = deployer.run("check", 'ReserveConcurrency = "yes"\nSubscribersTable = "lost"\n')
    assert refused.returncode == 1
    for said in (
        f"SES of eu-north-1 knows {DOMAIN} already",
        "this one has 10",
        "there is no table lost in eu-north-1",
    ):
        assert said in refused.stdout
    assert {service for service, _ in account.log} == {"sts", "cloudformation", "ses", "lambda", "dynamodb"}
    assert "CreateChangeSet" not in account.operations("cloudformation")

    account.denied = {"ses", "lambda", "DescribeTable"}
    allowed = deployer.run("check", 'ReserveConcurrency = "yes"\nSubscribersTable = "lost"\n')
    assert allowed.returncode == 0, f"what may not be looked at is left to CloudFormation: {allowed.stdout}"

    nobody = deploy(
        "check", "--parameters", str(deployer.folder / "deploy.dev.toml"),
        account={**deployer.variables, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
    )  # fmt: skip
    assert (nobody.returncode, "give credentials, by AWS_PROFILE" in nobody.stdout) == (1, True), nobody.stdout


def test_a_missing_right_is_named(deployer: Deployer) -> None:
    deployer.account.denied = {"CreateChangeSet"}
    refused = deployer.run()
    assert refused.returncode == 1
    assert "not authorized to perform: cloudformation:CreateChangeSet" in refused.stdout
    deployer.account.denied = {"DescribeStacks"}
    refused = deployer.run("check")
    assert (refused.returncode, "AWS refused DescribeStacks: AccessDenied" in refused.stdout) == (1, True)


def test_the_makefile_asks_the_account_before_it_builds_and_the_tree_knows_no_parameters() -> None:
    shown = subprocess.run(
        [
            *("make", "-n", "deploy", "STAGE=prod", "OTHER_DATA=LeadsTable ContentTable"),
            *("PARAMETERS=/ci/a b.toml", "PLAN=1"),
        ],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    order = [shown.index(each) for each in ("-m deploy check 'prod'", "infra/build/build.sh", "-m deploy run 'prod'")]
    assert order == sorted(order)
    assert shown.count("--parameters '/ci/a b.toml' --other-data 'LeadsTable ContentTable' --plan") == 2
    nameless = subprocess.run(
        ["make", "-n", "deploy", "STAGE="],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "-m deploy check ''" in nameless, "a variable that is not set is not the stage dev"
    ignored = subprocess.run(
        ["git", "check-ignore", "deploy.dev.toml", "deploy.prod.toml", "deploy.example.toml"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert ignored.split() == ["deploy.dev.toml", "deploy.prod.toml"]
