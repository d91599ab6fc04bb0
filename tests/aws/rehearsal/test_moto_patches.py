"""What we change inside moto changes none of its answers; and where dynalite can be asked, it says the same."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import boto3
import pytest

from rehearsal.aws.dynamodb import Unsupported
from tests.support.aws.moto_calls import CALLS, KEYS, SEEDS, answered, moto

TABLE = {
    "TableName": "Things",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "part", "lot", "place")],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "part", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_lot",
            "KeySchema": [{"AttributeName": "lot", "KeyType": "HASH"}, {"AttributeName": "place", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n", "tags"]},
        }
    ],
}

Call = tuple[str, dict[str, Any]]


# --- DynamoDB --------------------------------------------------------------------------------------------------------


def key(random: Random) -> dict[str, Any]:
    """One of a few keys, so that calls meet each other."""
    return {"id": {"S": f"r{random.randrange(4)}"}, "part": {"S": f"p{random.randrange(5)}"}}


def item(random: Random) -> dict[str, Any]:
    """An item with a value of every type that the product keeps; two of three are in the index."""
    keys = key(random)
    made = {
        **keys,
        "place": {"S": keys["id"]["S"] + keys["part"]["S"]},
        "n": {"N": str(random.randrange(-50, 50))},
        "name": {"S": random.choice(["", "Maija", "Åke \u2028 Öhman", "x" * 300])},
        "yes": {"BOOL": random.random() < 0.5},
        "blank": {"NULL": True},
        "tags": {"SS": sorted(random.sample(["a", "b", "c"], random.randint(1, 3)))},
        "numbers": {"NS": [str(random.randrange(3))]},
        "deep": {"M": {"list": {"L": [{"N": "1"}, {"M": {}}, {"S": "x"}]}}},
    }
    return made | ({"lot": {"S": f"s{random.randrange(2)}"}} if random.random() < 0.67 else {})


def put(random: Random) -> Call:
    """Put, sometimes only where nothing is, or where a number is small enough."""
    named = {"TableName": "Things", "Item": item(random)}
    condition = random.choice(["", "attribute_not_exists(id)", "n < :n"])
    if condition:
        named |= {"ConditionExpression": condition}
    if ":n" in condition:
        named |= {"ExpressionAttributeValues": {":n": {"N": "5"}}}
    return "put_item", named


def update(random: Random) -> Call:
    """Change, count, add to a set or remove; with conditions, names and all kinds of answers."""
    changes: list[tuple[str, dict[str, Any]]] = [
        ("SET n = if_not_exists(n, :z) + :n", {":z": {"N": "0"}, ":n": {"N": "3"}}),
        ("ADD tags :t", {":t": {"SS": ["c", "d"]}}),
        ("DELETE tags :t", {":t": {"SS": ["a"]}}),
        ("REMOVE #s, blank SET #m = :v", {":v": {"S": "Kalle"}}),
        ("SET deep.#m = :v", {":v": {"L": []}}),
    ]
    what, values = random.choice(changes)
    named: dict[str, Any] = {
        "TableName": "Things",
        "Key": key(random),
        "UpdateExpression": what,
        "ExpressionAttributeValues": values,
        "ReturnValues": random.choice(["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_NEW"]),
    }
    names = {short: name for short, name in (("#s", "lot"), ("#m", "name")) if short in what}
    if names:
        named["ExpressionAttributeNames"] = names
    if random.random() < 0.4:
        named["ConditionExpression"] = "attribute_exists(id) AND NOT contains(tags, :no)"
        named["ExpressionAttributeValues"] = values | {":no": {"S": "b"}}
    return "update_item", named


def query(random: Random) -> Call:
    """A page of a partition or of the index, either way round, with a filter and a projection at times."""
    values: dict[str, Any]
    named: dict[str, Any] = {"TableName": "Things", "ScanIndexForward": random.random() < 0.5}
    if random.random() < 0.5:
        named["KeyConditionExpression"] = random.choice(["id = :k", "id = :k AND part >= :p", "id = :k AND part < :p"])
        values = {":k": {"S": f"r{random.randrange(4)}"}, ":p": {"S": "p2"}}
    else:
        named |= {"IndexName": "by_lot", "KeyConditionExpression": "lot = :k AND begins_with(place, :p)"}
        values = {":k": {"S": f"s{random.randrange(2)}"}, ":p": {"S": "r"}}
    if random.random() < 0.5:
        named |= {"FilterExpression": "n > :n OR contains(tags, :t)"}
        values |= {":n": {"N": "0"}, ":t": {"S": "b"}}
    if random.random() < 0.3:
        named |= {"ProjectionExpression": "id, part, n"}
    if random.random() < 0.3:
        named |= {"Limit": random.randint(1, 3)}
    used = json.dumps(named)
    named["ExpressionAttributeValues"] = {name: value for name, value in values.items() if name in used}
    return "query", named


def other(random: Random) -> Call:
    """Reads and deletions, one and many at a time."""
    many = list({str(each): each for each in (key(random) for _ in range(4))}.values())
    calls: list[Call] = [
        ("get_item", {"TableName": "Things", "Key": key(random), "ConsistentRead": True}),
        ("delete_item", {"TableName": "Things", "Key": key(random), "ReturnValues": "ALL_OLD"}),
        ("batch_get_item", {"RequestItems": {"Things": {"Keys": many}}}),
        ("batch_write_item", {"RequestItems": {"Things": [{"DeleteRequest": {"Key": each}} for each in many[:1]]}}),
    ]
    return random.choice(calls)


def transact(random: Random) -> Call:
    """Two writes that take place together or not at all."""
    fresh = {"Put": {"TableName": "Things", "Item": item(random), "ConditionExpression": "attribute_not_exists(id)"}}
    gone = {"Delete": {"TableName": "Things", "Key": {"id": {"S": "r9"}, "part": {"S": "p"}}}}
    return "transact_write_items", {"TransactItems": [fresh, gone]}


def dynamodb_answers(client: Any, seed: int, *, transactions: bool) -> list[Any]:
    """What is said to the calls of a seed, from an empty table on."""
    random = Random(seed)  # noqa: S311
    client.create_table(**TABLE)
    client.get_waiter("table_exists").wait(TableName="Things", WaiterConfig={"Delay": 1})
    said = []
    for _ in range(CALLS):
        operation, named = random.choices((put, update, query, other, transact), (4, 4, 4, 3, 1))[0](random)
        if operation != "transact_write_items" or transactions:
            said.append((f"{operation} {named.get('ReturnValues', '')}", answered(client, operation, named)))
        else:
            said.append((operation, _one_by_one(client, named)))
    client.delete_table(TableName="Things")
    client.get_waiter("table_not_exists").wait(TableName="Things", WaiterConfig={"Delay": 1})
    return said


def _one_by_one(client: Any, named: dict[str, Any]) -> Any:
    """The same writes where there are no transactions; the second depends on nothing."""
    return answered(client, "put_item", named["TransactItems"][0]["Put"])


# --- the comparison --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_moto_answers_the_same_with_our_patches_and_without(seed: int) -> None:
    said = []
    for patched in (True, False):
        with moto(patched=patched):
            said.append(dynamodb_answers(boto3.client("dynamodb", **KEYS), seed, transactions=True))
    assert said[0] == said[1]
    codes = {str(answer) for operation, answer in said[0] if isinstance(answer, str)}
    assert "ConditionalCheckFailedException" in codes, "the conditions were never put to the test"


def without_known_differences(said: tuple[str, Any]) -> tuple[str, Any]:
    """Without what moto itself, patched or not, does in another way than dynalite and DynamoDB.

    It names no place to go on from where a page ends with the last item, and UPDATED_NEW has the key of a new item, but
    no set that was as it should become.
    """
    operation, answer = said
    if isinstance(answer, dict) and operation == "query ":
        return operation, {name: value for name, value in answer.items() if name != "LastEvaluatedKey"}
    return operation, {} if isinstance(answer, dict) and operation == "update_item UPDATED_NEW" else answer


@pytest.mark.parametrize("seed", SEEDS)
def test_dynalite_answers_as_moto_does(seed: int, dynalite: str) -> None:
    with moto(patched=True):
        ours = dynamodb_answers(boto3.client("dynamodb", **KEYS), seed, transactions=False)
    theirs = dynamodb_answers(boto3.client("dynamodb", endpoint_url=dynalite, **KEYS), seed, transactions=False)
    assert list(map(without_known_differences, ours)) == list(map(without_known_differences, theirs))


def test_a_target_that_changes_its_event_is_said_to_be_unknown() -> None:
    with moto(patched=True):
        events, queue = (
            boto3.client("events", **KEYS),
            boto3.client("sqs", **KEYS).create_queue(QueueName="q")["QueueUrl"],
        )
        events.put_rule(Name="r", EventPattern='{"source": ["ours"]}')
        arn = f"arn:aws:sqs:eu-north-1:123456789012:{queue.rpartition('/')[2]}"
        events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn, "InputTransformer": {"InputTemplate": '"x"'}}])
        with pytest.raises(Unsupported, match="InputTransformer of a target of EventBridge"):
            events.put_events(Entries=[{"Source": "ours", "DetailType": "d", "Detail": "{}"}])
