"""Moving to a stack of another name by the commands of docs/deploy.md: old links work, and readers are the same."""

from __future__ import annotations

import re
import shlex

import pytest

from cli.checks import secret_parameters
from newsletter.container import app
from newsletter.platform.aws.secrets_client import NAMES
from tests.support.aws.aws_commands import request_of
from tests.support.stack.cloud import Cloud, link_to
from tests.template.stacks import ROOT

SECTION = (
    (ROOT / "docs/deploy.md").read_text("utf-8").partition("\n## Moving to another stack\n")[2].partition("\n## ")[0]
)
BLOCKS = re.findall(r"^```\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


def ask(cloud: Cloud, line: str) -> str:
    """The value that a command of the AWS CLI prints, if it prints one."""
    service, method, request = request_of(shlex.split(line)[1:])
    answer = getattr(cloud.client(service), method)(**request)
    return str(answer.get("Parameter", {}).get("Value", ""))


def copy_secrets(cloud: Cloud, old: str, new: str) -> list[str]:
    """The loop of the page, as a shell runs it; the names that it copied."""
    loop = re.search(r"^for name in ([\w ]+); do\n(.*?)^done$", BLOCKS[0], re.MULTILINE | re.DOTALL)
    assert loop
    for name in loop[1].split():
        body = loop[2].replace("OLD", old).replace("NEW", new).replace("$name", name)
        found = re.search(r'"\$\((.*?)\)"', body, re.DOTALL)
        assert found
        ask(cloud, body.replace(found[0], shlex.quote(ask(cloud, found[1]))))
    return loop[1].split()


def test_secrets_are_copied_so_that_old_links_work_and_readers_are_the_same(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe("anna@example.com")
    cloud.drain()
    leave = link_to("unsubscribe", cloud.mails("anna@example.com")[-1])
    old = app.settings.secrets_path.rpartition("/")[2]
    assert set(copy_secrets(cloud, old, "new")) == set(NAMES), "all that a stack makes for itself"
    monkeypatch.setenv("NEWSLETTER_SECRETS_PATH", "/newsletter/new")
    app.reset()
    assert [each for each in secret_parameters.faults() if "crm_token" not in each[0]] == []
    assert cloud.http("POST", leave, "List-Unsubscribe=One-Click")["statusCode"] == 200
    reader = app.subscribers.profile(app.ids.of("anna@example.com"))
    assert reader is not None
    assert reader.status == "unsubscribed"


def test_a_stack_without_the_copies_refuses_instead_of_making_other_readers(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe("anna@example.com")
    monkeypatch.setenv("NEWSLETTER_SECRETS_PATH", "/newsletter/new")
    app.reset()
    said = dict(secret_parameters.faults())
    assert "Put the earlier value back" in said["/newsletter/new/pepper"]


def test_the_commands_for_copies_of_tables_and_of_the_suppression_list_are_such_as_aws_takes() -> None:
    lines = [line for block in BLOCKS[1:] for line in block.splitlines() if line.startswith("aws ")]
    assert len(lines) == 4
    for line in lines:
        filled = line.replace(" --table-creation-parameters file://deliveries.json", "")
        words = shlex.split(filled.replace("ARN", "arn:aws:dynamodb:eu-north-1:123456789012:table/x"))[1:]
        if words[1] == "import-table":  # its keys and indexes are in a file
            assert "file://deliveries.json" in line
            continue
        request_of(words)
