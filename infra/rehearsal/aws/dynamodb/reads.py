"""GetItem, BatchGetItem, Query and Scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb.errors import AwsError, Item, invalid, invalid_parameter, known
from rehearsal.aws.dynamodb.expressions.key_conditions import key_condition
from rehearsal.aws.dynamodb.expressions.syntax import SyntaxFault
from rehearsal.aws.dynamodb.expressions.updates import projection
from rehearsal.aws.dynamodb.partition import Record
from rehearsal.aws.dynamodb.requests import CONTEXT, Expressions, Request, bad
from rehearsal.aws.dynamodb.values import weigh_item

if TYPE_CHECKING:
    from rehearsal.aws.dynamodb.schema import Index
    from rehearsal.aws.dynamodb.state import State
    from rehearsal.aws.dynamodb.table import Table

PAGE = 1024 * 1024
"""Bytes that Query and Scan read at most for one answer, before any filter."""
BATCH, BATCH_BYTES = 100, 16 * 1024 * 1024
SHOWN = ("ProjectionExpression", "ConsistentRead", "ExpressionAttributeNames")
PAGED = ("TableName", "ExclusiveStartKey", "Limit", "FilterExpression", "Select", "ProjectionExpression", *CONTEXT)


def get_item(database: State, request: Request) -> dict[str, Any]:
    """The item with a key."""
    known(request, "GetItem", "TableName", "Key", *SHOWN)
    table, expressions = database.table(request), Expressions(request)
    table.schema.check_key(request["Key"])
    record = _read(database, table, request["Key"], consistent=bool(request.get("ConsistentRead")))
    shown = expressions.shown(record.item if record else {})
    return {"Item": shown} if record else {}


def batch_get_item(database: State, request: Request) -> dict[str, Any]:
    """The items of up to 100 keys, in no order; what is throttled or too much comes back."""
    known(request, "BatchGetItem", "RequestItems")
    wanted = request["RequestItems"]
    if not 1 <= sum(len(each["Keys"]) for each in wanted.values()) <= BATCH:
        raise invalid("Too many items requested for the BatchGetItem call")
    found: dict[str, list[Item]] = {}
    left: dict[str, dict[str, Any]] = {}
    room, refusals = BATCH_BYTES, []
    for name, each in wanted.items():
        table, expressions = _batched(database, name, each)
        found[name], rest = [], []
        for key in each["Keys"]:
            try:
                record = _read(database, table, key, consistent=bool(each.get("ConsistentRead")))
            except AwsError as error:
                refusals.append(error)
                rest.append(key)
                continue
            room -= record.size if record else 0
            if record and room >= 0:
                found[name].append(expressions.shown(record.item))
            elif record:
                rest.append(key)
        if rest:
            left[name] = {**each, "Keys": rest}
    if refusals and not any(found.values()):
        raise refusals[0]
    return {"Responses": found, "UnprocessedKeys": left}


def _batched(database: State, name: str, wanted: Request) -> tuple[Table, Expressions]:
    """A table and what is wanted of it. Raises AwsError."""
    known(wanted, "BatchGetItem", "Keys", *SHOWN)
    table, expressions = database.table({"TableName": name}), Expressions(wanted)
    for key in wanted["Keys"]:
        table.schema.check_key(key)
    if len({table.schema.key.of(key) for key in wanted["Keys"]}) != len(wanted["Keys"]):
        raise invalid("Provided list of item keys contains duplicates")
    return table, expressions


def query(database: State, request: Request) -> dict[str, Any]:
    """A page of the items under one partition key."""
    known(request, "Query", "IndexName", "KeyConditionExpression", "ScanIndexForward", "ConsistentRead", *PAGED)
    table, expressions = database.table(request), Expressions(request)
    index = _index(table, request, expressions)
    key = index.key if index else table.schema.key
    try:
        partition, span = key_condition(request["KeyConditionExpression"], key, expressions.names, expressions.values)
    except SyntaxFault as fault:
        raise bad("KeyConditionExpression", fault) from None
    after, forward = _start(table, index, request), request.get("ScanIndexForward", True)
    resource = f"{table.label}/{index.name}" if index else table.label
    database.may_read_partition(table, resource, partition)
    more = False
    if index is None:
        records = table.query(partition, span, after, forward=forward)
    elif table.unwritten is not None and index.name in table.unwritten.indexes:
        items, more = table.unwritten.page(index.name, partition, after, request.get("Limit"))
        records = (Record(item, weigh_item(item)) for item in items)
        request = {name: value for name, value in request.items() if name != "Limit"}
    else:
        records = table.query_index(index, partition, span, after, forward=forward)
    answer, size, last = _page(records, request, expressions)
    if last is None and more:
        last = items[-1]  # type: ignore[possibly-undefined] # `more` comes with them
    database.read_partition(table, resource, partition, size, consistent=bool(request.get("ConsistentRead")))
    return {**answer, "LastEvaluatedKey": _key_of(table, index, last)} if last else answer


def scan(database: State, request: Request) -> dict[str, Any]:
    """A page of all items of a table, or of a segment of it."""
    known(request, "Scan", "Segment", "TotalSegments", "ConsistentRead", *PAGED)
    table, expressions = database.table(request), Expressions(request)
    segment, segments = request.get("Segment", 0), request.get("TotalSegments", 1)
    if ("Segment" in request) != ("TotalSegments" in request):
        missing, given = ("TotalSegments", "Segment") if "Segment" in request else ("Segment", "TotalSegments")
        raise invalid(
            f"The {missing} parameter is required but was not present in the request when parameter {given} is present"
        )
    if not 0 <= segment < segments:
        raise invalid(
            f"The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} "
            f"is not less than TotalSegments: {segments}"
        )
    records = table.scan(segment, segments, _start(table, None, request))
    answer, size, last = _page(records, request, expressions)
    database.billed_read(table, size, consistent=bool(request.get("ConsistentRead")))
    return {**answer, "LastEvaluatedKey": _key_of(table, None, last)} if last else answer


def _read(database: State, table: Table, key: Item, *, consistent: bool) -> Record | None:
    """The record with a key that has been checked. Raises AwsError where its partition is throttled."""
    database.may_read(table, key)
    record = table.find(key)
    database.read(table, key, record.size if record else 0, consistent=consistent)
    return record


def _page(
    records: Iterable[Record], request: Request, expressions: Expressions
) -> tuple[dict[str, Any], int, Item | None]:
    """The answer, the bytes read, and the item after which the next page begins; None where this is the last."""
    limit, size, scanned = request.get("Limit"), 0, 0
    if limit is not None and limit < 1:
        raise invalid(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1"
        )
    items: list[Item] = []
    last: Item | None = None
    ended = True
    rest: Iterator[Record] = iter(records)
    for record in rest:
        size, scanned, last = size + record.size, scanned + 1, record.item
        if expressions.holds("FilterExpression", record.item):
            items.append(expressions.shown(record.item))
        # AWS says where to go on when it stops for Limit, whether or not anything is left.
        if scanned == limit:
            ended = False
            break
        if size >= PAGE:
            after = next(rest, None)
            ended = after is None
            break
    answer = {"Items": items, "Count": len(items), "ScannedCount": scanned}
    if request.get("Select") == "COUNT":
        del answer["Items"]
    elif request.get("Select", "ALL_ATTRIBUTES") not in ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"):
        raise invalid(f"Select with {request['Select']}")
    return answer, size, None if ended else last


def _index(table: Table, request: Request, expressions: Expressions) -> Index | None:
    name = request.get("IndexName")
    if name is None:
        return None
    index = table.schema.indexes.get(name)
    if index is None:
        raise invalid("The table does not have the specified index: " + name)
    if request.get("ConsistentRead"):
        raise invalid("Consistent reads are not supported on global secondary indexes")
    text = request.get("ProjectionExpression")
    if text and index.held is not None:
        try:
            missing = [path for path in projection(text, expressions.names) if path not in index.held]
        except SyntaxFault as fault:
            raise bad("ProjectionExpression", fault) from None
        if missing:
            raise invalid_parameter(f"Global secondary index {name} does not project [{', '.join(missing)}]")
    return index


def _start(table: Table, index: Index | None, request: Request) -> Item | None:
    key: Item | None = request.get("ExclusiveStartKey")
    if key is None:
        return None
    expected = {*table.schema.key.names, *(index.key.names if index else ())}
    if key.keys() != expected:
        raise invalid("The provided starting key is invalid")
    return key


def _key_of(table: Table, index: Index | None, item: Item) -> Item:
    names = chain(index.key.names if index else (), table.schema.key.names)
    return {name: item[name] for name in names}
