"""The rehearsal's DynamoDB answers as moto and dynalite do, which know nothing of it or of each other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count, groupby
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from moto import mock_aws
from moto.core.models import botocore_stubber

from rehearsal.aws.dynamodb import Database
from rehearsal.aws.dynamodb.door import sent
from tests.support.aws.dynamodb_calls import TABLE, Call, calls

Answer = tuple[Any, ...]
_numbers = count()


def client(database: Database | None = None, endpoint: str | None = None) -> Any:
    """A boto3 client that asks once and leaves all checks to the other side."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1, "mode": "standard"})
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-north-1"}
    made: Any = boto3.client("dynamodb", config=config, endpoint_url=endpoint, **credentials)
    if database is not None:
        # botocore asks all who would answer, and takes the first answer.
        made.meta.events.unregister("before-send", botocore_stubber)
        made.meta.events.register("before-send", lambda request, **_: sent(database, request))
    return made


@pytest.fixture(scope="module")
def ours() -> Any:
    return client(Database())


@pytest.fixture(scope="module", params=["moto", "dynalite"])
def other(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "dynalite":
        yield client(endpoint=request.getfixturevalue("dynalite"))
        return
    with mock_aws():
        yield client()


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(series=calls)
def test_a_series_of_calls_is_answered_alike(ours: Any, other: Any, series: list[Call]) -> None:
    name = f"table-{next(_numbers)}"
    for each in (ours, other):
        each.create_table(TableName=name, **TABLE)
        while each.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
            pass
    try:
        for call in series:
            if moto_errs(call) and "127.0.0.1" not in other.meta.endpoint_url:
                continue
            here, there = outcome(ours, name, call), outcome(other, name, call)
            assert agree(here, there, call), (call, here, there)
    finally:
        for each in (ours, other):
            each.delete_table(TableName=name)


def moto_errs(call: Call) -> bool:
    """Whether moto is not asked, because after its error the tables would differ; dynalite is asked, and does as AWS.

    It lets pass in some operations a name or value that no expression uses (AWS, API reference: ValidationException),
    and takes an attribute that is missing for one that is NULL (AWS, Developer Guide, "Condition and filter
    expressions": a comparison with a missing attribute does not hold).
    """
    is_null = call.parameters.get("ExpressionAttributeValues", {}).get(":other") == {"NULL": True}
    return "unused" in str(call.parameters) or is_null


def agree(ours: Answer, other: Answer, call: Call) -> bool:
    """Whether two outcomes are the same but for what is known of the emulators (see UNLIKE)."""
    return ours == other or any(excuse(ours, other, call) for excuse in UNLIKE)


def _crashes_on_what_is_not_defined(ours: Answer, other: Answer, _: Call) -> bool:
    """moto ends with KeyError on a name or value that is not defined. AWS: ValidationException (API reference, "Error
    handling with DynamoDB").
    """
    return ours[:2] == ("refused", "ValidationException") and other[:2] == ("crashed", "KeyError")


def _does_not_show_what_stood_in_the_way(ours: Answer, other: Answer, _: Call) -> bool:
    """dynalite does not know ReturnValuesOnConditionCheckFailure (API reference of PutItem)."""
    refused = ("refused", "ConditionalCheckFailedException")
    return ours[:2] == refused == other[:2] and other[2] == {}


def _looks_at_the_condition_first(ours: Answer, other: Answer, call: Call) -> bool:
    """moto refuses for the condition what DynamoDB refuses without looking at any item: an update of the key, or of an
    index's key to another type (API reference of UpdateItem, "You cannot use UpdateItem to update any primary key
    attributes"), and an update with a name or value that is not defined.
    """
    update = call.parameters.get("UpdateExpression", "")
    defined = (call.parameters.get(f"ExpressionAttribute{what}", {}) for what in ("Names", "Values"))
    undefined = set(re.findall(r"[#:]\w+", update)).difference(*defined)
    faulty = undefined or update.startswith(("SET #record", "SET due_at = :most"))
    return bool(faulty and ours[1] == "ValidationException" and other[1] == "ConditionalCheckFailedException")


def _lets_bounds_cross(ours: Answer, other: Answer, call: Call) -> bool:
    """moto finds nothing between bounds of which the first is greater. DynamoDB and dynalite refuse them ("The BETWEEN
    operator requires upper bound to be greater than or equal to lower bound").
    """
    values = call.parameters.get("ExpressionAttributeValues", {})
    low, high = (Decimal(values.get(name, {}).get("N", 0)) for name in (":zero", ":most"))
    crossed = "BETWEEN :zero AND :most" in call.parameters.get("ConditionExpression", "") and low > high
    return bool(crossed and ours[1] == "ValidationException" and other[1] == "ConditionalCheckFailedException")


UPDATED = ("UPDATED_OLD", "UPDATED_NEW")


def _sees_other_updates(ours: Answer, other: Answer, call: Call) -> bool:
    """moto counts the key of a new item among what was updated, and leaves out what was set to the value that it had
    (API reference of UpdateItem, ReturnValues: the attributes that the expression names).
    """
    if ours[0] != "done" or other[0] != "done" or call.parameters.get("ReturnValues") not in UPDATED:
        return False
    said = {name: value for name, value in other[2].items() if name not in ("id", "record")}
    stayed = [name for name in ours[2] if name not in said]
    return said == {name: value for name, value in ours[2].items() if name in said} and all(
        name in call.parameters["UpdateExpression"] for name in stayed
    )


UNLIKE = (
    _crashes_on_what_is_not_defined,
    _does_not_show_what_stood_in_the_way,
    _lets_bounds_cross,
    _looks_at_the_condition_first,
    _sees_other_updates,
)


def outcome(client: Any, table: str, call: Call) -> Answer:
    """What a call says, in a form that can be compared; of an error its code."""
    try:
        if call.method in ("scan", "query"):
            return "found", _arranged(_pages(getattr(client, call.method), call.on(table)), call)
        answer = getattr(client, call.method)(**call.on(table))
    except ClientError as error:
        return "refused", error.response["Error"]["Code"], _canonical(error.response.get("Item") or {})
    except KeyError as error:
        return "crashed", type(error).__name__, {}
    if call.method == "batch_get_item":
        return "found", _sorted(answer["Responses"].get(table, [])), answer["UnprocessedKeys"]
    return "done", _canonical(answer.get("Item", {})), _canonical(answer.get("Attributes", {}))


def _arranged(pages: list[list[Any]], call: Call) -> list[Any]:
    """Pages as they come where there is an order. Items with the same key of an index have none among themselves (AWS,
    Developer Guide, "Using Global Secondary Indexes": its keys need not be unique).
    """
    items = [item for page in pages for item in page]
    match call.method, call.parameters.get("IndexName"):
        case "query", None:
            return pages
        case "query", "mailable":
            return [item for _, same in groupby(items, lambda item: item.get("id")) for item in _sorted([*same])]
        case _:
            return _sorted(items)


def _pages(ask: Callable[..., Any], request: dict[str, Any]) -> list[list[Any]]:
    pages: list[list[Any]] = []
    while True:
        answer = ask(**request)
        assert answer["Count"] == len(answer["Items"]) <= request.get("Limit", 1_000_000)
        if answer["Items"]:
            pages.append([_canonical(item) for item in answer["Items"]])
        if "LastEvaluatedKey" not in answer:
            return pages
        request = {**request, "ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _sorted(items: list[Any]) -> list[Any]:
    return sorted((_canonical(item) for item in items), key=lambda item: json.dumps(item, sort_keys=True))


def _canonical(value: Any) -> Any:
    """The value with its sets in order."""
    if isinstance(value, dict):
        if value.keys() in ({"SS"}, {"NS"}):
            return {kind: sorted(content) for kind, content in value.items()}
        return {name: _canonical(each) for name, each in value.items()}
    return [_canonical(each) for each in value] if isinstance(value, list) else value


KEY = {"id": {"S": "a"}, "record": {"S": "b"}}
FAULTS: dict[str, Call] = {
    "a key that is an empty text": Call("put_item", {"Item": {**KEY, "id": {"S": ""}}}),
    "a key that is missing": Call("put_item", {"Item": {"id": {"S": "a"}}}),
    "a key of another type": Call("put_item", {"Item": {**KEY, "id": {"N": "1"}}}),
    "half a key": Call("get_item", {"Key": {"id": {"S": "a"}}}),
    "an item that is too big": Call("put_item", {"Item": {**KEY, "text": {"S": "x" * 410_000}}}),
    "an item that grows too big": Call(
        "update_item",
        {
            "Key": KEY,
            "UpdateExpression": "SET big = :big",
            "ExpressionAttributeValues": {":big": {"S": "x" * 410_000}},
        },
    ),
    "a reserved word": Call("update_item", {"Key": KEY, "UpdateExpression": "REMOVE status"}),
    "a name that is not defined": Call("update_item", {"Key": KEY, "UpdateExpression": "REMOVE #a"}),
    "a value that is not defined": Call("update_item", {"Key": KEY, "UpdateExpression": "SET a = :a"}),
    "a name that is not used": Call(
        "update_item", {"Key": KEY, "UpdateExpression": "REMOVE a", "ExpressionAttributeNames": {"#b": "b"}}
    ),
    "a value that is not used": Call(
        "update_item", {"Key": KEY, "UpdateExpression": "REMOVE a", "ExpressionAttributeValues": {":b": {"S": "b"}}}
    ),
    "an update of the key": Call("update_item", {"Key": KEY, "UpdateExpression": "REMOVE id"}),
    "a section twice": Call("update_item", {"Key": KEY, "UpdateExpression": "REMOVE a REMOVE b"}),
    "an attribute twice": Call("update_item", {"Key": KEY, "UpdateExpression": "REMOVE a, a"}),
    "an attribute that is not there": Call("update_item", {"Key": KEY, "UpdateExpression": "SET a = b"}),
    "a sum of texts": Call(
        "update_item",
        {"Key": KEY, "UpdateExpression": "SET a = :a + :a", "ExpressionAttributeValues": {":a": {"L": []}}},
    ),
    "an empty expression": Call("update_item", {"Key": KEY, "UpdateExpression": ""}),
    "no number": Call("put_item", {"Item": {**KEY, "a": {"N": "one"}}}),
    "an empty set": Call("put_item", {"Item": {**KEY, "a": {"SS": []}}}),
    "a set with one thing twice": Call("put_item", {"Item": {**KEY, "a": {"SS": ["a", "a"]}}}),
    "two keys that are one": Call("batch_get_item", {"of_the_table": {"Keys": [KEY, KEY]}}),
    "a consistent read of an index": Call(
        "query",
        {
            "IndexName": "mailable",
            "KeyConditionExpression": "mailable = :a",
            "ExpressionAttributeValues": {":a": {"S": "a"}},
            "ConsistentRead": True,
        },
    ),
    "no partition key": Call(
        "query",
        {"KeyConditionExpression": "record1 = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}},
    ),
    "a condition that does not hold": Call("delete_item", {"Key": KEY, "ConditionExpression": "attribute_exists(id)"}),
}


@pytest.fixture(scope="module")
def other_in_words(dynalite: str) -> Any:
    return client(endpoint=dynalite)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_in_the_words_of_aws(ours: Any, other_in_words: Any, fault: str) -> None:
    name = f"faults-{next(_numbers)}"
    said = []
    for each in (ours, other_in_words):
        each.create_table(TableName=name, **TABLE)
        while each.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
            pass
        with pytest.raises(ClientError) as refusal:
            getattr(each, FAULTS[fault].method)(**FAULTS[fault].on(name))
        said.append((refusal.value.response["Error"]["Code"], refusal.value.response["Error"]["Message"]))
    assert said[0] == said[1]
