"""The tables of a stack, with their keys, indexes and expiry as the template says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.aws.dynamodb.database import Database
    from rehearsal.aws.dynamodb.table import Unwritten
    from rehearsal.template.model import Stack


def add_tables(database: Database, stack: Stack, unwritten: Mapping[str, Unwritten] | None = None) -> None:
    """Let the database have the stack's tables, empty; `unwritten` items by the table's logical id."""
    for table in stack.of_type("AWS::DynamoDB::Table"):
        source = (unwritten or {}).get(table.logical_id)
        database.add_table(table.physical_id, table.properties, label=table.logical_id, unwritten=source)
