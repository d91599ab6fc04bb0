"""Mailings: one thing sent to many, its audience and its variants."""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.errors import InvalidInput
from newsletter.readers.subscriber import Recipient

NAME = re.compile(r"[a-z0-9][a-zA-Z0-9-]{0,59}")
"""What may become part of a mailing's id: SES tags carry it, and they take [A-Za-z0-9_-] only (AWS: MessageTag)."""

CONFIRMATION = "confirmation"
INVITATION = "invitation"
WELCOME = "welcome"
MOVED = "moved"
ALREADY = "already"
"""The standing mailings of mails that follow what a reader did; they need no planning."""


class Kind(StrEnum):
    """What a mailing is for."""

    DIGEST = "digest"
    CAMPAIGN = "campaign"
    STEP = "step"
    WELCOME = "welcome"
    SERVICE = "administrative"
    INVITATION = "invitation"

    @property
    def awaited(self) -> bool:
        """Whether a reader waits for the mail at the screen, so that it goes in the transactional lane."""
        return self in (Kind.WELCOME, Kind.SERVICE)

    @property
    def to_subscribers(self) -> bool:
        """Whether who gets the mail has a subscription to end; the others ask for one or tell of its end."""
        return self not in (Kind.SERVICE, Kind.INVITATION)

    @property
    def automated(self) -> bool:
        """Whether each mail follows what one reader did, so that there is nothing to plan."""
        return self not in (Kind.DIGEST, Kind.CAMPAIGN)


Among = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Audience:
    """A rule that selects subscribers. Nothing named means everybody.

    `among` has, of texts that readers give, by the name of the choice, those of which a reader's must be one; upper and
    lower case are the same.
    """

    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    frequency: str = ""
    among: Among = ()

    def includes(self, recipient: Recipient) -> bool:
        """Whether the recipient is meant. A reader without topics reads every topic.

        Raises AttributeError for a choice that this version of the code does not know: then nothing is planned.
        """
        choices = recipient.choices
        if self.languages and choices.language not in self.languages:
            return False
        if self.frequency and choices.frequency != self.frequency:
            return False
        for name, values in self.among:
            if getattr(choices, name).casefold() not in map(str.casefold, values):
                return False
        return not (self.topics and choices.topics) or bool(set(self.topics) & set(choices.topics))

    @property
    def everyone(self) -> bool:
        """Whether nobody is left out for what interests them. A language or a frequency only chooses the form."""
        return not self.topics and not self.among


@dataclass(frozen=True)
class Mailing:
    """One digest, campaign or sequence step.

    A digest names its `articles` once, when it starts, and those `related` to them from the archive: a run that is
    repeated sends what the first one chose. A campaign carries its text as Markdown in `body`, written in `language`.
    `archive` is what marketing said about showing it to the public; None leaves it to `for_archive`. Two mailings are
    equal whatever their courses.
    """

    id: str
    kind: Kind
    created_at: datetime
    audience: Audience = field(default_factory=Audience)
    subject: str = ""
    articles: tuple[str, ...] = ()
    body: str = ""
    offer: str = ""
    preheader: str = ""
    language: str = ""
    archive: bool | None = None
    related: tuple[str, ...] = ()
    doubt: str = ""
    doubt_wait_minutes: int = 0
    status: MailingStatus = field(default=MailingStatus(), compare=False)

    @property
    def for_archive(self) -> bool:
        """Whether it belongs in the archive: what is meant for everyone does, unless marketing says otherwise."""
        if self.kind.automated:
            return False
        return self.audience.everyone if self.archive is None else self.archive

    @property
    def asks_to_confirm(self) -> bool:
        """Whether its mails ask their readers to press a button."""
        return self.id in (CONFIRMATION, INVITATION, ALREADY)

    @property
    def public(self) -> bool:
        """Whether the archive shows it now: not before readers get it, nor while somebody has reason to stop it."""
        return self.for_archive and (
            self.status.state.sends or self.status.state in (MailingState.WAITING, MailingState.COMPLETE)
        )


@dataclass(frozen=True)
class Variant:
    """One rendered body of a mailing, as an SES template.

    `key` is a digest of the content: the same text has the same key, whoever renders it and how often.
    `placeholders` is what must be filled in for each reader; SES loses a mail that lacks one.
    """

    language: str
    subject: str
    html: str
    text: str
    placeholders: tuple[str, ...]

    @property
    def key(self) -> str:
        """`fi-` and 16 base32 characters."""
        content = f"{self.language}\0{self.subject}\0{self.html}\0{self.text}"
        return f"{self.language}-{b32encode(hashlib.sha256(content.encode()).digest()[:10]).decode().lower()}"


def campaign_mailing(name: str) -> str:
    """The mailing of a campaign. Raises InvalidInput for a name that cannot be part of an id."""
    if not NAME.fullmatch(name):
        raise InvalidInput("name", f"{name!r}: 1 to 60 letters, digits and hyphens, e.g. kevatkampanja-2027")
    return f"campaign-{name}"


def step_mailing(sequence: str, step: int) -> str:
    """The standing mailing of a sequence's step; `step` counts from 1."""
    return f"step-{sequence}-{step}"
