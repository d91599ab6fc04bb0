"""What was counted of a mailing, kept beside its ledger: tallies of shards, and the certificate once it is over."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item, pages, to_item
from newsletter.platform.times import iso, parse_iso
from newsletter.reports.stats import MailingStats
from newsletter.sending.deliveries_store import LIFE
from newsletter.sending.ledger import Certificate

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CERTIFICATE = "certificate"


class StatsStore:
    """Items of the Deliveries table. They are derived: losing one costs a count, never a fact."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def is_large(self, mailing: str, prefix: str) -> bool:
        """Whether the items below the prefix fill more than a page of a query, 1 MB: some 16,000 recipients."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND begins_with(part, :prefix)",
            ExpressionAttributeValues=to_item({":mailing": mailing, ":prefix": prefix}),
            Select="COUNT",
        )
        return "LastEvaluatedKey" in answer

    def of_shards(self, mailing: str) -> dict[str, MailingStats]:
        """The tallies kept of the mailing, by shard."""
        found = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND begins_with(part, :prefix)",
            ExpressionAttributeValues=to_item({":mailing": mailing, ":prefix": "tally#"}),
        )
        return {item["part"].removeprefix("tally#"): _tally(item) for item in found}

    def put(self, mailing: str, shard: str, tally: MailingStats) -> None:
        """Keep a shard's tally."""
        self._put(mailing, f"tally#{shard}", tally)

    def certificate(self, mailing: str) -> MailingStats | None:
        """The count that ended the mailing, if it is over."""
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"mailing": mailing, "part": CERTIFICATE}), ConsistentRead=True
        )
        return _tally(from_item(answer["Item"])) if "Item" in answer else None

    def put_certificate(self, mailing: str, tally: MailingStats) -> None:
        """Keep the count that ends the mailing."""
        self._put(mailing, CERTIFICATE, tally)

    def _put(self, mailing: str, part: str, tally: MailingStats) -> None:
        values = {
            "sums": asdict(tally.sums),
            "to_the_end": tally.planned_to_the_end,
            "lately": tally.lately,
            "standings": dict(tally.standings),
            "at": iso(tally.at),
            "expires": int((tally.at + LIFE).timestamp()),
        }
        self._client.put_item(TableName=self._table, Item=to_item({"mailing": mailing, "part": part, **values}))


def _tally(item: dict[str, Any]) -> MailingStats:
    sums = Certificate(**{field.name: item["sums"].get(field.name, 0) for field in fields(Certificate)})
    return MailingStats(sums, item["to_the_end"], parse_iso(item["at"]), item["lately"], item["standings"])
