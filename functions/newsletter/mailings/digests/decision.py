"""Decisions about a digest: the words of its decision records, and the answers that end its wait for approval."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class DigestDecision(StrEnum):
    """What a decision record of a digest says. Stored, and shown in the console, the API and the answers of runs."""

    FEED_DOWN = "feed down"
    """There is no new article, but a feed could not be read, so that there may be some."""
    EMPTY = "empty"
    HELD = "held"
    """Preflight blocks it; it is sent once that is mended."""
    WAITING = "waiting"
    """It waits for approval."""
    BREAKER_OPEN = "breaker open"
    STARTED = "started"
    REPEATED = "repeated"
    """A further run in a period whose digest exists already."""
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    """Nobody answered until its deadline."""
    SENT = "sent"
    NOBODY = "nobody"
    """There are new articles, but nobody who would get them."""


@dataclass(frozen=True)
class Answer:
    """An answer to a digest that waits: whether it is sent, and in `verdict` who decided that, in words."""

    send: bool
    verdict: str

    @classmethod
    def approved(cls, by: str) -> Self:
        """A person approved it."""
        return cls(send=True, verdict=f"approved by {by}")

    @classmethod
    def rejected(cls, by: str) -> Self:
        """A person rejected it."""
        return cls(send=False, verdict=f"rejected by {by}")

    @classmethod
    def expired(cls, deadline: str, *, send: bool) -> Self:
        """Nobody answered until `deadline`, given in words; `send` is the publication's default."""
        return cls(send, f"nobody answered until {deadline}")

    @classmethod
    def cancelled(cls, by: str) -> Self:
        """Its mailing was cancelled while it waited."""
        return cls(send=False, verdict=f"cancelled by {by}")


def decision_of(verdict: str) -> DigestDecision:
    """The decision that a stored verdict stands for. Verdicts are the sentences of Answer."""
    match verdict.partition(" ")[0]:
        case "approved":
            return DigestDecision.APPROVED
        case "nobody":
            return DigestDecision.EXPIRED
        case _:
            return DigestDecision.REJECTED


def nobody_in_words(frequency: str, meant: int) -> str:
    """Why nobody gets a digest that is meant for so many readers."""
    if not meant:
        return f"nobody gets it: there is no reader at present who gets it {frequency}"
    return f"nobody gets it: it has nothing new on the topics of its {meant:,} reader{'' if meant == 1 else 's'}"
