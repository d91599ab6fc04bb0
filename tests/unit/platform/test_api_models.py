"""Our clients leave out botocore's checks and translations of items and mails; on the wire nothing may change by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from newsletter.platform.aws import clients as aws
from newsletter.platform.aws.api_models import api_models

ITEM = {"id": {"S": "a"}, "n": {"N": "7"}, "on": {"BOOL": True}, "none": {"NULL": True}, "set": {"NS": ["1", "2"]},
        "tree": {"M": {"list": {"L": [{"S": "ä{}"}, {"M": {}}]}}}}  # fmt: skip
KEY = {"id": {"S": "a"}}
TEMPLATE = {"TemplateContent": {"Subject": "Hei ”sinä”", "Html": "<p>{{hello}}</p>", "Text": "{{hello}}"},
            "TemplateData": "{}", "Headers": [{"Name": "List-Id", "Value": "<x.example>"}]}  # fmt: skip
ENTRY = {
    "Destination": {"ToAddresses": ["a@example.com"]},
    "ReplacementTags": [{"Name": "mailing", "Value": "digest"}],
    "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": '{"hello":"Hei"}'}},
    "ReplacementHeaders": [{"Name": "List-Unsubscribe", "Value": "<https://x.example>"}],
}
CALLS: dict[str, tuple[aws.Service, dict[str, Any], dict[str, Any]]] = {
    "get_item": ("dynamodb", {"TableName": "T", "Key": KEY, "ConsistentRead": True}, {"Item": ITEM}),
    "put_item": (
        "dynamodb",
        {"TableName": "T", "Item": ITEM, "ConditionExpression": "#a = :b", "ExpressionAttributeNames": {"#a": "a"},
         "ExpressionAttributeValues": {":b": {"S": "x"}}},
        {},
    ),
    "update_item": (
        "dynamodb",
        {"TableName": "T", "Key": KEY, "UpdateExpression": "SET a = :b",
         "ExpressionAttributeValues": {":b": ITEM["tree"]}},
        {"Attributes": ITEM},
    ),
    "query": (
        "dynamodb",
        {"TableName": "T", "KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": KEY["id"]},
         "ExclusiveStartKey": KEY},
        {"Items": [ITEM, ITEM], "Count": 2, "LastEvaluatedKey": KEY},
    ),
    "batch_get_item": (
        "dynamodb",
        {"RequestItems": {"T": {"Keys": [KEY], "ConsistentRead": True}}},
        {"Responses": {"T": [ITEM]}, "UnprocessedKeys": {"T": {"Keys": [KEY]}}},
    ),
    "scan": (
        "dynamodb",
        {"TableName": "T", "FilterExpression": "id = :id", "ExpressionAttributeValues": {":id": KEY["id"]},
         "ExclusiveStartKey": KEY},
        {"Items": [ITEM, ITEM], "Count": 2, "ScannedCount": 3, "LastEvaluatedKey": KEY},
    ),
    "delete_item": (
        "dynamodb",
        {"TableName": "T", "Key": KEY, "ReturnValues": "ALL_OLD", "ConditionExpression": "a = :b",
         "ExpressionAttributeValues": {":b": ITEM["tree"]}},
        {"Attributes": ITEM},
    ),
    "batch_write_item": (
        "dynamodb",
        {"RequestItems": {"T": [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": KEY}}]}},
        {"UnprocessedItems": {"T": [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": KEY}}]}},
    ),
    "send_bulk_email": (
        "sesv2",
        {"FromEmailAddress": "x@example.com", "DefaultContent": {"Template": TEMPLATE},
         "BulkEmailEntries": [ENTRY] * 2},
        {"BulkEmailEntryResults": [{"Status": "SUCCESS", "MessageId": "1"}, {"Status": "FAILED", "Error": "e"}]},
    ),
}  # fmt: skip


class Raw:
    """The body of an answer, as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> list[bytes]:
        return [self._body]


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"REGION": "eu-north-1", "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    aws.forget()


def exchange(
    client: Any, operation: str, request: dict[str, Any], answer: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The request as it would go over the wire, and what the client makes of the answer."""
    sent = []

    def respond(request: Any, **_: Any) -> AWSResponse:
        sent.append((request.method, request.url, json.loads(request.body), request.headers.get("X-Amz-Target")))
        return AWSResponse(request.url, 200, {}, Raw(json.dumps(answer).encode()))

    client.meta.events.register("before-send", respond)
    got = getattr(client, operation)(**request)
    got.pop("ResponseMetadata")
    return sent, got


@pytest.mark.parametrize("operation", CALLS)
def test_a_lean_client_says_and_understands_what_a_full_one_does(operation: str) -> None:
    service, request, answer = CALLS[operation]
    full: Any = boto3.client
    assert exchange(aws.client(service), operation, request, answer) == exchange(
        full(service), operation, request, answer
    )


@pytest.mark.parametrize("service", aws.SERVICES)
@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1"])
def test_api_models_read_faster_say_the_same(service: str, kind: str, tmp_path: Path) -> None:
    read: Any = Loader().load_service_model(service, kind)
    assert api_models(tmp_path, aws.SERVICES).load_service_model(service, kind) == read


def test_a_service_that_we_do_not_call_has_no_client(tmp_path: Path) -> None:
    models = api_models(tmp_path, aws.SERVICES)
    assert models.list_available_services(type_name="service-2") == sorted(aws.SERVICES)
    with pytest.raises(UnknownServiceError):
        models.load_service_model("ec2", "service-2")
