"""DynamoDB's tables in memory: the operations our adapters use, with the answers and the bill that AWS would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.bench.stub.expressions import Item, condition, equal_to, projected, updated
from tests.bench.stub.meter import Meter, item_size
from tests.bench.stub.readers import Readers

Request = Mapping[str, Any]


class AwsError(Exception):
    """What AWS answers with status 400."""

    def __init__(self, code: str, message: str, item: Item | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.item = item

    @property
    def response(self) -> dict[str, Any]:
        """The answer as boto3 hands it on."""
        return {} if self.item is None else {"Item": self.item}


@dataclass(frozen=True)
class Table:
    """A table: its name on bills, its key, its items by partition and sort key (empty where it has none)."""

    name: str
    hash_key: str
    range_key: str
    partitions: dict[str, dict[str, Item]] = field(default_factory=dict)

    def key(self, item: Item) -> tuple[str, str]:
        """Where the item belongs."""
        return item[self.hash_key]["S"], item[self.range_key]["S"] if self.range_key else ""


class DynamoDB:
    """The five tables by their physical names. `readers` answers for profiles that nobody has written."""

    def __init__(self, tables: Mapping[str, Table], readers: Readers, meter: Meter) -> None:
        self._tables = tables
        self._readers = readers
        self._meter = meter

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        """The answer to an operation. Raises AwsError."""
        operations = {
            "GetItem": self._get_item,
            "BatchGetItem": self._batch_get_item,
            "BatchWriteItem": self._batch_write_item,
            "PutItem": self._put_item,
            "UpdateItem": self._update_item,
            "DeleteItem": self._delete_item,
            "Query": self._query,
        }
        if operation not in operations:
            raise AwsError("UnknownOperationException", f"the stub does not know DynamoDB's {operation}")
        name = request.get("TableName") or next(iter(request["RequestItems"]))
        table = self._tables[name]
        self._meter.call("dynamodb", operation, table.name)
        return operations[operation](table, request)

    def _get_item(self, table: Table, request: Request) -> dict[str, Any]:
        item = self._find(table, request["Key"])
        self._meter.read(table.name, item_size(item or {}), consistent=bool(request.get("ConsistentRead")))
        return {"Item": _shown(item, request)} if item else {}

    def _batch_get_item(self, table: Table, request: Request) -> dict[str, Any]:
        ((name, wanted),) = request["RequestItems"].items()
        found = [item for key in wanted["Keys"] if (item := self._find(table, key))]
        for item in found:
            self._meter.read(table.name, item_size(item), consistent=bool(wanted.get("ConsistentRead")))
        return {"Responses": {name: [_shown(item, wanted) for item in found]}, "UnprocessedKeys": {}}

    def _batch_write_item(self, table: Table, request: Request) -> dict[str, Any]:
        ((_, wanted),) = request["RequestItems"].items()
        for each in wanted:
            item = each["PutRequest"]["Item"]
            self._meter.write(table.name, max(item_size(item), item_size(self._find(table, item) or {})))
            self._keep(table, item)
        return {"UnprocessedItems": {}}

    def _put_item(self, table: Table, request: Request) -> dict[str, Any]:
        item = request["Item"]
        before = self._find(table, item)
        self._meter.write(table.name, max(item_size(item), item_size(before or {})))
        _require(before, request)
        self._keep(table, item)
        return {}

    def _update_item(self, table: Table, request: Request) -> dict[str, Any]:
        before = self._find(table, request["Key"])
        names, values = _context(request)
        after = None
        if _holds(before, request):
            after = updated(request["UpdateExpression"], before or dict(request["Key"]), names, values)
        self._meter.write(table.name, max(item_size(before or {}), item_size(after or {})))
        _require(before, request)
        if after is None:
            return {}
        self._keep(table, after)
        match request.get("ReturnValues", "NONE"):
            case "UPDATED_NEW":
                changed = {name: value for name, value in after.items() if (before or {}).get(name) != value}
                return {"Attributes": changed}
            case "ALL_NEW":
                return {"Attributes": after}
            case "ALL_OLD":
                return {"Attributes": before or {}}
        return {}

    def _delete_item(self, table: Table, request: Request) -> dict[str, Any]:
        before = self._find(table, request["Key"])
        self._meter.write(table.name, item_size(before or {}))
        _require(before, request)
        hash_key, range_key = table.key(request["Key"])
        table.partitions.get(hash_key, {}).pop(range_key, None)
        return {"Attributes": before} if before and request.get("ReturnValues") == "ALL_OLD" else {}

    def _query(self, table: Table, request: Request) -> dict[str, Any]:
        names, values = _context(request)
        if index := request.get("IndexName"):
            items, last = self._indexed(index, request)
        else:
            partition = table.partitions.get(
                equal_to(table.hash_key, request["KeyConditionExpression"], names, values), {}
            )
            test = condition(request["KeyConditionExpression"])
            ordered = sorted(partition, reverse=not request.get("ScanIndexForward", True))
            items, last = [partition[key] for key in ordered if test(partition[key], names, values)], None
            items = items[: request.get("Limit")]
        size = sum(map(item_size, items))
        self._meter.read(table.name, size, consistent=bool(request.get("ConsistentRead")))
        answer = {"Items": [_shown(item, request) for item in items], "Count": len(items), "ScannedCount": len(items)}
        return {**answer, "LastEvaluatedKey": last} if last else answer

    def _indexed(self, index: str, request: Request) -> tuple[list[Item], Item | None]:
        """A page of the readers' index, or all of what is due."""
        if index == "due":
            asked = request["KeyConditionExpression"], *_context(request)
            shard, test = equal_to("due_shard", *asked), condition(asked[0])
            return [item for item in self._readers.due(shard) if test(item, *asked[1:])], None
        shard = equal_to("mailable", request["KeyConditionExpression"], *_context(request))
        after = request.get("ExclusiveStartKey")
        return self._readers.page(shard, after["id"]["S"] if after else None, request["Limit"])

    def _find(self, table: Table, key: Item) -> Item | None:
        hash_key, range_key = table.key(key)
        item = table.partitions.get(hash_key, {}).get(range_key)
        if item is None and (table.hash_key, range_key) == ("id", "profile"):
            return self._readers.profile(hash_key)
        return item

    def _keep(self, table: Table, item: Item) -> None:
        hash_key, range_key = table.key(item)
        table.partitions.setdefault(hash_key, {})[range_key] = dict(item)


def _context(request: Request) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    return request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})


def _shown(item: Item, request: Request) -> Item:
    return projected(item, request.get("ProjectionExpression"), request.get("ExpressionAttributeNames", {}))


def _holds(before: Item | None, request: Request) -> bool:
    text = request.get("ConditionExpression")
    return text is None or bool(condition(text)(before or {}, *_context(request)))


def _require(before: Item | None, request: Request) -> None:
    if not _holds(before, request):
        shown = before if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else None
        raise AwsError("ConditionalCheckFailedException", "The conditional request failed", shown)
