"""When to stop by ourselves: the first slice of a big mailing, and the breaker on what the whole account sends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from newsletter.platform.shards import SHARDS

TEN_THOUSAND = 10_000
BREAKER_VOLUME = 500
"""Mails of the last 24 hours below which the breaker judges nothing: one complaint among ten readers says little."""
LEAST_BOUNCED = 10
LEAST_COMPLAINED = 3
"""So many must have come whatever the rate, so that chance alone stops no mailing."""
LEAST_REFUSED = 10
REFUSED = 1_000
"""Recipients refused, in 10,000ths of those tried, above which a mailing is stopped: addresses are checked when they
are typed and imported, so where every tenth is refused it is the mailing or the account that is at fault."""
LEAST_SLICE = 200
"""Readers in a first slice, where the audience has them."""


@dataclass(frozen=True)
class Caution:
    """The publication's limits. Rates are in 10,000ths: SES reviews accounts at 500 bounces and 10 complaints."""

    canary_above: int = 5_000
    canary_wait: timedelta = timedelta(hours=1)
    bounces: int = 400
    complaints: int = 8


USUAL = Caution()


@dataclass(frozen=True)
class Feedback:
    """What came of some mails. `bounced` are permanent bounces, which are not among the delivered."""

    delivered: int = 0
    bounced: int = 0
    complained: int = 0

    @property
    def volume(self) -> int:
        """Mails whose fate is known."""
        return self.delivered + self.bounced


def too_bad(feedback: Feedback, caution: Caution) -> str:
    """What is wrong with the rates, in words; empty when they are fine."""
    volume = feedback.volume
    for number, least, limit, what in (
        (feedback.bounced, LEAST_BOUNCED, caution.bounces, "bounced"),
        (feedback.complained, LEAST_COMPLAINED, caution.complaints, "were called spam"),
    ):
        if number >= least and number * TEN_THOUSAND > limit * volume:
            share, most = 100 * number / max(volume, 1), limit / 100
            return f"{number:,} of {volume:,} mails {what} ({share:.2g} %; the limit is {most:g} %)"
    return ""


def too_many_refused(refused: int, tried: int) -> str:
    """Why a mailing of which so many were refused must be stopped, in words; empty when it need not."""
    if refused < LEAST_REFUSED or refused * TEN_THOUSAND <= REFUSED * tried:
        return ""
    return f"{refused:,} of {tried:,} recipients were refused (the limit is {REFUSED / 100:g} %); the report says why"


def breaks(feedback: Feedback, caution: Caution) -> str:
    """Why the breaker must open on the feedback of the last 24 hours; empty when it need not."""
    return too_bad(feedback, caution) if feedback.volume >= BREAKER_VOLUME else ""


def first_slice(mailing: str, readers: int, caution: Caution) -> str:
    """The shards whose first page is the first slice, or empty for a mailing that goes out whole.

    Ids are keyed hashes, so a shard is a fair sample. Which shards come first differs from mailing to mailing: nobody
    is always the canary.
    """
    if not caution.canary_above or readers <= caution.canary_above:
        return ""
    number = min(len(SHARDS) // 4, -(-LEAST_SLICE * len(SHARDS) // readers))
    begin = hashlib.sha256(mailing.encode()).digest()[0] % len(SHARDS)
    return "".join(SHARDS[(begin + step) % len(SHARDS)] for step in range(number))
