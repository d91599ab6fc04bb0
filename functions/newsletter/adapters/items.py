"""DynamoDB attribute values to and from plain Python, and the one conditional-write error everybody meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

GET_LIMIT = 100
"""AWS: at most 100 items in one BatchGetItem."""

Item = dict[str, Any]
"""An item as the low-level client speaks it: {"name": {"S": "value"}}."""


def to_value(value: Any) -> dict[str, Any]:
    """One attribute value: str, bool, int, float, None, list, dict, set/frozenset of int or str (not empty)."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [to_value(element) for element in value]}
        case dict():
            return {"M": {key: to_value(element) for key, element in value.items()}}
        case set() | frozenset():
            numbers = all(isinstance(element, int) for element in value)
            return {"NS" if numbers else "SS": sorted(str(element) for element in value)}
    message = f"no attribute value for {type(value).__name__}"
    raise TypeError(message)


def from_value(value: Mapping[str, Any]) -> Any:
    """The inverse of to_value; numbers without a point are int, sets are frozensets."""
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return _number(content)
        case "NULL":
            return None
        case "L":
            return [from_value(element) for element in content]
        case "M":
            return {key: from_value(element) for key, element in content.items()}
        case "NS":
            return frozenset(_number(element) for element in content)
        case "SS":
            return frozenset(content)
    message = f"attribute type {kind} is not ours"
    raise TypeError(message)


def to_item(values: Mapping[str, Any]) -> Item:
    """A whole item; attributes that are None are left out."""
    return {name: to_value(value) for name, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A whole item as plain values."""
    return {name: from_value(value) for name, value in item.items()}


def holds(client: Any, operation: str, **request: Any) -> bool:
    """Whether the conditional write took place; False when its condition did not hold, any other error is raised."""
    try:
        getattr(client, operation)(**request)
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def batch_get(client: Any, table: str, keys: list[Item], only: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The items of at most 100 keys as plain values, read consistently, in no order; ValueError for more.

    `only` these attributes, or all.
    """
    return [from_item(item) for item in batch_get_items(client, table, keys, only)]


def batch_get_items(client: Any, table: str, keys: list[Item], only: Iterable[str] = ()) -> list[Item]:
    """The same as the client gives them, where values of their own would take time."""
    if len(keys) > GET_LIMIT:
        message = f"{len(keys)} items at once; at most {GET_LIMIT}"
        raise ValueError(message)
    names = {f"#{name}": name for name in only}
    shown = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}
    found: list[Item] = []
    while keys:
        answer = client.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True, **shown}})
        found.extend(answer["Responses"].get(table, []))
        keys = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
    return found


def pages(client: Any, **query: Any) -> Iterator[dict[str, Any]]:
    """Every item of a query as plain values, page after page."""
    while True:
        answer = client.query(**query)
        for item in answer["Items"]:
            yield from_item(item)
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _number(text: str) -> int | float:
    with suppress(ValueError):
        return int(text)
    return float(text)
