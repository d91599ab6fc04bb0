"""DynamoDB attribute values: whatever we keep comes back as it was."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.aws.items import (
    LONGEST_PAUSE,
    WRITE,
    Item,
    batch_get,
    change,
    from_item,
    from_value,
    holds,
    pages,
    to_item,
    to_value,
)
from newsletter.readers.signup.sign_ups_store import batch_put
from rehearsal.aws.dynamodb.expressions.conditions import condition
from rehearsal.aws.dynamodb.expressions.updates import updated

numbers = st.one_of(st.integers(-(10**37), 10**37), st.floats(allow_nan=False, allow_infinity=False))
sets = st.one_of(
    st.frozensets(st.integers(0, 10**6), min_size=1, max_size=5), st.frozensets(st.text(), min_size=1, max_size=5)
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.text(), sets),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=10,
)


@given(values)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert from_value(to_value(value)) == value


@given(st.dictionaries(st.text().filter(lambda name: name != WRITE), values, max_size=5))
def test_an_item_comes_back_without_what_was_none(item: dict[str, Any]) -> None:
    assert from_item(to_item(item)) == {name: value for name, value in item.items() if value is not None}


@given(st.booleans())
def test_a_truth_value_is_not_taken_for_a_number(value: bool) -> None:  # noqa: FBT001
    assert to_value(value) == {"BOOL": value}
    assert from_value(to_value(value)) is value


def test_a_tuple_is_kept_as_a_list() -> None:
    assert to_value(("a", 1)) == {"L": [{"S": "a"}, {"N": "1"}]}


def test_a_whole_number_comes_back_whole_and_a_broken_one_broken() -> None:
    assert [type(from_value({"N": text})) for text in ("3", "3.0", "1e3", "-7")] == [int, float, float, int]
    assert math.isclose(from_value({"N": "1764050400.123456"}), 1764050400.123456)


@pytest.mark.parametrize("value", [b"bytes", object(), {1: "x"}.keys()])
def test_what_has_no_attribute_value_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no attribute value for"):
        to_value(value)


def test_an_attribute_we_never_write_is_refused() -> None:
    with pytest.raises(TypeError, match="attribute type B is not ours"):
        from_value({"B": b"x"})


class Refused(Exception):
    """What a client raises when a condition does not hold, with the item that stood in the way if AWS named it."""

    def __init__(self, item: Item | None = None) -> None:
        super().__init__()
        self.response = {} if item is None else {"Item": item}


class Client:
    """As much of a boto3 client as a conditional write and a query look at."""

    class exceptions:  # noqa: N801 the name boto3 gives it
        ConditionalCheckFailedException = Refused

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def query(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        result: dict[str, Any] = answer
        return result

    put_item = update_item = delete_item = get_item = query


def client(*answers: Any) -> Any:
    """The same for the checker, which wants all of a client."""
    return Client(*answers)


def test_only_a_condition_that_does_not_hold_is_no_error() -> None:
    put: dict[str, Any] = {"TableName": "t", "Item": to_item({"id": "a", "record": "r"})}
    another = to_item({"id": "a", "record": "r", "write": "another"})
    assert holds(client({}), "put_item", **put)
    assert not holds(client(Refused(another)), "put_item", **put)
    with pytest.raises(RuntimeError, match="throttled"):
        holds(client(RuntimeError("throttled")), "put_item", **put)


class Table:
    """A client whose every write takes effect, whose answer is lost, and which repeats the request as boto3 does."""

    exceptions = Client.exceptions

    def __init__(self, *, names_the_item: bool) -> None:
        self.item: Item | None = None
        self.names_the_item = names_the_item
        self.reads = 0

    def write(self, request: dict[str, Any], effect: Callable[[Item], Item | None]) -> dict[str, Any]:
        names, values = (request.get(f"ExpressionAttribute{kind}", {}) for kind in ("Names", "Values"))
        test = condition(request.get("ConditionExpression", "attribute_exists(id)"))
        for _ in range(2):
            if not test(self.item or {}, names, values):
                shown = self.names_the_item and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
                raise Refused(self.item if shown else None)
            self.item = effect(self.item or {})
        return {}

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self.write(request, lambda _: request["Item"])

    def update_item(self, **request: Any) -> dict[str, Any]:
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        return self.write(request, lambda item: updated(request["UpdateExpression"], item, names, values))

    def delete_item(self, **request: Any) -> dict[str, Any]:
        return self.write(request, lambda _: None)

    def get_item(self, **request: Any) -> dict[str, Any]:
        assert request == {"TableName": "t", "Key": to_item({"id": "a", "record": "r"}), "ConsistentRead": True}
        self.reads += 1
        return {"Item": self.item} if self.item else {}


PUT: dict[str, Any] = {
    "TableName": "t",
    "Item": to_item({"id": "a", "record": "r", "n": 1}),
    "ConditionExpression": "attribute_not_exists(id)",
}
KEY: dict[str, Any] = {"TableName": "t", "Key": to_item({"id": "a", "record": "r"})}


@pytest.mark.parametrize("names_the_item", [True, False])
def test_a_write_whose_answer_was_lost_is_told_as_what_it_is(*, names_the_item: bool) -> None:
    table: Any = Table(names_the_item=names_the_item)
    assert holds(table, "put_item", **PUT)
    assert not holds(table, "put_item", **PUT)
    for update in ("ADD n :one SET m = :one", "SET n = n + :one REMOVE m", "ADD n :one", "REMOVE m ADD n :one"):
        values = {":one": to_value(1)}
        assert holds(table, "update_item", **KEY, UpdateExpression=update, ExpressionAttributeValues=values), update
    assert table.item is not None
    assert table.item["n"] == {"N": "5"}, "each addition counts once"
    gone: dict[str, Any] = {"ConditionExpression": "n = :five", "ExpressionAttributeValues": {":five": to_value(5)}}
    assert holds(table, "delete_item", **KEY, **gone)
    assert table.reads == (1 if names_the_item else 7)


def test_a_refusal_by_what_another_wrote_stays_a_refusal() -> None:
    table: Any = Table(names_the_item=True)
    assert holds(table, "put_item", **PUT)
    busy: dict[str, Any] = {"ConditionExpression": "n = :two", "ExpressionAttributeValues": {":two": to_value(2)}}
    kept = table.item
    assert not holds(table, "update_item", **KEY, UpdateExpression="SET n = :two", **busy)
    assert not holds(table, "delete_item", **KEY, **busy)
    assert table.item == kept


def test_a_write_that_may_be_repeated_carries_no_id_and_asks_for_nothing() -> None:
    client: Any = Client({}, Refused())
    request: dict[str, Any] = {**KEY, "UpdateExpression": "ADD s :s", "ConditionExpression": "attribute_exists(id)"}
    assert holds(client, "update_item", repeatable=True, **request)
    assert not holds(client, "update_item", repeatable=True, **request)
    assert client.requests == [request, request]


def test_an_id_costs_twelve_bytes_and_is_another_for_each_call() -> None:
    client: Any = Client(*[{}] * 100)
    for _ in range(100):
        holds(client, "put_item", **PUT)
    ids = {request["Item"]["write"]["S"] for request in client.requests}
    assert len(ids) == 100
    assert {len("write" + each) for each in ids} == {12}


def test_nobody_above_sees_the_id() -> None:
    table: Any = Table(names_the_item=True)
    assert holds(table, "put_item", **PUT)
    assert table.item is not None
    assert "write" in table.item
    assert from_item(table.item) == {"id": "a", "record": "r", "n": 1}


@given(st.lists(st.lists(st.integers(), max_size=3), min_size=1, max_size=4))
def test_a_query_gives_every_page_once_even_those_without_items(found: list[list[int]]) -> None:
    """DynamoDB may answer with an empty page and a key to go on from."""
    answers = [
        {"Items": [to_item({"n": n}) for n in items], "LastEvaluatedKey": {"page": number}}
        for number, items in enumerate(found)
    ]
    del answers[-1]["LastEvaluatedKey"]
    client: Any = Client(*answers)
    assert [item["n"] for item in pages(client, TableName="t")] == [n for items in found for n in items]
    assert [request.get("ExclusiveStartKey") for request in client.requests] == [
        None,
        *({"page": number} for number in range(len(found) - 1)),
    ]


names = st.sampled_from(("name", "status", "topics", "left_at"))
plain_values = st.one_of(st.none(), st.text(), st.booleans())


@given(
    st.dictionaries(names, plain_values, min_size=1),
    st.sets(st.sampled_from(("passing", "due_at"))),
    st.dictionaries(st.sampled_from(("link", "tracking")), st.text()),
    st.dictionaries(st.one_of(names, st.sampled_from(("passing", "due_at", "link", "tracking"))), st.text()),
)
def test_a_change_sets_removes_and_adds_what_it_says_and_leaves_the_rest(
    new: dict[str, Any], gone: set[str], missing: dict[str, str], before: dict[str, Any]
) -> None:
    request = change(
        new, remove=sorted(gone), unless_there=missing, condition="#kept = :then", compared={"then": "once"}
    )
    after = updated(
        request["UpdateExpression"],
        to_item({**before, "kept": "once"}),
        request["ExpressionAttributeNames"],
        request["ExpressionAttributeValues"],
    )
    expected = missing | {name: value for name, value in before.items() if name not in gone} | new
    assert from_item(after) == {name: value for name, value in expected.items() if value is not None} | {"kept": "once"}
    used = " ".join((request["UpdateExpression"], request["ConditionExpression"]))
    assert all(f"{name}" in used for name in request["ExpressionAttributeNames"]), "AWS refuses a name that is unused"
    assert all(f"{name}" in used for name in request["ExpressionAttributeValues"]), "and a value"


class OneAtATime:
    """DynamoDB with no room: of each batch it takes the first alone."""

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 (boto3's name)
        first, *rest = RequestItems["T"]["Keys"]
        return {"Responses": {"T": [first]}, "UnprocessedKeys": {"T": {"Keys": rest}} if rest else {}}

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        _, *rest = RequestItems["T"]
        return {"UnprocessedItems": {"T": rest} if rest else {}}


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each pause was."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


def test_what_a_read_left_undone_is_asked_for_again_after_ever_longer_pauses(slept: list[float]) -> None:
    keys = [to_item({"id": f"{number}"}) for number in range(8)]
    client: Any = OneAtATime()
    assert batch_get(client, "T", keys) == [from_item(key) for key in keys]
    assert slept == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert max(slept) == LONGEST_PAUSE


def test_what_a_write_left_undone_is_put_again_after_a_pause(slept: list[float]) -> None:
    client: Any = OneAtATime()
    batch_put(client, "T", [to_item({"id": f"{number}"}) for number in range(3)])
    assert slept == [0.05, 0.1]
    slept.clear()
    batch_put(client, "T", [to_item({"id": "alone"})])
    assert slept == []
