"""`newsletter restore merge`: what the table in use has, and a restored one must not have forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.faults import Fault
from cli.output import facts, say
from cli.restore.tables_store import RestoredTables
from newsletter.container import app
from newsletter.platform.aws import clients as aws
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KINDS = {
    ("id", "record"): "Subscribers",
    ("pk", "sk"): "Content",
    ("mailing", "part"): "Deliveries",
    ("lead", "record"): "Leads",
}


def merge(used: str, restored: str, at: str = "", *, dry_run: bool = False) -> int:
    """Write to the table `restored` what the table `used` has; `used` is only read. Doing it again changes nothing."""
    client = aws.client("dynamodb")
    about = [_describe(client, name) for name in (used, restored)]
    kinds = [KINDS.get(tuple(each["AttributeName"] for each in one["KeySchema"])) for one in about]
    if kinds[0] is None or kinds[0] != kinds[1] or used == restored:
        raise Fault(f"{used} is {kinds[0] or 'of another product'}, {restored} is {kinds[1] or 'of another product'}")
    point = _point_in_time(about[1], restored, at)
    run = RestoredTables(client, used, restored, point, _is_erased, dry_run=dry_run)
    if kinds[0] == "Subscribers":
        run.readers()
    else:
        run.items([each["AttributeName"] for each in about[0]["KeySchema"]], str(kinds[0]))
    verb = "would be written to" if dry_run else "written to"
    written, deleted = run.done["written"], run.done["deleted"]
    say(f"{kinds[0]}, restored to {point}: {written} records {verb} {restored}, {deleted} deleted")
    for what in sorted(set(run.done) - {"written", "deleted"}):
        say(f"  {what}: {run.done[what]}")
    facts({"table": restored, "kind": kinds[0], "at": point, **run.done})
    return 0


def _describe(client: DynamoDBClient, name: str) -> Mapping[str, Any]:
    try:
        return client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        raise Fault(f"there is no table {name}; `aws dynamodb list-tables` names those there are") from None


def _point_in_time(about: Mapping[str, Any], name: str, at: str) -> str:
    """As DynamoDB says, else as the option says. Raises Fault where neither does."""
    if at:
        try:
            return iso(parse_iso(at).astimezone(UTC))
        except ValueError:
            raise Fault(f"--at {at}: not a moment such as 2026-11-28T08:00:00Z") from None
    known = about.get("RestoreSummary", {}).get("RestoreDateTime")
    if isinstance(known, datetime):
        return iso(known.astimezone(UTC))
    raise Fault(f"DynamoDB does not say to which moment {name} was restored; add --at 2026-11-28T08:00:00Z")


def _is_erased(reader: str) -> bool:
    return app.subscribers.statuses([reader]).get(reader) is Status.ERASED
