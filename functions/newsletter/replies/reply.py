"""What came of a received mail, as it is listed: `newsletter replies list`, the console, reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReplyOutcome(StrEnum):
    """What a received mail was taken for."""

    PERSON = "person"
    """A person answered."""
    PROGRAM = "program"
    """A program did: out of office, a delivery report, a ticket system. It is not sent on, and nothing follows."""
    OWN = "own"
    """One of our own people wrote, or one of our own mails came back. Nothing follows."""
    COPY = "copy"
    """The same mail came before."""
    LEFT = "left"
    """To an address to leave by: whose it is has left."""
    FORGED = "forged"
    """To an address that we did not make. Nothing follows."""
    SPAM = "spam"
    VIRUS = "virus"


class Held(StrEnum):
    """Why an answer was not sent on, though a person wrote it."""

    NOT = ""
    SENDER = "sender"
    """So many came from this sender within an hour."""
    ALL = "all"
    """So many came from anybody within an hour."""


@dataclass(frozen=True)
class Reply:
    """`id` is SES's, `key` where the raw mail is kept (30 days). `sender` is masked; of a mail that was not read, it is
    the envelope's. `subscriber` is empty where no reader was found. `reasons` are codes of replies/judging, `rules` the
    version of its rules.

    `wish` is `only`, `among_others` or `none`: whether they wish to leave. `authentic`: the address in From was theirs.
    `said_by`: who said that it was a person's.
    """

    id: str
    at: datetime
    key: str
    outcome: ReplyOutcome
    reasons: tuple[str, ...] = ()
    rules: str = ""
    sender: str = ""
    subscriber: str = ""
    mailing: str = ""
    batch: str = ""
    position: int | None = None
    wish: str = "none"
    authentic: bool = False
    forwarded: bool = False
    held: Held = Held.NOT
    left: bool = False
    lead: str = ""
    said_by: str = ""
