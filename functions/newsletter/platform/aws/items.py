"""Attribute values of DynamoDB to and from plain Python, and conditional writes that recognise their own effect."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict, TypeVar, Unpack, cast

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef, QueryInputTypeDef

GET_LIMIT = 100
"""AWS: at most 100 items in one BatchGetItem."""
SIDE_BY_SIDE = 8
"""Calls about several partitions that are made at the same time; a client has connections for 16."""

PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds before what a batch left undone is asked for again; twice as long each time (AWS: DynamoDB API Reference,
BatchGetItem and BatchWriteItem: "we strongly recommend that you use an exponential backoff algorithm")."""

T = TypeVar("T")
R = TypeVar("R")
Item = dict[str, Any]
"""An item with attribute values: {"name": {"S": "value"}}."""

WRITE = "write"
"""The attribute with the id of the attempt that last wrote the item (see `conditional`): 12 bytes with its name."""
KEYS = (("id", "record"), ("pk", "sk"), ("mailing", "part"), ("lead", "record"), ("key",))
"""The key of each of our tables (infra/storage.yaml)."""
SET = re.compile(r"\bSET ")
NAME = re.compile(r"#(\w+)")


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
    """A whole item as plain values, without the id of its last write, which is of use only here."""
    return {name: from_value(value) for name, value in item.items() if name != WRITE}


Operation = Literal["put_item", "update_item", "delete_item"]


class WriteRequest(TypedDict, total=False):
    """What our conditional writes say to DynamoDB; the names are those of its API."""

    TableName: Required[str]
    Item: Item
    Key: Item
    UpdateExpression: str
    ConditionExpression: str
    ExpressionAttributeNames: dict[str, str]
    ExpressionAttributeValues: Item
    ReturnValues: Literal["ALL_OLD", "ALL_NEW", "UPDATED_NEW"]


@dataclass(frozen=True)
class Written:
    """What became of a conditional write.

    `item`: if it took place, what it returns (ReturnValues), and perhaps more; if not, the item that stood in its way
    (empty for `repeatable` writes, and where there was none).
    """

    took_place: bool
    item: Item


def conditional(
    client: DynamoDBClient, operation: Operation, *, repeatable: bool = False, **request: Unpack[WriteRequest]
) -> Written:
    """Put, update or delete an item once, if its condition holds.

    A write may take effect and its answer be lost. boto3 then repeats it, and its own effect makes the condition false.
    So the item keeps the id of the attempt that wrote it: one id for a call and all its repetitions. A refusal counts
    only if the item was written by another attempt; where it was ours, the write took place. For the same reason an
    update that adds a number or to a list does so once, with or without a condition.

    `repeatable` are writes that change nothing when repeated and do not make their own condition false: an attribute
    set to the same value or removed, a set added to. They need no id, cost none, and leave the one that is there: a
    write of another attempt between ours and its repetition would hide that ours took place. Where two kinds of writes
    with ids may meet within the seconds of boto3's retries, what follows from a success is derived from what is stored.

    Of a delete nothing is left to compare: an item that is gone counts as deleted, whoever deleted it.
    """
    attempt = secrets.token_urlsafe(5)
    sent: dict[str, Any] = dict(request)
    if not repeatable:
        sent["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if operation == "put_item":
            sent["Item"] = {**sent["Item"], WRITE: {"S": attempt}}
        elif operation == "update_item":
            sent |= _once(sent, attempt)
    try:
        answer = getattr(client, operation)(**sent)
    except client.exceptions.ConditionalCheckFailedException as refusal:
        if repeatable:
            return Written(took_place=False, item={})
        # Some emulators refuse without the item; then it is read.
        found = refusal.response.get("Item") or _read(client, sent)
        ours = not found if operation == "delete_item" else found.get(WRITE) == {"S": attempt}
        return Written(took_place=ours, item=found)
    return Written(took_place=True, item=answer.get("Attributes", {}))


def holds(
    client: DynamoDBClient, operation: Operation, *, repeatable: bool = False, **request: Unpack[WriteRequest]
) -> bool:
    """Whether the conditional write took place; False when its condition did not hold, any other error is raised."""
    return conditional(client, operation, repeatable=repeatable, **request).took_place


def change(
    values: Mapping[str, Any],
    *,
    remove: Iterable[str] = (),
    unless_there: Mapping[str, Any] | None = None,
    condition: str = "",
    compared: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The parameters of an UpdateItem that gives attributes these plain values; those that are None are removed.

    `unless_there` are values for attributes that have none yet. The condition writes attributes as `#name` and what
    they are `compared` with as `:name`.
    """
    new = dict(unless_there or {})
    kept = {name: value for name, value in values.items() if value is not None}
    gone = [*(name for name, value in values.items() if value is None), *remove]
    sets = [f"#{name} = :{name}" for name in kept] + [f"#{name} = if_not_exists(#{name}, :{name})" for name in new]
    parts = (("SET", sets), ("REMOVE", [f"#{name}" for name in gone]))
    names = dict.fromkeys([*kept, *new, *gone, *NAME.findall(condition)])
    held = to_item({f":{name}": value for name, value in (kept | new | dict(compared or {})).items()})
    return {
        "UpdateExpression": " ".join(f"{verb} {', '.join(actions)}" for verb, actions in parts if actions),
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        **({"ConditionExpression": condition} if condition else {}),
        **({"ExpressionAttributeValues": held} if held else {}),
    }


def _once(request: dict[str, Any], attempt: str) -> dict[str, Any]:
    """The update with the id of its attempt, and the condition that this attempt has not written the item yet."""
    update, condition = request["UpdateExpression"], request.get("ConditionExpression")
    set_write = f"SET #{WRITE} = :{WRITE}"
    another = f"(attribute_not_exists(#{WRITE}) OR #{WRITE} <> :{WRITE})"
    return {
        "UpdateExpression": SET.sub(f"{set_write}, ", update, count=1)
        if SET.search(update)
        else f"{set_write} {update}",
        "ConditionExpression": f"({condition}) AND {another}" if condition else another,
        "ExpressionAttributeNames": {**request.get("ExpressionAttributeNames", {}), f"#{WRITE}": WRITE},
        "ExpressionAttributeValues": {**request.get("ExpressionAttributeValues", {}), f":{WRITE}": {"S": attempt}},
    }


def _read(client: DynamoDBClient, request: Mapping[str, Any]) -> Item:
    """The item of a write; empty where there is none."""
    named = request.get("Key") or request["Item"]
    key = next(key for key in KEYS if named.keys() >= set(key))
    answer = client.get_item(
        TableName=request["TableName"], Key={name: named[name] for name in key}, ConsistentRead=True
    )
    item: Item = answer.get("Item", {})
    return item


def batch_get(client: DynamoDBClient, table: str, keys: list[Item], only: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The items of at most 100 keys as plain values, read consistently, in no order; ValueError for more.

    `only` names the attributes to read; without it all are read.
    """
    return [from_item(item) for item in batch_get_items(client, table, keys, only)]


def batch_get_items(client: DynamoDBClient, table: str, keys: list[Item], only: Iterable[str] = ()) -> list[Item]:
    """The same as DynamoDB's attribute values: turning thousands of items into plain ones takes time."""
    if len(keys) > GET_LIMIT:
        message = f"{len(keys)} items at once; at most {GET_LIMIT}"
        raise ValueError(message)
    found: list[Item] = []
    pause = PAUSE
    while keys:
        wanted = {"Keys": keys, "ConsistentRead": True, **projection(only)}
        # A cast, since mypy takes no ** of one TypedDict in another.
        answer = client.batch_get_item(RequestItems={table: cast("KeysAndAttributesTypeDef", wanted)})
        found.extend(answer["Responses"].get(table, []))
        left = answer.get("UnprocessedKeys", {}).get(table)
        keys = left["Keys"] if left else []
        if keys:
            pause = paused(pause)
    return found


def paused(seconds: float) -> float:
    """Sleep for so long, which DynamoDB needs to have room again; how long the next pause is."""
    time.sleep(seconds)
    return min(2 * seconds, LONGEST_PAUSE)


class Projection(TypedDict, total=False):
    """Which attributes a read asks for."""

    ProjectionExpression: str
    ExpressionAttributeNames: dict[str, str]


def projection(only: Iterable[str]) -> Projection:
    """Asks a read for these attributes alone; for all, if there are none. Names may be reserved words of DynamoDB."""
    names = {f"#{name}": name for name in only}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}


def pages(client: DynamoDBClient, **query: Unpack[QueryInputTypeDef]) -> Iterator[dict[str, Any]]:
    """Every item of a query as plain values, page after page."""
    while True:
        answer = client.query(**query)
        for item in answer["Items"]:
            yield from_item(item)
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def side_by_side(ask: Callable[[T], R], keys: Iterable[T]) -> Iterator[R]:
    """What `ask` gives for each of the keys, in their order; SIDE_BY_SIDE of them are asked at the same time.

    Each is asked in the context of the caller, whose time limit (time_limit_client.py) holds for them too.
    """
    contexts = [(copy_context(), key) for key in keys]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as executor:
        yield from executor.map(lambda each: each[0].run(ask, each[1]), contexts)


def _number(text: str) -> int | float:
    with suppress(ValueError):
        return int(text)
    return float(text)
