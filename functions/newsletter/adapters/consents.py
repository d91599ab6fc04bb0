"""The chain of consent records of each reader, in the Subscribers table."""

from __future__ import annotations

from typing import Any

from newsletter.adapters.items import holds, pages, to_item
from newsletter.domain.consent import Consent, ConsentRecord, next_record
from newsletter.domain.times import iso, parse_iso

TRIES = 10
"""Appends of one reader's records meet each other at most now and then."""


class Consents:
    """Appends only. Two appends at once take different numbers: the number is the key, and the first writer has it."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def chain(self, subscriber: str) -> list[ConsentRecord]:
        """All records in their order."""
        items = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND begins_with(#record, :prefix)",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":prefix": "consent#"}),
            ConsistentRead=True,
        )
        return [_record(item) for item in items]

    def append(self, subscriber: str, consent: Consent, *, first: bool = False) -> ConsentRecord:
        """Put the consent at the end of the chain, unless its very act is in it already; its record.

        `first` says that there is most likely no chain yet, which saves reading it.
        """
        for attempt in range(TRIES):
            chain = self.chain(subscriber) if attempt or not first else []
            known = next((record for record in chain if record.consent.unique == consent.unique), None)
            if known is not None:
                return known
            record = next_record(chain, consent)
            if self._put_new(subscriber, record):
                return record
        message = f"reader {subscriber}: {TRIES} tries to append a consent record met another writer"
        raise RuntimeError(message)

    def _put_new(self, subscriber: str, record: ConsentRecord) -> bool:
        consent = record.consent
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item(
                {
                    "id": subscriber,
                    "record": f"consent#{record.number:05}",
                    "act": consent.act,
                    "how": consent.how,
                    "at": iso(consent.at),
                    "unique": consent.unique,
                    "text_version": consent.text_version,
                    "language": consent.language,
                    "network": consent.network,
                    "mailing": consent.mailing,
                    "evidence": consent.evidence,
                    "previous": record.previous,
                    "hash": record.hash,
                }
            ),
            ConditionExpression="attribute_not_exists(id)",
        )


def _record(item: dict[str, Any]) -> ConsentRecord:
    return ConsentRecord(
        number=int(item["record"].removeprefix("consent#")),
        consent=Consent(
            act=item["act"],
            how=item["how"],
            at=parse_iso(item["at"]),
            unique=item["unique"],
            text_version=item["text_version"],
            language=item["language"],
            network=item["network"],
            mailing=item["mailing"],
            evidence=item["evidence"],
        ),
        previous=item["previous"],
        hash=item["hash"],
    )
