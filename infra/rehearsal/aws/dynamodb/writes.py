"""PutItem, UpdateItem, DeleteItem and BatchWriteItem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb.errors import AwsError, Item, Unsupported, invalid, invalid_parameter, known
from rehearsal.aws.dynamodb.expressions.syntax import SyntaxFault
from rehearsal.aws.dynamodb.expressions.updates import changed_attributes, given_values
from rehearsal.aws.dynamodb.partition import Record
from rehearsal.aws.dynamodb.requests import CONTEXT, Expressions, Request, bad
from rehearsal.aws.dynamodb.values import weigh_item

if TYPE_CHECKING:
    from rehearsal.aws.dynamodb.state import State
    from rehearsal.aws.dynamodb.table import Table

LARGEST_ITEM = 400 * 1024
BATCH = 25
CONDITIONAL = ("TableName", "ConditionExpression", "ReturnValues", "ReturnValuesOnConditionCheckFailure", *CONTEXT)


def put_item(database: State, request: Request) -> dict[str, Any]:
    """Keep an item instead of the one with its key."""
    known(request, "PutItem", "Item", *CONDITIONAL)
    table, expressions, item = database.table(request), Expressions(request), request["Item"]
    size = _checked(table, item)
    database.may_write(table, item)
    before = table.find(item)
    database.written(table, item, max(size, before.size if before else 0))
    _require(expressions, before, request)
    table.put(Record(item, size), before)
    return _returned(request, before, None, allowed=("NONE", "ALL_OLD"))


def update_item(database: State, request: Request) -> dict[str, Any]:
    """Change an item, or make one of its key and the update."""
    known(request, "UpdateItem", "Key", "UpdateExpression", *CONDITIONAL)
    table, expressions, key = database.table(request), Expressions(request), request["Key"]
    table.schema.check_key(key)
    names = _changed(table, expressions, request)
    database.may_write(table, key)
    before = table.find(key)
    old = before.item if before else {}
    if not expressions.holds("ConditionExpression", old):
        database.written(table, key, before.size if before else 0)
        _require(expressions, before, request)
    new = expressions.updated(old or key)
    table.schema.check_index_keys(new)
    size = weigh_item(new)
    if size > LARGEST_ITEM:
        raise invalid("Item size to update has exceeded the maximum allowed size")
    database.written(table, new, max(size, before.size if before else 0))
    after = Record(new, size)
    table.put(after, before)
    return _returned(request, before, after, names)


def delete_item(database: State, request: Request) -> dict[str, Any]:
    """Let an item be gone; it need not be there."""
    known(request, "DeleteItem", "Key", *CONDITIONAL)
    table, expressions, key = database.table(request), Expressions(request), request["Key"]
    table.schema.check_key(key)
    database.may_write(table, key)
    before = table.find(key)
    database.written(table, key, before.size if before else 0)
    _require(expressions, before, request)
    if before is not None:
        table.remove(before)
    return _returned(request, before, None, allowed=("NONE", "ALL_OLD"))


def batch_write_item(database: State, request: Request) -> dict[str, Any]:
    """Up to 25 puts and deletes, each for itself."""
    known(request, "BatchWriteItem", "RequestItems")
    wanted = request["RequestItems"]
    if not 1 <= sum(map(len, wanted.values())) <= BATCH:
        raise invalid("Too many items requested for the BatchWriteItem call")
    for name, each in wanted.items():
        table = database.table({"TableName": name})
        keys = [table.schema.key.of(_key_or_item(table, one)) for one in each]
        if len(set(keys)) != len(keys):
            raise invalid("Provided list of item keys contains duplicates")
    left: dict[str, list[Any]] = {}
    for name, each in wanted.items():
        for one in each:
            try:
                if "PutRequest" in one:
                    put_item(database, {"TableName": name, "Item": one["PutRequest"]["Item"]})
                else:
                    delete_item(database, {"TableName": name, "Key": one["DeleteRequest"]["Key"]})
            except AwsError as error:
                # What is throttled comes back to whoever asked; anything else has been checked before.
                if error.code != "ThrottlingException":
                    raise
                left.setdefault(name, []).append(one)
    return {"UnprocessedItems": left}


def _key_or_item(table: Table, one: Request) -> Item:
    if one.keys() == {"PutRequest"}:
        item: Item = one["PutRequest"]["Item"]
        _checked(table, item)
        return item
    if one.keys() == {"DeleteRequest"}:
        key: Item = one["DeleteRequest"]["Key"]
        table.schema.check_key(key)
        return key
    raise Unsupported(f"BatchWriteItem with {', '.join(one)}")


def _checked(table: Table, item: Item) -> int:
    """The size of an item that may be stored."""
    size = weigh_item(item)
    table.schema.check_item(item)
    if size > LARGEST_ITEM:
        raise invalid("Item size has exceeded the maximum allowed size")
    return size


def _changed(table: Table, expressions: Expressions, request: Request) -> list[str]:
    """The attributes that the update names. Raises AwsError where one of them is part of the key."""
    text = request.get("UpdateExpression")
    if text is None:
        return []
    try:
        names = changed_attributes(text, expressions.names)
    except SyntaxFault as fault:
        raise bad("UpdateExpression", fault) from None
    # Without a look at any item, and so before its condition.
    table.schema.check_index_keys(given_values(text, expressions.names, expressions.values))
    for name in names:
        if name in table.schema.key.names:
            raise invalid_parameter(f"Cannot update attribute {name}. This attribute is part of the key")
    return names


def _require(expressions: Expressions, before: Record | None, request: Request) -> None:
    item = before.item if before else None
    if not expressions.holds("ConditionExpression", item):
        asked = request.get("ReturnValuesOnConditionCheckFailure", "NONE") == "ALL_OLD"
        raise AwsError("ConditionalCheckFailedException", "The conditional request failed", item if asked else None)


def _returned(
    request: Request,
    before: Record | None,
    after: Record | None,
    changed: list[str] | None = None,
    *,
    allowed: tuple[str, ...] = ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"),
) -> dict[str, Any]:
    wanted = request.get("ReturnValues", "NONE")
    if wanted not in allowed:
        raise invalid(f"ReturnValues can only be {' or '.join(sorted(allowed, reverse=True))}")
    record = before if wanted.endswith("OLD") else after
    if record is None or wanted == "NONE":
        return {}
    if wanted.startswith("ALL"):
        return {"Attributes": record.item}
    shown = {name: record.item[name] for name in changed or () if name in record.item}
    return {"Attributes": shown} if shown else {}
