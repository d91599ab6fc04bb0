"""What a reader agreed to or withdrew, as a chain of records: none can be changed or taken out unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from newsletter.domain.times import iso


@dataclass(frozen=True)
class Consent:
    """What somebody agreed to or withdrew, when and how. Never changed, never removed while the reader is known.

    `act` is given or withdrawn; `how` the form, import or click; `unique` names the very act, so that writing it down
    again after a crash adds nothing. The text is found by version and language.
    """

    act: str
    how: str
    at: datetime
    unique: str
    text_version: str = ""
    language: str = ""
    network: str = ""
    mailing: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class ConsentRecord:
    """A link of the chain: `number` counts from 1, `previous` is the hash of the record before (first: empty)."""

    number: int
    consent: Consent
    previous: str
    hash: str


def next_record(chain: Sequence[ConsentRecord], consent: Consent) -> ConsentRecord:
    """The record that puts the consent at the end of the chain."""
    previous = chain[-1].hash if chain else ""
    number = len(chain) + 1
    return ConsentRecord(number, consent, previous, record_hash(number, consent, previous))


def record_hash(number: int, consent: Consent, previous: str) -> str:
    """SHA-256 in hex over the record and the hash of the one before it."""
    content = {**asdict(consent), "at": iso(consent.at), "number": number, "previous": previous}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def faults(chain: Sequence[ConsentRecord], head: str) -> list[str]:
    """What is wrong with the chain, in words; empty when it is whole.

    `head` is the hash that the profile remembers, so that records missing at the end are noticed too. Records after
    the head are in order: a crash may come between writing a record and remembering it.
    """
    found = []
    previous = ""
    for place, record in enumerate(chain, start=1):
        if record.number != place:
            found.append(f"record {place} is missing (found {record.number} in its place)")
            return found
        if record.previous != previous:
            found.append(f"record {place} does not follow record {place - 1}")
        if record.hash != record_hash(record.number, record.consent, record.previous):
            found.append(f"record {place} was changed after it was written")
        previous = record.hash
    if head and head not in {record.hash for record in chain}:
        found.append("the record that the profile remembers as the last is missing")
    return found
