"""The Leads table: leads with their evidence and every attempt to hand them off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.leads.lead import Evidence, Lead, lead_id
from newsletter.platform.aws.items import conditional, from_item, holds, to_item
from newsletter.platform.times import iso, parse_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class KeptLead:
    """A stored lead for "my data": `shown` has everything that is stored, with every attempt to hand it off."""

    offer: str
    at: datetime
    shown: Mapping[str, Any]


class Leads:
    """One item per lead."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    @staticmethod
    def id_of(subscriber: str, offer: str) -> str:
        """The id that a lead of this subscriber for this offer has, or would have."""
        return lead_id(subscriber, offer)

    def create(self, lead: Lead) -> bool:
        """Store a new lead; False when this subscriber took up this offer before."""
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(
                {
                    "lead": lead.id,
                    "subscriber": lead.subscriber,
                    "offer": lead.offer,
                    "how": lead.how,
                    "at": iso(lead.at),
                    "mailing": lead.mailing,
                    "batch": lead.batch,
                    "position": lead.position,
                    "evidence": {
                        "method": lead.evidence.method,
                        "user_agent": lead.evidence.user_agent,
                        "network": lead.evidence.network,
                        "headers": dict(lead.evidence.headers),
                    },
                    "attempts": [],
                }
            ),
            ConditionExpression="attribute_not_exists(#lead)",
            ExpressionAttributeNames={"#lead": "lead"},
        )

    def get(self, lead: str) -> Lead | None:
        """The lead of that id, or None."""
        item = self._item(lead)
        if item is None:
            return None
        return Lead(
            id=item["lead"],
            subscriber=item["subscriber"],
            offer=item["offer"],
            how=item["how"],
            at=parse_iso(item["at"]),
            mailing=item["mailing"],
            batch=item["batch"],
            position=item["position"],
            evidence=Evidence(**item["evidence"]),
        )

    def kept(self, lead: str) -> KeptLead | None:
        """The lead with everything that is stored of it, or None."""
        item = self._item(lead)
        return KeptLead(item["offer"], parse_iso(item["at"]), item) if item else None

    def _item(self, lead: str) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=to_item({"lead": lead}), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def erase(self, lead: str) -> int:
        """Remove a lead; 1 when there was one."""
        answer = self._client.delete_item(TableName=self._table, Key=to_item({"lead": lead}), ReturnValues="ALL_OLD")
        return 1 if answer.get("Attributes") else 0

    def handed_off(self, lead: str) -> bool:
        """Whether the CRM has accepted the lead."""
        item = self._item(lead)
        return bool(item and "handed_off_at" in item)

    def add_attempt(self, lead: str, at: datetime, result: str, *, taken: bool) -> None:
        """Record one attempt, and whether the CRM accepted the lead; does nothing for a lead that was erased."""
        conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"lead": lead}),
            UpdateExpression="SET attempts = list_append(attempts, :attempt)"
            + (", handed_off_at = :at" if taken else ""),
            ConditionExpression="attribute_exists(#lead)",
            ExpressionAttributeNames={"#lead": "lead"},
            ExpressionAttributeValues=to_item(
                {":attempt": [{"at": iso(at), "result": result}], **({":at": iso(at)} if taken else {})}
            ),
        )
