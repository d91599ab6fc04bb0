"""Calls of DynamoDB as the product writes them, drawn at random, with and without a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

TABLE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("id", "record", "mailable", "due_shard", "due_at")
    ],
    "KeySchema": [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "record", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "mailable",
            "KeySchema": [
                {"AttributeName": "mailable", "KeyType": "HASH"},
                {"AttributeName": "id", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["topics", "tries"]},
        },
        {
            "IndexName": "due",
            "KeySchema": [
                {"AttributeName": "due_shard", "KeyType": "HASH"},
                {"AttributeName": "due_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
    ],
}
"""Like Subscribers in infra/storage.yaml: with a sort key, a sparse index of some attributes and one of all."""

NAMES = {"#status": "status", "#count": "count", "#record": "record"}
"""Of these the first two are reserved words."""


@dataclass(frozen=True)
class Call:
    """A method of the client with its parameters, the table's name left out."""

    method: str
    parameters: Mapping[str, Any]

    def on(self, table: str) -> dict[str, Any]:
        """All parameters of the call on this table."""
        if self.method.startswith("batch"):
            return {"RequestItems": {table: self.parameters["of_the_table"]}}
        return {"TableName": table, **self.parameters}


texts = st.sampled_from(["", "a", "b", "Ä", "été", "a#1", "🙂", "zz"])
# moto keeps zeros that say nothing; tests/aws/rehearsal/test_dynamodb_limits.py says what DynamoDB does.
numbers = st.sampled_from(["0", "1", "-3", "2.5", "10", "1795500000.25", "99999999999999999999"])
scalars = st.one_of(
    st.builds(lambda text: {"S": text}, texts),
    st.builds(lambda number: {"N": number}, numbers),
    st.sampled_from([{"BOOL": True}, {"BOOL": False}, {"NULL": True}]),
)
sets = st.one_of(
    st.builds(lambda some: {"SS": sorted(some)}, st.sets(texts.filter(bool), min_size=1, max_size=3)),
    st.builds(lambda some: {"NS": sorted(some)}, st.sets(st.sampled_from(["1", "2.5", "-3"]), min_size=1, max_size=3)),
)
lists = st.builds(lambda some: {"L": some}, st.lists(scalars, max_size=2))
values = st.one_of(scalars, sets, lists, st.builds(lambda a: {"M": {"of": a}}, scalars))

ids = st.sampled_from(["r1", "r2", "r3"])
records = st.sampled_from(["profile", "consent#1", "consent#2", "visit#ä"])
keys = st.builds(lambda one, two: {"id": {"S": one}, "record": {"S": two}}, ids, records)
shards = st.sampled_from([{"S": "x"}, {"S": "y"}])
times = st.sampled_from([{"S": "2026-01"}, {"S": "2026-02"}, {"S": "2026-03"}])
bags = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from([{"S": "active"}, {"S": "left"}]),
        "tries": numbers.map(lambda number: {"N": number}),
        "count": numbers.map(lambda number: {"N": number}),
        "topics": sets,
        "seen": lists,
        "note": values,
        "mailable": shards,
        "due_shard": shards,
        "due_at": times,
    },
)

conditions = st.sampled_from(
    [
        ("attribute_not_exists(id)", (), ()),
        ("attribute_exists(id)", (), ()),
        ("#status = :status", ("#status",), (":status",)),
        ("#status <> :status", ("#status",), (":status",)),
        ("attribute_not_exists(tries) OR tries < :most", (), (":most",)),
        (
            "(#count >= :most AND #status = :status) OR NOT attribute_exists(seen)",
            ("#count", "#status"),
            (":most", ":status"),
        ),
        ("tries BETWEEN :zero AND :most", (), (":zero", ":most")),
        ("begins_with(#status, :start)", ("#status",), (":start",)),
        ("contains(#status, :start)", ("#status",), (":start",)),
        ("NOT contains(topics, :start)", (), (":start",)),
        ("contains(seen, :start)", (), (":start",)),
        ("note = :other", (), (":other",)),
        ("tries > #count", ("#count",), ()),
    ]
)  # fmt: skip
changes = st.sampled_from(
    [
        ("SET tries = :most", (), (":most",)),
        ("SET tries = if_not_exists(tries, :zero) + :most", (), (":zero", ":most")),
        ("SET tries = tries - :most", (), (":most",)),
        ("SET #status = :status REMOVE seen, note", ("#status",), (":status",)),
        ("SET seen = list_append(if_not_exists(seen, :none), :list)", (), (":none", ":list")),
        ("SET seen = list_append(seen, :list)", (), (":list",)),
        ("SET sent_2 = if_not_exists(sent_1, :zero), sent_1 = :most", (), (":zero", ":most")),
        ("SET note = :other", (), (":other",)),
        ("ADD #count :most", ("#count",), (":most",)),
        ("ADD topics :set SET #status = :status", ("#status",), (":set", ":status")),
        ("ADD tries :most, #count :zero", ("#count",), (":most", ":zero")),
        ("DELETE topics :set", (), (":set",)),
        ("SET mailable = :shard, due_shard = :shard, due_at = :time", (), (":shard", ":time")),
        ("REMOVE mailable, due_shard, due_at", (), ()),
        ("SET note = tries, tries = #count", ("#count",), ()),
        ("SET #record = :status", ("#record",), (":status",)),
        ("SET due_at = :most", (), (":most",)),
    ]
)
given = st.fixed_dictionaries(
    {
        ":status": st.sampled_from([{"S": "active"}, {"S": "left"}]),
        ":most": numbers.map(lambda number: {"N": number}),
        ":zero": st.just({"N": "0"}),
        ":start": st.sampled_from([{"S": "act"}, {"S": ""}]),
        ":other": values,
        ":none": st.just({"L": []}),
        ":list": lists,
        ":set": sets,
        ":shard": shards,
        ":time": times,
    }
)
faults = st.sampled_from([None] * 8 + ["name left out", "value left out", "name unused", "value unused"])


@st.composite
def expressions(draw: st.DrawFn, *, update: bool) -> dict[str, Any]:
    """A condition, perhaps an update, and the names and values of both; sometimes one too many or too few."""
    asked = draw(given)
    parts = []
    request: dict[str, Any] = {}
    if update:
        parts.append(draw(changes))
        request["UpdateExpression"] = parts[-1][0]
        request["ReturnValues"] = draw(st.sampled_from(["NONE", "ALL_NEW", "ALL_OLD", "UPDATED_NEW", "UPDATED_OLD"]))
    if draw(st.booleans()):
        parts.append(draw(conditions))
        request["ConditionExpression"] = parts[-1][0]
        request["ReturnValuesOnConditionCheckFailure"] = draw(st.sampled_from(["NONE", "ALL_OLD"]))
    names = {name: NAMES[name] for part in parts for name in part[1]}
    some = {name: asked[name] for part in parts for name in part[2]}
    match draw(faults):
        case "name left out" if names:
            names.popitem()
        case "value left out" if some:
            some.popitem()
        case "name unused" if parts:
            names["#unused"] = "unused"
        case "value unused" if parts:
            some[":unused"] = {"S": "unused"}
    return request | ({"ExpressionAttributeNames": names} if names else {}) | (
        {"ExpressionAttributeValues": some} if some else {}
    )  # fmt: skip


key_conditions = st.sampled_from(
    [
        (None, "id = :id", {}),
        (None, "id = :id AND begins_with(#record, :start)", {":start": {"S": "consent#"}}),
        (None, "id = :id AND #record BETWEEN :low AND :high", {":low": {"S": "consent#2"}, ":high": {"S": "profile"}}),
        (None, "id = :id AND #record < :low", {":low": {"S": "profile"}}),
        (None, "id = :id AND #record >= :low", {":low": {"S": "consent#2"}}),
        (None, "id = :id AND #record > :low", {":low": {"S": "profile"}}),
        (None, "#record = :low AND id = :id", {":low": {"S": "profile"}}),
        ("mailable", "mailable = :shard", {}),
        ("due", "due_shard = :shard", {}),
        ("due", "due_shard = :shard AND due_at <= :time", {":time": {"S": "2026-02"}}),
    ]
)


@st.composite
def queries(draw: st.DrawFn) -> Call:
    """A query of the table or an index, as a whole or page by page."""
    index, text, some = draw(key_conditions)
    request: dict[str, Any] = {"KeyConditionExpression": text, "ExpressionAttributeValues": dict(some)}
    partition = {":id": {"S": draw(ids)}} if index is None else {":shard": draw(shards)}
    request["ExpressionAttributeValues"] |= partition
    if "#record" in text:
        request["ExpressionAttributeNames"] = {"#record": "record"}
    if index:
        request["IndexName"] = index
    request |= draw(st.fixed_dictionaries({}, optional={"Limit": st.integers(1, 3), "ScanIndexForward": st.booleans()}))
    return Call("query", request)


def _parameters(key: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {"Key": key, **more}


writes = st.one_of(
    st.builds(
        lambda key, bag, more: Call("put_item", {"Item": {**bag, **key}, **more}), keys, bags, expressions(update=False)
    ),
    st.builds(lambda key, more: Call("update_item", _parameters(key, more)), keys, expressions(update=True)),
    st.builds(lambda key, more: Call("delete_item", _parameters(key, more)), keys, expressions(update=False)),
    st.builds(
        lambda puts, bag: Call(
            "batch_write_item", {"of_the_table": [{"PutRequest": {"Item": {**bag, **key}}} for key in puts]}
        ),
        st.lists(keys, min_size=1, max_size=3),
        bags,
    ),
)
reads = st.one_of(
    st.builds(lambda key: Call("get_item", {"Key": key, "ConsistentRead": True}), keys),
    st.builds(
        lambda key: Call(
            "get_item",
            {"Key": key, "ProjectionExpression": "id, #status", "ExpressionAttributeNames": {"#status": "status"}},
        ),
        keys,
    ),
    st.builds(
        lambda some: Call("batch_get_item", {"of_the_table": {"Keys": some, "ConsistentRead": True}}),
        st.lists(keys, min_size=1, max_size=4),
    ),
    queries(),
    st.builds(lambda limit: Call("scan", {"Limit": limit} if limit else {}), st.integers(0, 4)),
)
calls = st.lists(st.one_of(writes, writes, reads), min_size=1, max_size=12)
