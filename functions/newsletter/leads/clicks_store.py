"""Visits to the links of subscribers' mails, in the Subscribers table, kept as long as the publication says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.leads.lead import Evidence
from newsletter.platform.aws.items import conditional, from_item, holds, to_item
from newsletter.platform.times import iso
from newsletter.readers.profiles.records_store import CLICK
from newsletter.readers.subscriber import CurrentSubscriber

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_SAMPLES = 2
"""How many visits after the first are stored with their evidence; further ones are only counted."""


class Clicks:
    """One item per subscriber, mailing, link, method and hour, however often the link is opened.

    Each expires `life` after its first visit.
    """

    def __init__(self, client: DynamoDBClient, table: str, life: timedelta) -> None:
        self._client = client
        self._table = table
        self._life = life

    def add(self, reader: CurrentSubscriber, mailing: str, link: str, evidence: Evidence, now: datetime) -> bool:
        """Store a visit. False when it was only counted, or not stored: its reader does not allow that, or was erased.

        The item has the evidence of the first visit of the hour, `samples` of later ones, `count` and `last_at`.
        """
        if not reader.may_be_tracked:
            return False
        key = {"id": reader.id, "record": f"{CLICK}{now:%Y-%m-%dT%H}#{mailing}#{link}#{evidence.method}"}
        shown = {
            "at": iso(now),
            "user_agent": evidence.user_agent,
            "network": evidence.network,
            "headers": dict(evidence.headers),
        }
        of = {"mailing": mailing, "link": link, "method": evidence.method}
        first = conditional(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({**key, **of, **shown, "count": 1, "expires": int((now + self._life).timestamp())}),
            ConditionExpression="attribute_not_exists(id)",
        )
        return first.took_place or self._count(key, shown, now, known=from_item(first.item))

    def _count(self, key: dict[str, str], shown: dict[str, Any], now: datetime, known: dict[str, Any]) -> bool:
        """Count one more visit, and store its evidence while there are fewer than MAX_SAMPLES.

        Concurrent visits may each add the last sample, so that there are a few more, which is harmless.
        """
        room = len(known.get("samples", [])) < MAX_SAMPLES
        sample = ", samples = list_append(if_not_exists(samples, :none), :sample)" if room else ""
        counted = holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item(key),
            UpdateExpression=f"SET last_at = :at{sample} ADD #count :one",
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames={"#count": "count"},
            ExpressionAttributeValues=to_item(
                {":one": 1, ":at": iso(now), **({":none": [], ":sample": [shown]} if room else {})}
            ),
        )
        return room and counted
