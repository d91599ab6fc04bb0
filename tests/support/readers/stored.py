"""What is stored of readers, as it is stored: for tests that look at attributes which nobody above a store knows."""

from __future__ import annotations

from typing import Any

from newsletter.platform.aws.items import from_item, pages, to_item
from newsletter.readers.profiles.subscribers_store import Subscribers


def stored_profile(subscribers: Subscribers, subscriber: str) -> dict[str, Any] | None:
    """The profile as plain values; None for an id that has none."""
    return next((item for item in stored_records(subscribers, subscriber) if item["record"] == "profile"), None)


def stored_records(subscribers: Subscribers, subscriber: str) -> list[dict[str, Any]]:
    """Every item under the id as plain values."""
    key = {":id": subscriber}
    return list(
        pages(
            subscribers._client,  # noqa: SLF001
            TableName=subscribers._table,  # noqa: SLF001
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues=to_item(key),
            ConsistentRead=True,
        )
    )


def all_stored(subscribers: Subscribers) -> list[dict[str, Any]]:
    """Every item of every reader as plain values."""
    found = subscribers._client.scan(TableName=subscribers._table)  # noqa: SLF001
    items = [from_item(item) for item in found["Items"]]
    return [item for item in items if item["record"] != "fingerprint"]
