"""A story: lines with their times, put into order, and what was left out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from newsletter.platform.redaction import redacted, without_links
from newsletter.platform.times import iso_precise


class Kind(StrEnum):
    """Whose story it is."""

    SUBSCRIBER = "subscriber"
    LEAD = "lead"
    MAILING = "mailing"
    BATCH = "batch"


class Part(StrEnum):
    """What a line is about."""

    FORM = "form"
    CONSENT = "consent"
    READER = "reader"
    SEQUENCE = "sequence"
    MAILING = "mailing"
    MAIL = "mail"
    EVENT = "event"
    VISIT = "visit"
    ANSWER = "answer"
    LEAD = "lead"
    CRM = "CRM"
    DECISION = "decision"
    AUDIT = "audit"
    LOG = "log"


@dataclass(frozen=True)
class Told:
    """One line. `text` has ids and no address, whoever wrote what it quotes."""

    at: datetime
    part: Part
    text: str

    @property
    def as_json(self) -> dict[str, Any]:
        """As `newsletter trace --json` prints it."""
        return {"at": iso_precise(self.at), "what": self.part.value, "text": self.text}


def told(at: datetime, part: Part, text: str) -> Told:
    """The line, with what others wrote made harmless: addresses and the paths of links are cut."""
    return Told(at, part, redacted(text))


def quoted(text: str) -> str:
    """What a server or a person wrote, in one line, without web addresses either: they may act for a reader."""
    return redacted(without_links(" ".join(text.split())))


@dataclass
class Story:
    """`lines` in any order until `ordered`; `left_out` says what is not among them, and how to see it.

    `ids` are the ids by which decisions, audit lines and logs name whom this is about.
    """

    kind: Kind
    id: str
    ids: Collection[str]
    lines: list[Told] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, lines: Iterable[Told]) -> None:
        """Add lines."""
        self.lines += lines

    def ordered(self, since: datetime | None) -> Sequence[Told]:
        """The lines since then, the oldest first; of the same moment in the order in which they were added."""
        return sorted((line for line in self.lines if since is None or line.at >= since), key=lambda line: line.at)

    def begins(self, otherwise: datetime) -> datetime:
        """When the first of it happened."""
        return min((line.at for line in self.lines), default=otherwise)
