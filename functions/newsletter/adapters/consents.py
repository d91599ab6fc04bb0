"""The chain of consent records of each reader, in the Subscribers table."""

from __future__ import annotations

from typing import Any

from newsletter.adapters.consent_items import from_stored, to_stored
from newsletter.adapters.items import holds, pages, to_item
from newsletter.adapters.subscribers import PROFILE
from newsletter.domain.consent import Consent, ConsentRecord, next_record

TRIES = 10
"""Appends of one reader's records meet each other at most now and then."""


class Consents:
    """Appends only. Two appends at once take different numbers: the number is the key, and the first writer has it."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def chain(self, subscriber: str) -> list[ConsentRecord]:
        """All records in their order. What an import brought stands in the profile, which sorts after the others."""
        items = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND #record BETWEEN :first AND :last",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":first": "consent#", ":last": PROFILE}),
            ConsistentRead=True,
        )
        chain: list[ConsentRecord] = []
        for item in items:
            if item["record"].startswith("consent#"):
                chain.append(from_stored(int(item["record"].removeprefix("consent#")), item))
            elif "brought" in item:
                chain.insert(0, from_stored(0, item["brought"]))
        return chain

    def append(self, subscriber: str, consent: Consent) -> ConsentRecord:
        """Put the consent at the end of the chain, unless its very act is in it already; its record."""
        for _ in range(TRIES):
            chain = self.chain(subscriber)
            known = next((record for record in chain if record.consent.unique == consent.unique), None)
            if known is not None:
                return known
            record = next_record(chain, consent)
            if self._put_new(subscriber, record):
                return record
        message = f"reader {subscriber}: {TRIES} tries to append a consent record met another writer"
        raise RuntimeError(message)

    def _put_new(self, subscriber: str, record: ConsentRecord) -> bool:
        return holds(
            self._client,
            "put_item",
            repeatable=True,  # the record itself tells whose act it is: see append
            TableName=self._table,
            Item=to_item({"id": subscriber, "record": f"consent#{record.number:05}", **to_stored(record)}),
            ConditionExpression="attribute_not_exists(id)",
        )
