"""When sending stops by itself: after a bad pilot, when the circuit breaker opens, and when a warm-up day is full."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from newsletter.platform.shards import SHARDS
from newsletter.platform.words.said import say

TEN_THOUSAND = 10_000
BREAKER_VOLUME = 500
"""The breaker stays closed below so many mails in 24 hours: one complaint among ten readers says little."""
LEAST_BOUNCED = 10
LEAST_COMPLAINED = 3
"""Whatever the rate, fewer bounces or complaints than these stop nothing: they may be chance."""
LEAST_REFUSED = 10
REFUSED = 1_000
"""A mailing is stopped when SES refuses more of the recipients than this, in 10,000ths of those tried. Addresses are
checked when they are typed or imported, so where every tenth is refused the fault is in the mailing or the account."""
LEAST_PILOT = 200
"""Readers in a pilot, if the audience has so many."""

LEAST_A_DAY = 100
"""Two full batches: with fewer, a batch might not fit into a day beside confirmations, and never go."""
MOST_DAYS = 120
"""A plan ends after so many days at the latest; the publication's file may have none that grows more slowly."""


@dataclass(frozen=True)
class SendingLimits:
    """The publication's limits. Rates are in 10,000ths: SES reviews accounts at 500 bounces and 10 complaints."""

    pilot_above: int = 5_000
    pilot_wait: timedelta = timedelta(hours=1)
    bounces: int = 400
    complaints: int = 8


DEFAULT_LIMITS: SendingLimits = SendingLimits()


@dataclass(frozen=True)
class Feedback:
    """Counts of mails. `bounced` are permanent bounces, which are not among the delivered."""

    delivered: int = 0
    bounced: int = 0
    complained: int = 0

    @property
    def volume(self) -> int:
        """Mails of which SES has said whether they were delivered."""
        return self.delivered + self.bounced


@dataclass(frozen=True)
class WarmUp:
    """A plan for a domain or an account that mailbox providers do not know yet.

    From the day `begins`, `first_day` mails a day, each day `growth` per cent more, until that would be `enough`.

    Days are those of the publication's time zone. `engaged_days`: who clicked or confirmed within so many days comes
    first in every mailing.
    """

    begins: date
    first_day: int
    growth: int
    enough: int
    engaged_days: int = 90

    def allowed(self, day: date) -> int | None:
        """The most mails on that day; None before the plan and after it."""
        number = (day - self.begins).days
        return self._days[number] if 0 <= number < len(self._days) else None

    @property
    def ends(self) -> date:
        """The first day without a limit."""
        return self.begins + timedelta(days=len(self._days))

    @property
    def last_day(self) -> int:
        """The most mails on the last day of the plan."""
        return self._days[-1]

    @property
    def grows_enough(self) -> bool:
        """Whether it ends because a day would have enough, and not after MOST_DAYS."""
        return len(self._days) < MOST_DAYS

    def days_for(self, mails: int, day: date) -> int:
        """On how many days so many mails go out, from that day on, where nothing else is sent."""
        days = 0
        while mails > 0:
            allowed = self.allowed(day + timedelta(days=days))
            days += 1
            if allowed is None:
                break
            mails -= allowed
        return days

    @cached_property
    def _days(self) -> tuple[int, ...]:
        found: list[int] = []
        allowed = self.first_day
        while allowed < self.enough and len(found) < MOST_DAYS:
            found.append(allowed)
            allowed = max(allowed + 1, allowed * (100 + self.growth) // 100)
        return tuple(found)


BOUNCED = say("{number} of {volume} mails bounced ({share} %; the limit is {most} %)")
COMPLAINED = say("{number} of {volume} mails were called spam ({share} %; the limit is {most} %)")


def exceeds(feedback: Feedback, sending_limits: SendingLimits) -> str:
    """Which rate is above its limit, as a sentence for people; empty when none is."""
    volume = feedback.volume
    for number, least, limit, sentence in (
        (feedback.bounced, LEAST_BOUNCED, sending_limits.bounces, BOUNCED),
        (feedback.complained, LEAST_COMPLAINED, sending_limits.complaints, COMPLAINED),
    ):
        if number >= least and number * TEN_THOUSAND > limit * volume:
            share, most = 100 * number / max(volume, 1), limit / 100
            return sentence.with_values(number=number, volume=volume, share=f"{share:.2g}", most=f"{most:g}")
    return ""


def too_many_refused(refused: int, tried: int) -> str:
    """Why a mailing must be stopped of which so many recipients were refused, as a sentence; empty when it need not."""
    if refused < LEAST_REFUSED or refused * TEN_THOUSAND <= REFUSED * tried:
        return ""
    return say(
        "{refused} of {tried} recipients were refused (the limit is {most} %); the report says why",
        refused=refused,
        tried=tried,
        most=f"{REFUSED / 100:g}",
    )


def breaks(feedback: Feedback, sending_limits: SendingLimits) -> str:
    """Why the breaker must open after this feedback of the last 24 hours, as a sentence; empty when it need not."""
    return exceeds(feedback, sending_limits) if feedback.volume >= BREAKER_VOLUME else ""


def pilot_shards(mailing: str, readers: int, sending_limits: SendingLimits) -> str:
    """The shards whose first page is the pilot, or empty for a mailing that goes out whole.

    Ids are keyed hashes, so a shard is a random sample. Each mailing chooses its own shards, so that no reader is
    in every pilot.
    """
    if not sending_limits.pilot_above or readers <= sending_limits.pilot_above:
        return ""
    number = min(len(SHARDS) // 4, -(-LEAST_PILOT * len(SHARDS) // readers))
    begin = hashlib.sha256(mailing.encode()).digest()[0] % len(SHARDS)
    return "".join(SHARDS[(begin + step) % len(SHARDS)] for step in range(number))
