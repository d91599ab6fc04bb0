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
    """A link of the chain: `number` counts from 1, `previous` is the hash of the record before (first: empty).

    Number 0 is what an import brought: it is part of the profile, so that reader and proof come in one write.
    """

    number: int
    consent: Consent
    previous: str
    hash: str


def next_record(chain: Sequence[ConsentRecord], consent: Consent) -> ConsentRecord:
    """The record that puts the consent at the end of the chain."""
    previous = chain[-1].hash if chain else ""
    number = chain[-1].number + 1 if chain else 1
    return ConsentRecord(number, consent, previous, record_hash(number, consent, previous))


def brought_record(consent: Consent) -> ConsentRecord:
    """The record that an import brings, with which a chain begins."""
    return ConsentRecord(0, consent, "", record_hash(0, consent, ""))


def record_hash(number: int, consent: Consent, previous: str) -> str:
    """SHA-256 in hex over the record and the hash of the one before it."""
    content = {**asdict(consent), "at": iso(consent.at), "number": number, "previous": previous}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def faults(chain: Sequence[ConsentRecord], head: str) -> list[str]:
    """What is wrong with the chain, in words; empty when it is whole.

    `head` is the hash that the profile remembers, so that records missing at the end are noticed too. Records after
    the head are in order: a crash may come between writing a record and remembering it. So is a first record that does
    not know of an import: its reader confirmed a form in the very moment of it.
    """
    found = []
    previous = ""
    for place, record in enumerate(chain, start=0 if chain and chain[0].number == 0 else 1):
        if record.number != place:
            found.append(f"record {place} is missing (found {record.number} in its place)")
            return found
        if record.previous not in ((previous, "") if place == 1 else (previous,)):
            found.append(f"record {place} does not follow record {place - 1}")
        if record.hash != record_hash(record.number, record.consent, record.previous):
            found.append(f"record {place} was changed after it was written")
        previous = record.hash
    if head and head not in {record.hash for record in chain}:
        found.append("the record that the profile remembers as the last is missing")
    return found
