"""Consent records to and from their stored form: an item of its own, or a part of an imported reader's profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsletter.platform.times import iso, parse_iso
from newsletter.readers.consents.consent import Consent, ConsentRecord


def to_stored(record: ConsentRecord) -> dict[str, Any]:
    """The record as plain values, without its number, which is in the key."""
    consent = record.consent
    return {
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


def from_stored(number: int, item: Mapping[str, Any]) -> ConsentRecord:
    """The record with that number, from plain values."""
    return ConsentRecord(
        number=number,
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
