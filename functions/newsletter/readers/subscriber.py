"""The records of a subscriber, a sign-up and a recipient, and the id that stands for an address."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from newsletter.readers.choices import Choices

BROKEN_RECORD = "broken record: "
"""Prefix of the reason for rejecting a subscriber whose record cannot be read; the broken fields follow it."""

REMINDER_AFTER = timedelta(days=2)
"""How long after an unconfirmed sign-up its one reminder is sent."""


class Status(StrEnum):
    """Only active subscribers get mail.

    Whoever is not active becomes so again only by a new confirmation, or, after soft bounces, by a delivered mail.
    """

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERASED = "erased"
    """Nothing is left but this mark under the id, so that no import can add the address again.

    If the reader changed the address for another, the mark also has the ids of the addresses before and after it: the
    unsubscribe links in old mails must still work for the new address.
    """


@dataclass(frozen=True)
class Subscriber:
    """A reader who confirmed at least once, or whom an import brought.

    `frequency_history` is what they chose before (frequency_history.py), empty as long as nothing changed. The table
    calls it `cadence`. `welcomed` and `taken` are what mails should not show them again (shown_before.py).
    """

    id: str
    email: str
    status: Status
    choices: Choices
    confirmed_at: datetime
    consent_version: str
    frequency_history: str = ""
    left_at: datetime | None = None
    welcomed: str = ""
    taken: str = ""

    @property
    def language(self) -> str:
        """In which they are written to."""
        return self.choices.language


@dataclass(frozen=True)
class SignUp:
    """A filled-in form that waits for its confirmation. `nonce` is unique to each form that is sent.

    `link` is the value in the links of its mails: a form takes it over from the one it replaces, so that the links in
    mails already sent keep working. `mail` is the nonce of the form for which the last mail was requested. `mailbox` is
    a keyed hash of the mailbox (signup/mailbox.py), by which mails are limited. `record` is the sort key of a form that
    was read from the table. `moved_from` is the reader's id under the old address if this is a change of address; only
    then may the choices have a pause. `disposable` is whether the address is of a provider of throw-away mailboxes.
    """

    id: str
    email: str
    choices: Choices
    consent_version: str
    origin: str
    network: str
    at: datetime
    nonce: str
    moved_from: str = ""
    disposable: bool = False
    mailbox: str = ""
    link: str = field(default="", compare=False)
    mail: str = field(default="", compare=False)
    record: str = field(default="", compare=False)

    @property
    def language(self) -> str:
        """In which they are written to."""
        return self.choices.language


@dataclass(frozen=True)
class CurrentSubscriber:
    """The reader whom a link of any age belongs to, with their id and status of today.

    `status` is empty for an unknown id. Nothing else of the profile is read, so that the link works even if another
    field is broken.
    """

    id: str
    status: str = ""
    language: str = ""
    tracking: bool = True

    @property
    def erased(self) -> bool:
        """Whether nothing may be kept under the id, except for a new sign-up."""
        return self.status == Status.ERASED

    @property
    def may_be_tracked(self) -> bool:
        """Whether their clicks may be kept: they are active and allow it, or the id is unknown."""
        return self.status == "" or (self.status == Status.ACTIVE and self.tracking)


class Recipient(NamedTuple):
    """What planning knows of an active subscriber, except the id: equal recipients get the same mail.

    It has the choices that are `for_audiences`; the others have their default. `broken` names the fields of a record
    that cannot be read; then the other values mean nothing. (A tuple, because planning looks up millions of them.)
    """

    choices: Choices
    frequency_history: str = ""
    broken: str = ""
    welcomed: str = ""
    taken: str = ""


class RecipientProfile(NamedTuple):
    """To whom a mail goes. `stopped` is why it must not be sent, `broken` what is wrong with the recipient's record;
    `nonce` is that of the form to confirm, `joined` when they became a reader (ISO 8601), if that
    is known; `paused_until` the first day with mail again (ISO 8601), empty without a pause.
    """

    email: str
    name: str
    language: str
    stopped: str = ""
    broken: str = ""
    nonce: str = ""
    joined: str = ""
    paused_until: str = ""


def subscriber_id(pepper: bytes, address: str) -> str:
    """26 base32 characters: an HMAC of the address, which nobody without the pepper can work out.

    `address` is normalised already (lower case, punycode domain), so that one address has one id.
    """
    digest = hmac.new(pepper, address.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def broken_record(fields: Iterable[str]) -> str:
    """The reason why readers get no mail whose record cannot be read in these fields.

    Their batches have it in place of a variant's key: they are planned, so that the certificate counts them, and the
    sender rejects them with this reason.
    """
    return f"{BROKEN_RECORD}{', '.join(fields)}"
