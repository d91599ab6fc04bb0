"""An AWS account with its DNS as the doctor sees it, whole or with something broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.doctor.checks import CHECKS
from cli.doctor.dns.resolver import Resolver
from cli.doctor.finding import Check, Finding
from cli.doctor.place import Place, Wishes
from cli.doctor.side_by_side import findings
from newsletter.container import app
from newsletter.platform.aws import clients as aws
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.support.doctor.deployed_ses import NAME
from tests.support.doctor.deployed_stack import Deployed
from tests.support.doctor.name_server import name_server
from tests.support.stack.cloud import Cloud

OUTSIDE = {"site", "feeds", "crm", "issuer"}
"""Servers that are not AWS's; test_doctor.py breaks them."""
OF_AWS = tuple(check for check in CHECKS if check.key not in OUTSIDE)


class Account:
    """The deployed stack with its DNS; `look` gives what the doctor says of it."""

    def __init__(self, cloud: Cloud, records: dict[tuple[str, str], list[str]], port: int) -> None:
        self.cloud, self.records, self._port = cloud, records, port
        self.reset()

    @property
    def resolver(self) -> str:
        """The address of its name server."""
        return f"127.0.0.1:{self._port}"

    def reset(self) -> None:
        """As it should be."""
        self.stack = Deployed(self.cloud, dict(self.cloud.stack.parameters))
        self.records.clear()
        self.records.update(self.stack.records())

    def look(self, *keys: str, readers: int | None = 12_000, links: int = 5, send: bool = False) -> dict[str, Finding]:
        """The findings by key."""
        checks: list[Check] = [check for check in OF_AWS if not keys or check.key in keys]
        wishes = Wishes(readers=readers, links=links, send=send, wait=0)
        place = Place(app, self.stack.client, Resolver("127.0.0.1", self._port), wishes)
        return dict(zip([check.key for check in checks], findings(checks, place), strict=True))


@contextmanager
def doctored_account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """A healthy one."""
    loaded: dict[str, Stack] = {}

    def kept(*arguments: Any, **options: Any) -> Stack:
        key = repr((arguments, options))
        if key not in loaded:
            loaded[key] = load_stack(*arguments, **options)
        return loaded[key]

    arn = f"arn:aws:sns:eu-north-1:123456789012:{NAME}-AlarmTopic"
    cloud.client("sns").subscribe(TopicArn=arn, Protocol="email", Endpoint="valvomo@example.fi")
    dynamodb = cloud.client("dynamodb")
    for table in cloud.stack.of_type("AWS::DynamoDB::Table"):
        if table.logical_id != "Guards":
            dynamodb.update_continuous_backups(
                TableName=table.physical_id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
    monkeypatch.setattr("cli.checks.stack.load_stack", kept)
    monkeypatch.setenv("NEWSLETTER_LOCAL", "")
    app.reset()
    app.decisions.put(datetime.now(UTC), "digest-2026-W48", "sent", "12 articles")
    records: dict[tuple[str, str], list[str]] = {}
    with name_server(records) as port:
        yield Account(cloud, records, port)


@contextmanager
def noted(account: Account) -> Iterator[None]:
    """What the product's own clients ask is noted and denied like what the doctor's ask."""

    def note(model: Any, **_: Any) -> None:
        account.stack.note(model.service_model.service_name, model.name)

    clients: list[Any] = [aws.client(service) for service in aws.SERVICES]
    for client in clients:
        client.meta.events.register_first("before-call", note)
    try:
        yield
    finally:
        for client in clients:
            client.meta.events.unregister("before-call", note)
