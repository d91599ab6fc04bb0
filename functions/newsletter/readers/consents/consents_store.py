"""The chain of consent records of each reader, in the Subscribers table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import holds, pages, to_item
from newsletter.readers.consents.consent import Consent, ConsentRecord, Seal, faults, next_record
from newsletter.readers.consents.consent_items import from_stored, to_stored
from newsletter.readers.profiles.records_store import CONSENT, PROFILE, ReaderRecords
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES = 10
"""How often an append is tried; two for the same reader at the same time are rare."""


class Consents:
    """Only appends. The number is part of the key, so of two writers at once one gets it and the other tries the next.

    `key` returns the secret for the seals; it is called when the first record is written or checked.
    """

    def __init__(self, client: DynamoDBClient, table: str, key: Callable[[], bytes]) -> None:
        self._client = client
        self._table = table
        self._key = key
        self._records = ReaderRecords(client, table)

    def chain(self, subscriber: str) -> list[ConsentRecord]:
        """All records in order, that of an import first."""
        return self._read(subscriber)[0]

    def seal(self, subscriber: str) -> Seal:
        """The seal for the reader's records."""
        return Seal(self._key(), subscriber)

    def faults(self, subscriber: str) -> list[str]:
        """What is wrong with the reader's chain, in words; empty if it is complete and proves the profile's status."""
        chain, profile = self._read(subscriber)
        active = profile.get("status") == Status.ACTIVE
        return faults(chain, profile.get("consent_head", ""), self.seal(subscriber), active=active)

    def append(self, subscriber: str, consent: Consent) -> ConsentRecord:
        """Add the consent to the end of the chain, unless one with the same `unique` is in it; its record.

        For an erased reader it is not stored, unless they have filled in a form since and this is its confirmation.
        """
        for _ in range(TRIES):
            chain, profile = self._read(subscriber)
            known = next((record for record in chain if record.consent.unique == consent.unique), None)
            if known is not None:
                return known
            record = next_record(chain, consent, self.seal(subscriber))
            erased_at = profile.get("erased_at", "")
            if erased_at and not self._records.signed_up_since(subscriber, erased_at, consent.at):
                return record
            if self._put_new(subscriber, record):
                return record
        message = f"reader {subscriber}: {TRIES} tries to append a consent record met another writer"
        raise RuntimeError(message)

    def _read(self, subscriber: str) -> tuple[list[ConsentRecord], dict[str, Any]]:
        """The chain, and the profile, which has the hash of the last record. The profile sorts after the records."""
        items = pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND #record BETWEEN :first AND :last",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":first": CONSENT, ":last": PROFILE}),
            ConsistentRead=True,
        )
        chain: list[ConsentRecord] = []
        profile: dict[str, Any] = {}
        for item in items:
            if item["record"].startswith(CONSENT):
                chain.append(from_stored(int(item["record"].removeprefix(CONSENT)), item))
            elif item["record"] == PROFILE:
                profile = item
        if "brought" in profile:
            chain.insert(0, from_stored(0, profile["brought"]))
        return chain, profile

    def _put_new(self, subscriber: str, record: ConsentRecord) -> bool:
        return holds(
            self._client,
            "put_item",
            repeatable=True,  # append finds its own record by `unique`
            TableName=self._table,
            Item=to_item({"id": subscriber, "record": f"{CONSENT}{record.number:05}", **to_stored(record)}),
            ConditionExpression="attribute_not_exists(id)",
        )
