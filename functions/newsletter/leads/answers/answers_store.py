"""Answers to the form after the button, in the Subscribers table, until they are part of the lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import holds, pages, to_item
from newsletter.platform.times import iso_precise, parse_iso
from newsletter.readers.profiles.records_store import ANSWERS, ReaderRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFE = timedelta(days=30)
"""Answers that never became part of a lead (there is none: a machine's page, an erased offer) are kept so long."""


@dataclass(frozen=True)
class GivenAnswers:
    """What was typed, and when it was sent."""

    offer: str
    at: datetime
    answers: Mapping[str, str]


class OfferAnswers:
    """One item per reader and offer: what was sent last."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._records = ReaderRecords(client, table)

    def put(self, subscriber: str, offer: str, answers: Mapping[str, str], now: datetime) -> bool:
        """Keep the answers in place of those before; False for a reader who was erased."""
        if self._records.erased(subscriber):
            return False
        item = {
            "id": subscriber,
            "record": f"{ANSWERS}{offer}",
            "answers": dict(answers),
            "at": iso_precise(now),
            "expires": int((now + LIFE).timestamp()),
        }
        self._client.put_item(TableName=self._table, Item=to_item(item))
        return True

    def of(self, subscriber: str, offer: str) -> GivenAnswers | None:
        """What the reader sent last for the offer and no lead has yet."""
        found = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND #record = :record",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":record": f"{ANSWERS}{offer}"}),
            ConsistentRead=True,
        )
        return next((GivenAnswers(offer, parse_iso(item["at"]), item["answers"]) for item in found), None)

    def taken(self, subscriber: str, given: GivenAnswers) -> None:
        """Remove answers that are part of the lead now, unless others were sent since."""
        holds(
            self._client,
            "delete_item",
            TableName=self._table,
            Key=to_item({"id": subscriber, "record": f"{ANSWERS}{given.offer}"}),
            ConditionExpression="#at = :at",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues=to_item({":at": iso_precise(given.at)}),
        )
