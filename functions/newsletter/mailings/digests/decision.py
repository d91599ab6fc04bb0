"""What is decided of a digest: the words of its decision records, and the answers to one that waits for approval."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class DigestDecision(StrEnum):
    """What a decision record of a digest says. Stored, and shown in the console, the API and the answers of runs."""

    FEED_DOWN = "feed down"
    """Nothing is new, and nobody can know whether that is true."""
    EMPTY = "empty"
    HELD = "held"
    """Something in it is broken; it goes out once that is mended."""
    WAITING = "waiting"
    """It waits for approval."""
    BREAKER_OPEN = "breaker open"
    STARTED = "started"
    REPEATED = "repeated"
    """A run of a period whose digest was there already."""
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    """Nobody answered until its deadline."""
    SENT = "sent"
    NOBODY = "nobody"
    """It was planned and goes to no reader."""


@dataclass(frozen=True)
class Answer:
    """What ends a digest's waiting: whether it goes out, and in words by whose decision."""

    send: bool
    verdict: str

    @classmethod
    def approved(cls, by: str) -> Self:
        """Somebody lets it go out."""
        return cls(send=True, verdict=f"approved by {by}")

    @classmethod
    def rejected(cls, by: str) -> Self:
        """Somebody drops it."""
        return cls(send=False, verdict=f"rejected by {by}")

    @classmethod
    def expired(cls, deadline: str, *, send: bool) -> Self:
        """Nobody answered until the deadline, given in words; the publication says what follows."""
        return cls(send, f"nobody answered until {deadline}")

    @classmethod
    def cancelled(cls, by: str) -> Self:
        """Its mailing was cancelled while it waited."""
        return cls(send=False, verdict=f"cancelled by {by}")


def decision_of(verdict: str) -> DigestDecision:
    """Which decision a stored verdict is: one of the sentences of Answer."""
    match verdict.partition(" ")[0]:
        case "approved":
            return DigestDecision.APPROVED
        case "nobody":
            return DigestDecision.EXPIRED
        case _:
            return DigestDecision.REJECTED
