"""The tables: there, with their indexes, expiry and backups."""

from __future__ import annotations

import os
from typing import Any

from cli.checks.stack import TABLE, tables_differences
from cli.checks.storage import names_in_stack
from cli.doctor.finding import Finding, fault, of_difference, together, warning
from cli.doctor.place import Place
from rehearsal import environment


def look(place: Place) -> Finding:
    """Their state, and in what they differ from infra/storage.yaml."""
    found = [
        of_difference(where, message, is_fault=is_fault)
        for where, message, is_fault in tables_differences(place.template, place.client, local=place.local)
    ]
    actual = names_in_stack(environment.of_functions(place.template), os.environ)
    names = [name for each in place.template.of_type(TABLE) if (name := actual(each.physical_id))]
    missing = {name for name in names for each in found if f"table {name}: is not there" in each.message}
    for name in (each for each in names if each not in missing):
        found += state_of(name, place.client("dynamodb"))
    protected = "" if place.local else ", with point-in-time recovery"
    return together(found, f"{len(names)} tables with their indexes and expiry{protected}")


def state_of(name: str, dynamodb: Any) -> list[Finding]:
    """What is wrong with the state of a table, by a client of boto3; nothing where it can be used."""
    found = dynamodb.describe_table(TableName=name)["Table"]
    status = found.get("TableStatus", "ACTIVE")
    if status in ("ACTIVE", "UPDATING"):
        return []
    key = found.get("SSEDescription", {}).get("KMSMasterKeyArn", "")
    if status == "INACCESSIBLE_ENCRYPTION_CREDENTIALS":
        return [fault(f"table {name} cannot be read: its key is switched off", f"aws kms enable-key --key-id {key}")]
    if status in ("ARCHIVED", "ARCHIVING"):
        return [fault(f"table {name} is {status}", f"aws dynamodb list-backups --table-name {name}")]
    return [warning(f"table {name} is {status}", f"aws dynamodb wait table-exists --table-name {name}")]
