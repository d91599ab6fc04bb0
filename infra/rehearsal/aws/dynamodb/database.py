"""One account's DynamoDB: its operations by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb import reads, tables, writes
from rehearsal.aws.dynamodb.errors import Unsupported
from rehearsal.aws.dynamodb.state import State

if TYPE_CHECKING:
    from rehearsal.aws.dynamodb.requests import Request

OPERATIONS: Mapping[str, Callable[[State, Request], dict[str, Any]]] = {
    "GetItem": reads.get_item,
    "BatchGetItem": reads.batch_get_item,
    "Query": reads.query,
    "Scan": reads.scan,
    "PutItem": writes.put_item,
    "UpdateItem": writes.update_item,
    "DeleteItem": writes.delete_item,
    "BatchWriteItem": writes.batch_write_item,
    "CreateTable": tables.create_table,
    "DescribeTable": tables.describe_table,
    "UpdateTable": tables.update_table,
    "DeleteTable": tables.delete_table,
    "ListTables": tables.list_tables,
    "UpdateTimeToLive": tables.update_time_to_live,
    "DescribeTimeToLive": tables.describe_time_to_live,
    "DescribeContinuousBackups": tables.describe_continuous_backups,
    "UpdateContinuousBackups": tables.update_continuous_backups,
}


class Database(State):
    """What answers requests; how it is set up is said at `State`."""

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        """The answer to an operation. Raises AwsError; Unsupported for what the double does not do."""
        if operation not in OPERATIONS:
            raise Unsupported(f"the operation {operation}")
        with self._lock:
            if self._expiry_delay is not None:
                for table in self.tables.values():
                    table.expire(self._now() - self._expiry_delay)
            if self.meter:
                name = request.get("TableName") or next(iter(request.get("RequestItems", ())), "")
                table_asked = self.tables.get(name)
                self.meter.call("dynamodb", operation, table_asked.label if table_asked else "")
            return OPERATIONS[operation](self, request)
