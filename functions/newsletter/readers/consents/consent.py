"""What a reader agreed to or withdrew, as a chain of sealed records, which shows when one is changed or missing."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

from newsletter.platform.times import iso

TRACKING = "tracking-"
"""What `unique` begins with where the consent is about following links, and not about the newsletter."""


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

    @property
    def about(self) -> Literal["newsletter", "tracking"]:
        """What it allows or refuses."""
        return "tracking" if self.unique.startswith(TRACKING) else "newsletter"


@dataclass(frozen=True)
class ConsentRecord:
    """A link of the chain: `number` counts from 1, `previous` is the seal of the record before (first: empty).

    Number 0 is what an import brought: it is part of the profile, so that reader and proof come in one write.
    """

    number: int
    consent: Consent
    previous: str
    hash: str


@dataclass(frozen=True)
class Seal:
    """Seals the records of one reader: HMAC-SHA-256 with a secret of the stack.

    Who can write the table but does not have the secret can neither write a record that fits nor hand a reader those of
    another.
    """

    key: bytes = field(repr=False)
    subscriber: str

    def of(self, number: int, consent: Consent, previous: str) -> str:
        """The seal, in hex, over reader, record and the seal of the record before."""
        content = f"{self.subscriber}\n{_content(number, consent, previous)}"
        return hmac.digest(self.key, content.encode(), "sha256").hex()


def next_record(chain: Sequence[ConsentRecord], consent: Consent, seal: Seal) -> ConsentRecord:
    """The record that puts the consent at the end of the chain."""
    previous = chain[-1].hash if chain else ""
    number = chain[-1].number + 1 if chain else 1
    return ConsentRecord(number, consent, previous, seal.of(number, consent, previous))


def brought_record(consent: Consent, seal: Seal) -> ConsentRecord:
    """The record that an import brings, with which a chain begins."""
    return ConsentRecord(0, consent, "", seal.of(0, consent, ""))


def faults(chain: Sequence[ConsentRecord], head: str, seal: Seal, *, active: bool = False) -> list[str]:
    """What is wrong with the chain, in words; empty when it is whole.

    `head` is the seal that the profile remembers, so that records missing at the end are noticed too. Records after
    the head are in order: a crash may come between writing a record and remembering it. So is a first record that does
    not know of an import: its reader confirmed a form in the very moment of it. The chain of an `active` reader must
    show why they are.
    """
    found = []
    previous = ""
    for place, record in enumerate(chain, start=0 if chain and chain[0].number == 0 else 1):
        if record.number != place:
            found.append(f"record {place} is missing (found {record.number} in its place)")
            return found
        if record.previous not in ((previous, "") if place == 1 else (previous,)):
            found.append(f"record {place} does not follow record {place - 1}")
        found += _broken_seal(record, seal)
        previous = record.hash
    if head and head not in {record.hash for record in chain}:
        found.append("the record that the profile remembers as the last is missing")
    return found + (_unproven(chain, head) if active else [])


def _broken_seal(record: ConsentRecord, seal: Seal) -> list[str]:
    content = (record.number, record.consent, record.previous)
    if hmac.compare_digest(record.hash, seal.of(*content)):
        return []
    if record.hash == hashlib.sha256(_content(*content).encode()).hexdigest():
        return [f"record {record.number} has no seal: it is of a version before there were seals, or made up since"]
    return [f"record {record.number} was changed after it was written, or was not written by this stack"]


def _unproven(chain: Sequence[ConsentRecord], head: str) -> list[str]:
    """What keeps the chain from proving that an active reader subscribes."""
    if not chain:
        return ["there is no record of what the reader agreed to, and yet they are active"]
    acts = [record.consent.act for record in chain if record.consent.about == "newsletter"]
    found = [] if acts and acts[-1] == "given" else ["the last record is of leaving, and yet the reader is active"]
    return found if head else [*found, "the profile does not remember which record is the last"]


def _content(number: int, consent: Consent, previous: str) -> str:
    content = {**asdict(consent), "at": iso(consent.at), "number": number, "previous": previous}
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
