"""Bring readers in from elsewhere, without ever waking up someone who left."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.adapters.addresses import normalised
from newsletter.domain.consent import Consent, brought_record
from newsletter.domain.errors import InvalidInput
from newsletter.domain.messages import ConfirmSignUp
from newsletter.domain.subscriber import Frequency, SignUp, Status, Subscriber
from newsletter.usecases.front_desk import FrontDesk
from newsletter.usecases.subscribe import checked_frequency, checked_language, checked_name, checked_topics


class Mode(StrEnum):
    """What the import knows of consent: nothing yet (each one is asked), or it was given elsewhere (with evidence)."""

    PENDING = "pending"
    CONFIRMED = "confirmed"


class Imported(StrEnum):
    """What became of a row."""

    ADDED = "added"
    ASKED = "asked"
    KNOWN = "known"
    LEFT = "left"


@dataclass(frozen=True)
class Roster:
    """One import. `name` is the same for the same file, so that a second run finds what the first one did."""

    name: str
    mode: Mode
    evidence: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the file, as text. Empty language and frequency mean the publication's default and weekly."""

    email: str
    name: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    frequency: str = ""


def import_rows(
    rows: Sequence[Row], roster: Roster, now: datetime, desk: FrontDesk, *, dry: bool = False, again: bool = False
) -> list[Imported | InvalidInput]:
    """Import at most 100 rows; what became of each, in their order. `dry` only says what would.

    Safe to repeat at any line: a row that was imported is KNOWN the next time. A row that cannot be used gives an
    InvalidInput with its field, and does not stop the others. `again` says that an earlier run may have been stopped
    among these very rows: whom it meant to ask is asked, and the ledger keeps anybody from being asked twice.
    """
    forms = [_checked(row, roster, now, desk) for row in rows]
    ids = [form.id for form in forms if isinstance(form, SignUp)]
    known = desk.subscribers.statuses(ids)
    waiting = desk.sign_ups.waiting(ids, now) if roster.mode is Mode.PENDING else {}
    asked: dict[str, SignUp] = {}
    seen: set[str] = set()
    results: list[Imported | InvalidInput] = []
    for form in forms:
        if isinstance(form, InvalidInput):
            results.append(form)
            continue
        status = known.get(form.id)
        earlier = waiting.get(form.id)
        if status is not None and status is not Status.ACTIVE:
            results.append(Imported.LEFT)
        elif form.id in seen or status is Status.ACTIVE or (earlier and not (again and earlier.origin == form.origin)):
            results.append(Imported.KNOWN)
        elif roster.mode is Mode.PENDING:
            asked[form.id] = earlier or form
            results.append(Imported.ASKED)
        else:
            results.append(Imported.ADDED if dry else _admit(form, roster, now, desk))
        seen.add(form.id)
    if not dry:
        desk.sign_ups.put_all(form for form in asked.values() if form.id not in waiting)
        invitations = (ConfirmSignUp(form.id, form.nonce, invited=True) for form in asked.values())
        desk.queues.send_all(desk.queues.batch, invitations)
    return results


def _checked(row: Row, roster: Roster, now: datetime, desk: FrontDesk) -> SignUp | InvalidInput:
    try:
        email = normalised(row.email, allow_test_domains=desk.allow_test_domains)
        return SignUp(
            id=desk.id_of(email),
            email=email,
            topics=checked_topics(row.topics, desk.publication),
            language=checked_language(row.language or desk.publication.languages[0], desk.publication),
            name=checked_name(row.name),
            consent_version=desk.publication.consent.version,
            origin=f"import {roster.name}",
            network="",
            at=now,
            nonce=secrets.token_hex(8),
            frequency=checked_frequency(row.frequency or Frequency.WEEKLY),
        )
    except InvalidInput as wrong:
        return wrong


def _admit(form: SignUp, roster: Roster, now: datetime, desk: FrontDesk) -> Imported:
    """Reader and proof in one write: whoever is active has agreed, and half of it cannot be there."""
    consent = Consent(
        act="given",
        how=form.origin,
        at=now,
        unique=form.origin,
        language=form.language,
        evidence=roster.evidence,
    )
    reader = Subscriber(
        id=form.id,
        email=form.email,
        status=Status.ACTIVE,
        topics=form.topics,
        language=form.language,
        name=form.name,
        confirmed_at=now,
        consent_version="",
        frequency=form.frequency,
    )
    return Imported.ADDED if desk.subscribers.admit(reader, brought_record(consent)) else Imported.KNOWN
