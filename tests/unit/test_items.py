"""DynamoDB attribute values: whatever we keep comes back as it was."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.adapters.items import from_item, from_value, holds, pages, to_item, to_value

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


@given(st.dictionaries(st.text(), values, max_size=5))
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
    """What a client raises when a condition does not hold."""


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

    put_item = query


def test_only_a_condition_that_does_not_hold_is_no_error() -> None:
    assert holds(Client({}), "put_item", TableName="t")
    assert not holds(Client(Refused()), "put_item", TableName="t")
    with pytest.raises(RuntimeError, match="throttled"):
        holds(Client(RuntimeError("throttled")), "put_item", TableName="t")


@given(st.lists(st.lists(st.integers(), max_size=3), min_size=1, max_size=4))
def test_a_query_gives_every_page_once_even_those_without_items(found: list[list[int]]) -> None:
    """DynamoDB may answer with an empty page and a key to go on from."""
    answers = [
        {"Items": [to_item({"n": n}) for n in items], "LastEvaluatedKey": {"page": number}}
        for number, items in enumerate(found)
    ]
    del answers[-1]["LastEvaluatedKey"]
    client = Client(*answers)
    assert [item["n"] for item in pages(client, TableName="t")] == [n for items in found for n in items]
    assert [request.get("ExclusiveStartKey") for request in client.requests] == [
        None,
        *({"page": number} for number in range(len(found) - 1)),
    ]
