"""A consent record as it is stored: in an item of its own, or in the profile when an import brought it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsletter.platform.times import iso, parse_iso
from newsletter.readers.consents.consent import Consent, ConsentRecord


def to_stored(record: ConsentRecord) -> dict[str, Any]:
    """Plain values: all of the record but its number."""
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
    """The record of that number."""
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
