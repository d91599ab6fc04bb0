"""What the rehearsal's DynamoDB refuses, delays and deletes as AWS does, and what it says it does not know."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.dynamodb import AwsError, Database, Unsupported
from rehearsal.aws.dynamodb.throughput import DOUBLES_AFTER
from tests.support.aws.dynamodb_calls import TABLE

KB = 1024


class Clock:
    """Unix time, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_795_500_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def database(clock: Clock, **options: Any) -> Database:
    made = Database(now=clock, **options)
    made.call("CreateTable", {"TableName": "readers", **TABLE})
    return made


def put(database: Database, reader: str, record: str = "profile", **attributes: Any) -> None:
    database.call(
        "PutItem",
        {"TableName": "readers", "Item": {"id": {"S": reader}, "record": {"S": record}, **attributes}},
    )


def mailable(database: Database, **more: Any) -> list[str]:
    request = {
        "TableName": "readers",
        "IndexName": "mailable",
        "KeyConditionExpression": "mailable = :shard",
        "ExpressionAttributeValues": {":shard": {"S": "a"}},
    }
    return [item["id"]["S"] for item in database.call("Query", {**request, **more})["Items"]]


def test_a_partition_takes_a_thousand_write_units_a_second_and_others_are_not_held_up_by_it(clock: Clock) -> None:
    refusing = database(clock, refuse=True)
    for number in range(10):
        put(refusing, "busy", f"record-{number}", text={"S": "x" * (100 * KB - 100)})
    with pytest.raises(AwsError, match="exceeds the current capacity") as refusal:
        put(refusing, "busy")
    assert refusal.value.code == "ThrottlingException"
    assert refusal.value.body["throttlingReasons"][0]["reason"] == "TableWriteKeyRangeThroughputExceeded"
    put(refusing, "idle")
    clock.now += 1
    put(refusing, "busy")
    assert refusing.throughput.peaks["write readers"] == 1000


def fill(database: Database, kilobytes: int) -> int:
    """Ask for so many units within a second, of many partitions; how many it gave."""
    for number in range(kilobytes // 100):
        try:
            put(database, f"r{number % 97}", text={"S": "x" * (100 * KB - 100)})
        except AwsError:
            return number * 100
    return kilobytes


def test_a_new_table_gives_4000_units_a_second_and_within_half_an_hour_twice_its_peak(clock: Clock) -> None:
    new = database(clock, refuse=True)
    assert fill(new, 9_000) == 4_000
    clock.now += 1
    assert fill(new, 3_000) == 3_000
    clock.now += DOUBLES_AFTER - 60
    assert fill(new, 9_000) == 4_000
    clock.now += 120
    assert fill(new, 20_000) == 8_000
    clock.now += DOUBLES_AFTER + 60
    assert fill(new, 20_000) == 16_000
    assert new.throughput.throttled == {("write", "readers", "*"): 4}


def test_what_is_throttled_in_a_batch_comes_back(clock: Clock) -> None:
    refusing = database(clock, refuse=True)
    for number in range(10):
        put(refusing, "busy", f"record-{number}", text={"S": "x" * (100 * KB - 100)})
    requests = [
        {"PutRequest": {"Item": {"id": {"S": reader}, "record": {"S": "profile"}}}} for reader in ("busy", "idle")
    ]
    answer = refusing.call("BatchWriteItem", {"RequestItems": {"readers": requests}})
    assert answer == {"UnprocessedItems": {"readers": requests[:1]}}


def test_an_index_shows_a_write_after_its_delay_and_in_its_order(clock: Clock) -> None:
    delays = iter([5.0, 1.0, 1.0])
    late = database(clock, index_delay=lambda: next(delays))
    put(late, "r1", mailable={"S": "a"})
    put(late, "r2", mailable={"S": "a"})
    clock.now += 2
    assert mailable(late) == [], "the second write must not overtake the first"
    clock.now += 3
    assert mailable(late) == ["r1", "r2"]
    put(late, "r1")
    assert mailable(late) == ["r1", "r2"], "who has left is still shown"
    clock.now += 1
    assert mailable(late) == ["r2"]


def test_what_expired_is_deleted_after_a_while_also_from_indexes(clock: Clock) -> None:
    forgetful = database(clock, expiry_delay=3600.0)
    specification = {"Enabled": True, "AttributeName": "expires"}
    forgetful.call("UpdateTimeToLive", {"TableName": "readers", "TimeToLiveSpecification": specification})
    put(forgetful, "r1", mailable={"S": "a"}, expires={"N": str(int(clock.now) + 60)})
    put(forgetful, "r2", mailable={"S": "a"}, expires={"S": "no number"})
    clock.now += 60 + 3599
    assert mailable(forgetful) == ["r1", "r2"]
    clock.now += 1
    assert mailable(forgetful) == ["r2"]


def test_what_was_put_off_in_time_is_not_deleted(clock: Clock) -> None:
    forgetful = database(clock, expiry_delay=0.0)
    specification = {"Enabled": True, "AttributeName": "expires"}
    forgetful.call("UpdateTimeToLive", {"TableName": "readers", "TimeToLiveSpecification": specification})
    for seconds in (60, 120):
        put(forgetful, "r1", mailable={"S": "a"}, expires={"N": str(int(clock.now) + seconds)})
    clock.now += 100
    assert mailable(forgetful) == ["r1"]


def test_a_page_ends_after_a_megabyte_and_says_where_to_go_on(clock: Clock) -> None:
    full = database(clock)
    for number in range(12):
        put(full, "r1", f"record-{number:02}", text={"S": "x" * (300 * KB)})
    request: dict[str, Any] = {
        "TableName": "readers",
        "KeyConditionExpression": "id = :id",
        "ExpressionAttributeValues": {":id": {"S": "r1"}},
    }
    counts = []
    while True:
        answer = full.call("Query", request)
        counts.append(answer["Count"])
        if "LastEvaluatedKey" not in answer:
            break
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    assert counts == [4, 4, 4]


def test_segments_of_a_scan_are_all_of_the_table_and_nothing_twice(clock: Clock) -> None:
    some = database(clock)
    for number in range(100):
        put(some, f"r{number}")
        put(some, f"r{number}", "consent#1")
    found: list[tuple[str, str]] = []
    for segment in range(7):
        request: dict[str, Any] = {"TableName": "readers", "Segment": segment, "TotalSegments": 7, "Limit": 5}
        while True:
            answer = some.call("Scan", request)
            found += [(item["id"]["S"], item["record"]["S"]) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                break
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    assert len(found) == len(set(found)) == 200


def test_numbers_lose_the_zeros_that_say_nothing(clock: Clock) -> None:
    """AWS, "Supported data types and naming rules": leading and trailing zeros are trimmed."""
    some = database(clock)
    put(some, "r1", numbers={"L": [{"N": number} for number in ("0.50", "007", "-0", "1e3", "100")]})
    answer = some.call("GetItem", {"TableName": "readers", "Key": {"id": {"S": "r1"}, "record": {"S": "profile"}}})
    assert [each["N"] for each in answer["Item"]["numbers"]["L"]] == ["0.5", "7", "0", "1000", "100"]


def test_an_index_can_be_added_to_a_table_that_is_full(clock: Clock) -> None:
    some = database(clock)
    put(some, "r1", company={"S": "Oy Ab"})
    wanted = {
        "IndexName": "by_company",
        "KeySchema": [{"AttributeName": "company", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    some.call(
        "UpdateTable",
        {
            "TableName": "readers",
            "AttributeDefinitions": [{"AttributeName": "company", "AttributeType": "S"}],
            "GlobalSecondaryIndexUpdates": [{"Create": wanted}],
        },
    )
    answer = some.call(
        "Query",
        {
            "TableName": "readers",
            "IndexName": "by_company",
            "KeyConditionExpression": "company = :company",
            "ExpressionAttributeValues": {":company": {"S": "Oy Ab"}},
        },
    )
    assert answer["Items"] == [{"id": {"S": "r1"}, "record": {"S": "profile"}, "company": {"S": "Oy Ab"}}]


@pytest.mark.parametrize(
    ("operation", "parameters", "said"),
    [
        ("TransactWriteItems", {}, "the operation TransactWriteItems"),
        ("GetItem", {"AttributesToGet": ["id"]}, "GetItem with AttributesToGet"),
        ("Query", {"KeyConditions": {}}, "Query with KeyConditions"),
        ("PutItem", {"Item": {"id": {"S": "a"}, "record": {"S": "b"}, "picture": {"B": "AAAA"}}}, "of type B"),
        ("DeleteItem", {"ConditionExpression": "size(email) = email"}, "the function size"),
        ("DeleteItem", {"ConditionExpression": "a.b = c"}, "the expression a.b"),
    ],
)
def test_what_it_does_not_know_it_says(clock: Clock, operation: str, parameters: dict[str, Any], said: str) -> None:
    key = {"id": {"S": "a"}, "record": {"S": "b"}}
    request = {"TableName": "readers", **({"Key": key} if operation in ("GetItem", "DeleteItem") else {}), **parameters}
    with pytest.raises(Unsupported, match=said):
        database(clock).call(operation, request)
