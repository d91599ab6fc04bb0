"""What the functions ask of AWS while they work, as the IAM actions and resources that each call needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any

import pytest
from botocore.client import BaseClient

from newsletter.container import app
from newsletter.platform.aws import clients as aws
from rehearsal.template.cloudformation import Account
from tests.support.stack.cloud import Cloud

PARTITION_KEYS = {"Subscribers": "id", "Content": "pk", "Deliveries": "mailing", "Leads": "lead", "Guards": "key"}


@dataclass(frozen=True)
class Use:
    """One thing a function did: an IAM action on a resource; of a table also the partition keys, where known."""

    action: str
    resource: str
    keys: frozenset[str] = frozenset()


Uses = dict[str, set[Use]]
OF_BUCKETS: dict[str, Callable[[str], Use]] = {
    "GetObject": lambda bucket: Use("s3:GetObject", f"{bucket}/*"),
    "PutObject": lambda bucket: Use("s3:PutObject", f"{bucket}/*"),
    "ListObjectsV2": lambda bucket: Use("s3:ListBucket", bucket),
}


@contextmanager
def recording(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Uses]:
    """The uses of each function by folder. Every function starts with empty hands, as in a container of its own."""
    uses: Uses = defaultdict(set)
    running: list[str] = [""]
    before: list[str] = [""]
    clients: Any = BaseClient
    call, invoke = clients._make_api_call, Cloud.invoke  # noqa: SLF001 the one door of every client

    def recorded(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        # The emulators have clients too; the functions' own are known by their name.
        if running[0] and self.meta.config.user_agent.startswith(aws.USER_AGENT):
            service = self.meta.service_model.service_name
            uses[running[0]] |= set(_uses(cloud.stack.account, service, operation, parameters))
        return call(self, operation, parameters)

    def invoked(self: Cloud, folder: str, event: dict[str, Any]) -> Any:
        if folder != before[0]:
            _forget()
        running[0] = before[0] = folder
        try:
            return invoke(self, folder, event)
        finally:
            running[0] = ""

    with monkeypatch.context() as patched:
        patched.setattr(clients, "_make_api_call", recorded)
        patched.setattr(Cloud, "invoke", invoked)
        yield uses


def _forget() -> None:
    """What a new container knows: nothing of secrets or variants. Clients and templates take long and tell nothing."""
    for name in vars(app).keys() - {"settings", "templates"}:
        delattr(app, name)


def _uses(account: Account, service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Use]:
    match service, operation:
        case "dynamodb", "BatchGetItem" | "BatchWriteItem":
            for table, keys in _of_batch(operation, parameters["RequestItems"]).items():
                yield Use(f"dynamodb:{operation}", account.arn("dynamodb", f"table/{table}"), keys)
        case "dynamodb", _:
            table = parameters["TableName"]
            index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
            item = parameters.get("Key") or parameters.get("Item")
            keys = frozenset([_key(table, item)]) if item else frozenset()
            yield Use(f"dynamodb:{operation}", account.arn("dynamodb", f"table/{table}{index}"), keys)
        case "s3", _:
            yield OF_BUCKETS[operation](f"arn:aws:s3:::{parameters['Bucket']}")
        case "sqs", "SendMessage" | "SendMessageBatch":
            yield Use("sqs:SendMessage", account.arn("sqs", parameters["QueueUrl"].rpartition("/")[2]))
        case "ssm", "GetParameter":
            yield Use("ssm:GetParameter", account.arn("ssm", f"parameter{parameters['Name']}"))
        case "sesv2", _:
            yield from _of_ses(account, operation, parameters)
        case _:
            raise AssertionError(f"{service} {operation}: say here which right it needs")


def _of_ses(account: Account, operation: str, parameters: Mapping[str, Any]) -> Iterator[Use]:
    match operation:
        case "SendBulkEmail":
            domain = parameters["FromEmailAddress"].rpartition("@")[2].rstrip(">")
            for resource in (f"identity/{domain}", f"configuration-set/{parameters['ConfigurationSetName']}"):
                yield Use("ses:SendBulkEmail", account.arn("ses", resource))
                # The older action's name is asked for too (django-anymail: Amazon SES, IAM permissions).
                yield Use("ses:SendBulkTemplatedEmail", account.arn("ses", resource))
        case "SendEmail":
            sender = message_from_bytes(parameters["Content"]["Raw"]["Data"])["From"]
            domain = sender.rpartition("@")[2].rstrip(">")
            for resource in (f"identity/{domain}", f"configuration-set/{parameters['ConfigurationSetName']}"):
                yield Use("ses:SendEmail", account.arn("ses", resource))
                yield Use("ses:SendRawEmail", account.arn("ses", resource))  # for content that is Raw
        case "GetAccount" | "GetSuppressedDestination" | "DeleteSuppressedDestination":
            yield Use(f"ses:{operation}", "*")
        case _:
            raise AssertionError(f"SES {operation}: say here which right it needs")


def _of_batch(operation: str, asked: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The partition keys of a batch, by table."""
    if operation == "BatchGetItem":
        return {table: frozenset(_key(table, key) for key in each["Keys"]) for table, each in asked.items()}
    return {table: frozenset(_key(table, put["PutRequest"]["Item"]) for put in puts) for table, puts in asked.items()}


def _key(table: str, item: Mapping[str, Any]) -> str:
    name = PARTITION_KEYS[table.rpartition("-")[2]]
    return str(item[name]["S"])
