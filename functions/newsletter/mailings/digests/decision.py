"""Decisions about a digest: the words of its decision records, and the answers that end its wait for approval."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from newsletter.platform.words.said import say, say_number


class DigestDecision(StrEnum):
    """What a decision record of a digest says. Stored, and shown in the console, the API and the answers of runs."""

    FEED_DOWN = say("feed down")
    """There is no new article, but a feed could not be read, so that there may be some."""
    EMPTY = say("empty")
    HELD = say("held")
    """Preflight blocks it; it is sent once that is mended."""
    WAITING = say("waiting")
    """It waits for approval."""
    BREAKER_OPEN = say("breaker open")
    STARTED = say("started")
    REPEATED = say("repeated")
    """A further run in a period whose digest exists already."""
    APPROVED = say("approved")
    REJECTED = say("rejected")
    EXPIRED = say("expired")
    """Nobody answered until its deadline."""
    SENT = say("sent")
    NOBODY = say("nobody")
    """There are new articles, but nobody who would get them."""


@dataclass(frozen=True)
class Answer:
    """An answer to a digest that waits: whether it is sent, and in `verdict` who decided that, in words."""

    send: bool
    verdict: str

    @classmethod
    def approved(cls, by: str) -> Self:
        """A person approved it."""
        return cls(send=True, verdict=say("approved by {by}", by=by))

    @classmethod
    def rejected(cls, by: str) -> Self:
        """A person rejected it."""
        return cls(send=False, verdict=say("rejected by {by}", by=by))

    @classmethod
    def expired(cls, deadline: str, *, send: bool) -> Self:
        """Nobody answered until `deadline`, given in words; `send` is the publication's default."""
        return cls(send, say("nobody answered until {deadline}", deadline=deadline))

    @classmethod
    def cancelled(cls, by: str) -> Self:
        """Its mailing was cancelled while it waited."""
        return cls(send=False, verdict=say("cancelled by {by}", by=by))


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
        often = say("monthly") if frequency == "monthly" else say("weekly")
        return say("nobody gets it: there is no reader at present who gets it {frequency}", frequency=often)
    return say_number(
        "nobody gets it: it has nothing new on the topics of its 1 reader",
        "nobody gets it: it has nothing new on the topics of its {count} readers",
        count=meant,
    )
