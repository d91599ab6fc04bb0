"""Consent records of a reader: a hash chain with a keyed hash per record, so that changed or missing ones are found."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

from newsletter.platform.times import iso
from newsletter.platform.words.said import say

TRACKING = "tracking-"
"""Prefix of `unique` where the consent is about recording clicks, and not about the newsletter."""


@dataclass(frozen=True)
class Consent:
    """What somebody agreed to or withdrew, when and how. Never changed, and removed only when the reader is erased.

    `act` is `given` or `withdrawn`; `how` the form, import or click; `unique` identifies the act, so that recording it
    again after a crash adds nothing. Version and language identify the text that the reader agreed to.
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
        """What the consent is about."""
        return "tracking" if self.unique.startswith(TRACKING) else "newsletter"


@dataclass(frozen=True)
class ConsentRecord:
    """An entry of the chain: `number` counts from 1, `previous` is the hash of the record before (first: empty).

    Number 0 is the record of an import. It is part of the profile, so that reader and proof are stored in one write.
    """

    number: int
    consent: Consent
    previous: str
    hash: str


@dataclass(frozen=True)
class Seal:
    """Seals the records of one reader: HMAC-SHA-256 with a secret of the stack.

    Somebody who can write to the table but does not have the secret can neither make a valid record nor use those of
    one reader for another.
    """

    key: bytes = field(repr=False)
    subscriber: str

    def of(self, number: int, consent: Consent, previous: str) -> str:
        """The keyed hash, in hex, of reader, record and the hash of the record before."""
        content = f"{self.subscriber}\n{_content(number, consent, previous)}"
        return hmac.digest(self.key, content.encode(), "sha256").hex()


def next_record(chain: Sequence[ConsentRecord], consent: Consent, seal: Seal) -> ConsentRecord:
    """The record that adds the consent to the end of the chain."""
    previous = chain[-1].hash if chain else ""
    number = chain[-1].number + 1 if chain else 1
    return ConsentRecord(number, consent, previous, seal.of(number, consent, previous))


def imported_record(consent: Consent, seal: Seal) -> ConsentRecord:
    """The consent record of an imported reader, with which the chain begins."""
    return ConsentRecord(0, consent, "", seal.of(0, consent, ""))


def faults(chain: Sequence[ConsentRecord], head: str, seal: Seal, *, active: bool = False) -> list[str]:
    """What is wrong with the chain, in words; empty if it is complete and unchanged.

    `head` is the hash that the profile has of the last record, so that records missing at the end are noticed too.
    Records after the head are allowed, because a crash may come between writing a record and storing its hash. So is a
    first record that does not follow the one of an import: its reader confirmed a form at the same moment. The chain
    of an `active` reader must prove that they subscribed.
    """
    found: list[str] = []
    previous = ""
    for place, record in enumerate(chain, start=0 if chain and chain[0].number == 0 else 1):
        if record.number != place:
            found.append(
                say("record {place} is missing (found {number} in its place)", place=place, number=record.number)
            )
            return found
        if record.previous not in ((previous, "") if place == 1 else (previous,)):
            found.append(say("record {place} does not follow record {before}", place=place, before=place - 1))
        found += _broken_seal(record, seal)
        previous = record.hash
    if head and head not in {record.hash for record in chain}:
        found.append(say("the record that the profile remembers as the last is missing"))
    return found + (_unproven(chain, head) if active else [])


def _broken_seal(record: ConsentRecord, seal: Seal) -> list[str]:
    content = (record.number, record.consent, record.previous)
    if hmac.compare_digest(record.hash, seal.of(*content)):
        return []
    if record.hash == hashlib.sha256(_content(*content).encode()).hexdigest():
        return [
            say(
                "record {number} has no seal: it is of a version before there were seals, or made up since",
                number=record.number,
            )
        ]
    return [
        say("record {number} was changed after it was written, or was not written by this stack", number=record.number)
    ]


def _unproven(chain: Sequence[ConsentRecord], head: str) -> list[str]:
    """What is missing in the chain as proof that an active reader subscribed."""
    if not chain:
        return [say("there is no record of what the reader agreed to, and yet they are active")]
    acts = [record.consent.act for record in chain if record.consent.about == "newsletter"]
    found: list[str] = (
        [] if acts and acts[-1] == "given" else [say("the last record is of leaving, and yet the reader is active")]
    )
    return found if head else [*found, say("the profile does not remember which record is the last")]


def _content(number: int, consent: Consent, previous: str) -> str:
    content = {**asdict(consent), "at": iso(consent.at), "number": number, "previous": previous}
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
