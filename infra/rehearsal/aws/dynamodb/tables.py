"""What is asked about tables themselves: CreateTable, DescribeTable, UpdateTable, DeleteTable, ListTables, expiry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb.errors import AwsError, Unsupported, invalid, known, not_found
from rehearsal.aws.dynamodb.requests import Request

if TYPE_CHECKING:
    from rehearsal.aws.dynamodb.state import State
    from rehearsal.aws.dynamodb.table import Table

CREATED = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


def create_table(database: State, request: Request) -> dict[str, Any]:
    """A table that is there at once."""
    known(request, "CreateTable", *CREATED)
    name = request["TableName"]
    if name in database.tables:
        raise AwsError("ResourceInUseException", f"Table already exists: {name}")
    if request.get("BillingMode") != "PAY_PER_REQUEST":
        raise Unsupported("tables with a BillingMode other than PAY_PER_REQUEST")
    return {"TableDescription": _described(database, database.add_table(name, request))}


def describe_table(database: State, request: Request) -> dict[str, Any]:
    """A table as it is."""
    known(request, "DescribeTable", "TableName")
    return {"Table": _described(database, _named(database, request))}


def delete_table(database: State, request: Request) -> dict[str, Any]:
    """The table is gone with all its items, at once."""
    known(request, "DeleteTable", "TableName")
    table = _named(database, request)
    del database.tables[table.name]
    return {"TableDescription": {**_described(database, table), "TableStatus": "DELETING"}}


def list_tables(database: State, request: Request) -> dict[str, Any]:
    """The names of all tables."""
    known(request, "ListTables")
    return {"TableNames": sorted(database.tables)}


def update_table(database: State, request: Request) -> dict[str, Any]:
    """One index more, which is filled at once, or one less."""
    known(request, "UpdateTable", "TableName", "AttributeDefinitions", "GlobalSecondaryIndexUpdates")
    table = _named(database, request)
    changes = request.get("GlobalSecondaryIndexUpdates", [])
    if len(changes) != 1:
        # AWS: "You can only perform one of these operations at once".
        raise AwsError(
            "LimitExceededException", "Only 1 online index can be created or deleted simultaneously per table"
        )
    ((action, wanted),) = changes[0].items()
    there = wanted["IndexName"] in table.schema.indexes
    if action == "Create":
        if there:
            raise invalid("Attempting to create an index which already exists")
        definitions = request.get("AttributeDefinitions", [])
        known_before = {each["AttributeName"] for each in definitions}
        kept = [each for each in table.properties["AttributeDefinitions"] if each["AttributeName"] not in known_before]
        table.add_index(wanted, [*kept, *definitions])
    elif action == "Delete":
        if not there:
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
        table.drop_index(wanted["IndexName"])
    else:
        raise Unsupported(f"GlobalSecondaryIndexUpdates with {action}")
    return {"TableDescription": _described(database, table)}


def update_time_to_live(database: State, request: Request) -> dict[str, Any]:
    """Let items expire by an attribute, or not any more."""
    known(request, "UpdateTimeToLive", "TableName", "TimeToLiveSpecification")
    table, wanted = _named(database, request), request["TimeToLiveSpecification"]
    if wanted["Enabled"] and table.expires_by:
        raise invalid("TimeToLive is already enabled")
    if not wanted["Enabled"] and not table.expires_by:
        raise invalid("TimeToLive is already disabled")
    table.expire_by(wanted["AttributeName"] if wanted["Enabled"] else "")
    return {"TimeToLiveSpecification": wanted}


def describe_time_to_live(database: State, request: Request) -> dict[str, Any]:
    """By which attribute items expire."""
    known(request, "DescribeTimeToLive", "TableName")
    by = _named(database, request).expires_by
    said = {"TimeToLiveStatus": "ENABLED", "AttributeName": by} if by else {"TimeToLiveStatus": "DISABLED"}
    return {"TimeToLiveDescription": said}


def describe_continuous_backups(database: State, request: Request) -> dict[str, Any]:
    """Whether a table can be brought back as it was at any moment."""
    known(request, "DescribeContinuousBackups", "TableName")
    return _backups(database, request)


def update_continuous_backups(database: State, request: Request) -> dict[str, Any]:
    """Let it be possible, or not any more; nothing is kept for it here."""
    known(request, "UpdateContinuousBackups", "TableName", "PointInTimeRecoverySpecification")
    _backups(database, request)
    wanted = request["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    database.tables[request["TableName"]].backed_up = wanted
    return _backups(database, request)


def _backups(database: State, request: Request) -> dict[str, Any]:
    table = database.tables.get(request["TableName"])
    if table is None:
        raise AwsError("TableNotFoundException", f"Table not found: {request['TableName']}")
    recovery = {"PointInTimeRecoveryStatus": "ENABLED" if table.backed_up else "DISABLED"}
    said = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    return {"ContinuousBackupsDescription": said}


def _named(database: State, request: Request) -> Table:
    table = database.tables.get(request["TableName"])
    if table is None:
        raise not_found(request["TableName"])
    return table


def _described(database: State, table: Table) -> dict[str, Any]:
    arn = database.arn(table)
    described = {
        "TableName": table.name,
        "TableArn": arn,
        "TableStatus": "ACTIVE",
        "CreationDateTime": table.created_at,
        "AttributeDefinitions": table.properties["AttributeDefinitions"],
        "KeySchema": table.properties["KeySchema"],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ItemCount": table.count,
        "TableSizeBytes": table.size,
    }
    indexes = [
        {**index.described, "IndexStatus": "ACTIVE", "IndexArn": f"{arn}/index/{index.name}"}
        for index in table.schema.indexes.values()
    ]
    return {**described, "GlobalSecondaryIndexes": indexes} if indexes else described
