"""Subscribers: who they are without naming them, what they chose, and what they agreed to."""

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
"""Begins what is said of a subscriber whose record cannot be read, before the fields that are broken."""

REMINDER_AFTER = timedelta(days=2)
"""When a sign-up that nobody confirmed is recalled to its reader, once."""


class Status(StrEnum):
    """Only active subscribers get mail. Back to active leads a fresh confirmation alone."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERASED = "erased"
    """Nothing is left but this mark under the id, so that no import can wake the address up.

    Of an old address whose reader goes on with another, the mark names the ids before and after it: a link of its mails
    must still end the mail to the new one.
    """


@dataclass(frozen=True)
class Subscriber:
    """A reader who confirmed at least once.

    `cadence` is what they chose before (domain/cadence), empty as long as nothing changed.
    """

    id: str
    email: str
    status: Status
    choices: Choices
    confirmed_at: datetime
    consent_version: str
    frequency_history: str = ""
    left_at: datetime | None = None

    @property
    def language(self) -> str:
        """In which they are written to."""
        return self.choices.language


@dataclass(frozen=True)
class SignUp:
    """A filled-in form that waits for its confirmation. `nonce` names this very form.

    `link` is what the links of its mails carry: a form takes it over from the one it replaces, so that a mail already
    sent goes on working. `mail` is the nonce of the form for which the last mail was asked. `mailbox` is what limits
    go by (domain/mailbox), as a keyed hash. `record` is where the form lies, of one that was read.
    `moved_from` is the reader's id under the old address, when this is a change of address; only then is there a pause
    among its choices. `disposable` is whether the address is of a provider of throw-away mailboxes. Tracking is refused
    for a known reader who refused it.
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
    """Who a link of any age is about, as they are at this moment and by the id they go by now.

    `status` is empty for nobody we know. Nothing else of the profile is read, so that one broken elsewhere is no
    hindrance.
    """

    id: str
    status: str = ""
    language: str = ""
    tracking: bool = True

    @property
    def erased(self) -> bool:
        """Whether nothing may ever be kept under the id again, but for a fresh sign-up."""
        return self.status == Status.ERASED

    @property
    def may_be_tracked(self) -> bool:
        """Whether it may be kept that they followed a link: they subscribe and allow it, or nobody has refused it."""
        return self.status == "" or (self.status == Status.ACTIVE and self.tracking)


class Recipient(NamedTuple):
    """What planning knows of an active subscriber, but for who it is: all with equal ones get the same mail.

    Of the choices it has those that are `for_audiences`, the others are as usual. `broken` names the fields of a record
    that cannot be read; then the rest means nothing. (A tuple: planning looks up millions.)
    """

    choices: Choices
    frequency_history: str = ""
    broken: str = ""


class RecipientProfile(NamedTuple):
    """To whom a mail goes. `stopped` says why it must not, `broken` what is wrong with the record of who should get it;
    `nonce` ties a confirmation to its form.
    """

    email: str
    name: str
    language: str
    stopped: str = ""
    broken: str = ""
    nonce: str = ""


def subscriber_id(pepper: bytes, address: str) -> str:
    """26 base32 characters that name an address only to who holds the pepper.

    `address` is normalised already (lower case, punycode domain): one person, one id.
    """
    digest = hmac.new(pepper, address.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def broken_record(fields: Iterable[str]) -> str:
    """Why readers whose record cannot be read in these fields get no mail.

    It stands in their batches where others have a variant's key: they are planned, so that the certificate counts them,
    and the sender rejects them with that reason.
    """
    return f"{BROKEN_RECORD}{', '.join(fields)}"
