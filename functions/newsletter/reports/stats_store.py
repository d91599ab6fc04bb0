"""Stored stats, in the Deliveries table: of the shards of large mailings, of mailings that are over, and as
lists of mailings show them.

The stored names `tally#…`, `lately` and `standings` are those of the first release.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from newsletter.mailings.planning.ledger_keys import LIFE
from newsletter.platform.aws.items import from_item, pages, to_item
from newsletter.platform.times import iso, parse_iso
from newsletter.reports.arm_counts import ArmCount
from newsletter.reports.certificate import Certificate
from newsletter.reports.groups import groups
from newsletter.reports.stats import MailingStats
from newsletter.reports.visit_counts import from_stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CERTIFICATE = "certificate"
NEWEST = "newest"


class StatsStore:
    """Everything here is computed from the ledger, so that a lost item can be counted again."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of_shards(self, mailing: str) -> dict[str, MailingStats]:
        """The stored stats of the mailing, by shard."""
        found = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="mailing = :mailing AND begins_with(part, :prefix)",
            ExpressionAttributeValues=to_item({":mailing": mailing, ":prefix": "tally#"}),
        )
        return {item["part"].removeprefix("tally#"): _stats(item) for item in found}

    def put(self, mailing: str, shard: str, stats: MailingStats) -> None:
        """Store a shard's stats."""
        self._put(mailing, f"tally#{shard}", stats)

    def certificate(self, mailing: str) -> MailingStats | None:
        """The stats that were stored when the mailing was over, or None."""
        return self._of_mailing(mailing, CERTIFICATE)

    def put_certificate(self, mailing: str, stats: MailingStats) -> None:
        """Store the final stats of a mailing that is over."""
        self._put(mailing, CERTIFICATE, stats)

    def newest(self, mailing: str) -> MailingStats | None:
        """The stats of the mailing as they were last counted, or None."""
        return self._of_mailing(mailing, NEWEST)

    def put_newest(self, mailing: str, stats: MailingStats) -> None:
        """Store the stats of the whole mailing as they are now."""
        self._put(mailing, NEWEST, stats)

    def _of_mailing(self, mailing: str, part: str) -> MailingStats | None:
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"mailing": mailing, "part": part}), ConsistentRead=True
        )
        return _stats(from_item(answer["Item"])) if "Item" in answer else None

    def _put(self, mailing: str, part: str, stats: MailingStats) -> None:
        values = {
            "sums": asdict(stats.sums),
            "to_the_end": stats.planned_to_the_end,
            "lately": stats.recent,
            "standings": dict(stats.statuses),
            "visits": stats.visits.stored,
            "groups": stats.groups.stored,
            "in_flight": stats.in_flight,
            "arms": {arm: list(counted) for arm, counted in stats.arms.items()} or None,
            "at": iso(stats.at),
            "expires": int((stats.at + LIFE).timestamp()),
        }
        self._client.put_item(TableName=self._table, Item=to_item({"mailing": mailing, "part": part, **values}))


def _stats(item: dict[str, Any]) -> MailingStats:
    sums = Certificate(**{field.name: item["sums"].get(field.name, 0) for field in fields(Certificate)})
    visits = from_stored(item["visits"])
    return MailingStats(
        sums,
        item["to_the_end"],
        parse_iso(item["at"]),
        item["lately"],
        item["standings"],
        visits,
        item["in_flight"],
        groups=groups.from_stored(item["groups"]),
        arms={arm: ArmCount(*counted) for arm, counted in item.get("arms", {}).items()},
    )
