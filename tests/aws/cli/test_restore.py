"""Restoring readers to a point in time by the commands of docs/deploy.md: nobody is mailed twice or after leaving.

What DynamoDB restores is copied here, as it was at that moment; everything else is the product.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.main import main
from newsletter.container import app
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.times import iso
from newsletter.readers import my_data
from newsletter.readers.subscriber import Status
from newsletter.readers.unsubscribe import unsubscribe
from tests.support.aws.aws_commands import request_of
from tests.support.leads import due_steps
from tests.support.leads.due_steps import DAY, TWO
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud
from tests.template.stacks import ROOT

edit = due_steps.edit
NOW = datetime.now(UTC).replace(microsecond=0)
PAGE = (ROOT / "docs/deploy.md").read_text("utf-8")
SHOWN = "newsletter-Storage-1ABC-Subscribers-2DEF"
RESTORED = "newsletter-subscribers-restored"
AT = "2026-11-28T08:00:00Z"


def commands() -> list[str]:
    """Those of the section, in order."""
    section = PAGE.partition("\n## Restoring to a point in time\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if re.match(r"\.venv/bin/|aws |make ", line)]


class Operator:
    """Types the commands of the page for this cloud."""

    def __init__(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        self._cloud, self._environment = cloud, monkeypatch
        self.used = app.settings.subscribers_table
        self.at = app.now()
        self._kept = self._items(self.used)
        self.switched: list[bool] = []
        monkeypatch.setattr("cli.commands.account.restore.switch_stack", self._switch)

    def _switch(self, *_: object, on: bool) -> int:
        self.switched.append(on)
        return 0

    def types(self, line: str) -> int:
        """Type one line; its exit code."""
        line = line.replace(SHOWN, self.used).replace(AT, iso(self.at))
        program, *words = shlex.split(line)
        if program == "make":
            assert words[:2] == ["deploy", "STAGE=prod"]
            assert words[2] == "OTHER_DATA=SubscribersTable"
            self._environment.setenv("NEWSLETTER_SUBSCRIBERS_TABLE", RESTORED)
            app.reset()
            return 0
        if program == "aws":
            return self._aws(*words)
        if words[0] == "check":
            return 0  # it compares a stack of CloudFormation: tests/aws/cli/test_check_stack.py
        place = words.index("--stack")
        return main([*words[:place], *words[place + 2 :]])

    def _aws(self, service: str, operation: str, *words: str) -> int:
        if operation == "wait":
            assert words[0] == "table-exists"
            return 0
        _, method, request = request_of((service, operation, *words))
        if method == "restore_table_to_point_in_time":
            self._restore(request)
        elif method == "update_time_to_live":
            assert request["TableName"] == RESTORED
            self._cloud.client(service).update_time_to_live(**request)
        return 0

    def _restore(self, request: Mapping[str, Any]) -> None:
        assert (request["SourceTableName"], request["TargetTableName"]) == (self.used, RESTORED)
        dynamodb = self._cloud.client("dynamodb")
        about = dynamodb.describe_table(TableName=self.used)["Table"]
        indexes = [
            {name: each[name] for name in ("IndexName", "KeySchema", "Projection")}
            for each in about["GlobalSecondaryIndexes"]
        ]
        same = {name: about[name] for name in ("AttributeDefinitions", "KeySchema")}
        dynamodb.create_table(TableName=RESTORED, **same, GlobalSecondaryIndexes=indexes, BillingMode="PAY_PER_REQUEST")
        for item in self._kept:
            dynamodb.put_item(TableName=RESTORED, Item=item)

    def _items(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._cloud.client("dynamodb").scan(TableName=table)["Items"]
        return found


@pytest.fixture(autouse=True)
def _removed(cloud: Cloud) -> Iterator[None]:
    """The account is used again by other tests."""
    yield
    if RESTORED in cloud.client("dynamodb").list_tables()["TableNames"]:
        cloud.client("dynamodb").delete_table(TableName=RESTORED)


@pytest.mark.parametrize("merges", [True, False], ids=["as the page says", "without the merge, which does harm"])
def test_after_a_restore_nobody_gets_a_mail_twice_or_after_leaving(
    cloud: Cloud, edit: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, *, merges: bool
) -> None:
    edit(TWO)
    readers = {name: add_reader(f"{name}@example.com") for name in ("anna", "bo", "cia", "dan")}
    for reader in readers.values():
        app.triggers.confirmed(reader, NOW)
    operator = Operator(cloud, monkeypatch)

    # After the point in time: a step goes out, one leaves, one is erased, one joins, and a program loses one.
    cloud.run("nurture", NOW + DAY)
    assert cloud.drain() == []
    unsubscribe(LinkClaims(readers["bo"]), "page", app.now(), app)
    my_data.erase_every_address(readers["cia"], app.now(), app)
    readers["eva"] = add_reader("eva@example.com")
    app.triggers.confirmed(readers["eva"], NOW)
    for record in [each for each in cloud.items("Subscribers") if each["id"]["S"] == readers["dan"]]:
        key = {name: record[name] for name in ("id", "record")}
        cloud.client("dynamodb").delete_item(TableName=operator.used, Key=key)
    before = Counter(mail.to[0] for mail in cloud.mails())

    for line in commands():
        if line.startswith("make"):  # meanwhile, after the first merge, a reader leaves
            unsubscribe(LinkClaims(readers["eva"]), "page", app.now(), app)
        if merges or " merge " not in line:
            assert operator.types(line) == 0, line
    assert operator.switched == [False, True]
    assert app.settings.subscribers_table == RESTORED

    cloud.run("nurture", NOW + DAY + timedelta(minutes=5))
    cloud.run("nurture", NOW + 9 * DAY)
    assert cloud.drain() == []
    after = Counter(mail.to[0] for mail in cloud.mails()) - before
    statuses = app.subscribers.statuses(readers.values())
    if not merges:
        assert after["bo@example.com"] + after["cia@example.com"], "they are mailed after leaving"
        return
    assert statuses[readers["bo"]] is statuses[readers["eva"]] is Status.UNSUBSCRIBED
    assert statuses[readers["cia"]] is Status.ERASED
    assert statuses[readers["dan"]] is Status.ACTIVE, "what the restore was for"
    assert after == {"anna@example.com": 1}, "her second step; dan gets none, for nobody knows which he had"
    assert max(Counter((mail.to[0], mail.subject) for mail in cloud.mails()).values()) == 1
    assert {record["record"] for record in cloud_records(cloud, readers["cia"])} == {"profile"}


def cloud_records(cloud: Cloud, reader: str) -> list[dict[str, Any]]:
    """The records of a reader in the restored table."""
    items = cloud.client("dynamodb").scan(TableName=RESTORED)["Items"]
    return [{"record": item["record"]["S"]} for item in items if item["id"]["S"] == reader]
