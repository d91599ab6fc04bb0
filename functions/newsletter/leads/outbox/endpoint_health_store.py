"""How the CRM's endpoint is, as all functions see it: one item of the Guards table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.platform.aws.items import from_item, holds, to_item
from newsletter.platform.times import iso, parse_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"key": "crm#endpoint"}
TRIES = 4
"""How often a change is tried while another function changes the item too; there are two at most."""


class CrmEndpoint:
    """The health that `leads/outbox/endpoint_health.py` works out. An endpoint without an item works."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def health(self) -> EndpointHealth:
        """How it is now."""
        return self._read()[0]

    def change(self, step: Callable[[EndpointHealth], EndpointHealth]) -> tuple[EndpointHealth, EndpointHealth]:
        """What the endpoint was and is after `step`, which is written only if it changes something.

        Where others change it all the time, the last step is left out: the next attempt tells the same again.
        """
        before, version = self._read()
        for _ in range(TRIES):
            after = step(before)
            if after == before or self._replaced(version, after):
                return before, after
            before, version = self._read()
        return before, before

    def claim_probe(self, now: datetime) -> bool:
        """Whether the caller may send one event to an endpoint whose rest is over."""
        health, version = self._read()
        rested = health.off_at is None and health.resting_until is not None and health.resting_until <= now
        return rested and self._replaced(version, health.probing(now))

    def _read(self) -> tuple[EndpointHealth, int]:
        answer = self._client.get_item(TableName=self._table, Key=to_item(KEY), ConsistentRead=True)
        item = from_item(answer["Item"]) if "Item" in answer else {}
        return EndpointHealth(
            failures=item.get("failures", 0),
            refusals=item.get("refusals", 0),
            resting_until=_moment(item.get("resting_until")),
            off_at=_moment(item.get("off_at")),
            off_why=item.get("off_why", ""),
            well_since=_moment(item.get("well_since")),
            asked_until=_moment(item.get("asked_until")),
            only_lead=item.get("only_lead", ""),
            pauses=item.get("pauses", 0),
        ), item.get("version", 0)

    def _replaced(self, version: int, health: EndpointHealth) -> bool:
        values: dict[str, Any] = {
            **KEY,
            "version": version + 1,
            "failures": health.failures,
            "refusals": health.refusals,
            "resting_until": iso(health.resting_until) if health.resting_until else None,
            "off_at": iso(health.off_at) if health.off_at else None,
            "off_why": health.off_why or None,
            "well_since": iso(health.well_since) if health.well_since else None,
            "asked_until": iso(health.asked_until) if health.asked_until else None,
            "only_lead": health.only_lead or None,
            "pauses": health.pauses or None,
        }
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(values),
            ConditionExpression="attribute_not_exists(#version) OR #version = :version",
            ExpressionAttributeNames={"#version": "version"},
            ExpressionAttributeValues=to_item({":version": version}),
        )


def _moment(text: str | None) -> datetime | None:
    return parse_iso(text) if text else None
