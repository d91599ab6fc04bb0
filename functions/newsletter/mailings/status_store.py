"""The status of each mailing, on the mailing's own item, and the list of mailings that are not over yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from newsletter.mailings.status import UNKNOWN_TIME, MailingState, MailingStatus
from newsletter.platform.aws.items import from_item, holds, pages, to_item
from newsletter.platform.times import iso, parse_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STORED_AS = {MailingState.PILOT: "canary"}
"""States that are stored under another word: stacks of the first release hold it."""
UNFINISHED = "unfinished"
"""Partition of the Content table with one line per mailing that the monitor has to look at."""


class MailingStatuses:
    """Every change is one conditional write, so that of two changes at the same time one fails."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def status(self, mailing: str) -> MailingStatus | None:
        """The mailing's status, read without its text; None for an unknown mailing."""
        answer = self._client.get_item(
            TableName=self._table,
            Key=_key(mailing),
            ConsistentRead=True,
            ProjectionExpression="pk, #state, state_since, state_reason, state_by, state_until, to_emit, #slice,"
            " refused",
            ExpressionAttributeNames={"#state": "state", "#slice": "slice"},
        )
        return status_of(from_item(answer["Item"])) if "Item" in answer else None

    def compare_and_set(self, mailing: str, before: MailingStatus, after: MailingStatus) -> bool:
        """Change the status from `before` to `after`; False when it is not `before` any more."""
        kept = {name: value for name, value in status_values(after).items() if value is not None}
        dropped = [name for name, value in status_values(after).items() if value is None]
        unchanged = "#state = :before AND #state_since = :before_since"
        if before == MailingStatus():
            # Mailings that were stored before there was a status are being sent.
            unchanged = f"attribute_exists(pk) AND (attribute_not_exists(#state) OR {unchanged})"
        return holds(
            self._client,
            "update_item",
            # An update within the same state (`until`, `needs_requeue`) can be repeated without hiding a change.
            repeatable=(after.state, after.since) == (before.state, before.since),
            TableName=self._table,
            Key=_key(mailing),
            UpdateExpression="SET "
            + ", ".join(f"#{name} = :{name}" for name in kept)
            + (f" REMOVE {', '.join(f'#{name}' for name in dropped)}" if dropped else ""),
            ConditionExpression=unchanged,
            ExpressionAttributeNames={f"#{name}": name for name in (*kept, *dropped)},
            ExpressionAttributeValues=to_item(
                {f":{name}": value for name, value in kept.items()}
                | {":before": _stored(before.state), ":before_since": iso(before.since)}
            ),
        )

    def unfinished(self) -> Iterator[str]:
        """The ids of planned mailings that are not over yet."""
        for item in pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": UNFINISHED}),
            ConsistentRead=True,
        ):
            yield item["sk"]

    def finish(self, mailing: str) -> None:
        """Take the mailing off the list of unfinished ones; doing it twice is harmless."""
        self._client.delete_item(TableName=self._table, Key=to_item({"pk": UNFINISHED, "sk": mailing}))


def status_values(status: MailingStatus) -> dict[str, Any]:
    """The attributes of a status, None for those that are absent. Stored names are those of the first release."""
    return {
        "state": _stored(status.state),
        "state_since": iso(status.since),
        "state_reason": status.reason or None,
        "state_by": status.by or None,
        "state_until": iso(status.until) if status.until else None,
        "to_emit": status.needs_requeue or None,
        "slice": status.pilot_shards or None,
        "refused": status.refused or None,
    }


def status_of(item: Mapping[str, Any]) -> MailingStatus:
    """The status among the attributes of a mailing's item."""
    if "state" not in item:
        return MailingStatus()
    return MailingStatus(
        state=_state(item["state"]),
        since=parse_iso(item["state_since"]) if "state_since" in item else UNKNOWN_TIME,
        reason=item.get("state_reason", ""),
        by=item.get("state_by", ""),
        until=parse_iso(item["state_until"]) if "state_until" in item else None,
        needs_requeue=item.get("to_emit", False),
        pilot_shards=item.get("slice", ""),
        refused=item.get("refused", 0),
    )


def _stored(state: MailingState) -> str:
    return STORED_AS.get(state, state.value)


def _state(stored: str) -> MailingState:
    return next((state for state, word in STORED_AS.items() if word == stored), None) or MailingState(stored)


def _key(mailing: str) -> dict[str, Any]:
    return to_item({"pk": f"mailing#{mailing}", "sk": "mailing"})
