"""Which leads are a reader's: a record under their id for each, so that they are found without knowing any offer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.times import iso
from newsletter.readers.profiles.records_store import LEAD, ReaderRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LeadPointers:
    """Pointers in the Subscribers table to leads in theirs."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._records = ReaderRecords(client, table)

    def add(self, subscriber: str, lead: str, offer: str, at: datetime) -> bool:
        """Point to a lead before it is written; False when the reader was erased and must have none."""
        self._records.add({"id": subscriber, "record": f"{LEAD}{lead}", "offer": offer, "at": iso(at)})
        return not self._records.erased(subscriber)
