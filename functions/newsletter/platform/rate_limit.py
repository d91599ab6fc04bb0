"""The arithmetic of the rate limiter: the account's rate as slots of time, in each of which one call to SES may go."""

from __future__ import annotations

import math
from dataclasses import dataclass

BATCH_SIZE = 50
"""AWS: at most 50 destinations in one SendBulkEmail call (SES quotas)."""
TRANSACTIONAL_SHARE = 0.1
"""The share of the account's rate that is kept for transactional mail, in whole recipients a second."""
HORIZON = 300.0
"""Slots are reserved at most so many seconds ahead; after that a message goes back to the queue without a slot. So a
mailing that is cancelled leaves no longer gap, and what comes after it waits no longer."""

BULK, TRANSACTIONAL = "bulk", "transactional"
"""The two rate limits: of mailings, and of transactional mail, for which somebody waits."""
QUEUED = "queued"
"""No limit of its own: the time until which the batches on the queue will use up the limit BULK."""
AHEAD = 600.0
"""Batches for so many seconds of sending are put on the queue: twice the interval of the tick that refills it, so that
it never runs empty, and less than SQS can delay a message (900)."""
CHUNK = 60.0
"""Seconds of sending that one write of `QUEUED` and one call to the queue are for."""


@dataclass(frozen=True)
class Pace:
    """One call of at most `size` recipients every `seconds`.

    Slots are of equal length whatever is sent in them, so that no second has more recipients than the rate. Counting
    recipients one by one could put two large batches and a small one into the same second.
    """

    size: int
    seconds: float

    @property
    def most(self) -> int:
        """The most recipients in any one second."""
        return self.size * math.ceil(1 / self.seconds)

    def length(self, recipients: int) -> float:
        """Seconds that a call for so many recipients takes: several slots if it was planned at a higher rate."""
        return max(1, math.ceil(recipients / self.size)) * self.seconds


def pace(rate: float) -> Pace:
    """The pace with the fewest calls for a rate (recipients a second, above 0), and no second with more than `rate`.

    Below one a second a slot takes longer; between, the rate is rounded down to whole recipients a call.
    """
    if rate < 1:
        return Pace(1, _rounded_up(1 / rate))
    calls = math.ceil(rate / BATCH_SIZE)
    return Pace(int(rate // calls), _rounded_up(1 / calls))


def bulk_pace(max_send_rate: float) -> Pace:
    """The pace of mailings for an account's rate: what transactional mail leaves of it in its busiest second.

    An account in the sandbox may send one a second. There a mailing and a confirmation can use the same second, and SES
    may throttle one of them; if mailings left every second to transactional mail, they would never be sent.
    """
    left = max_send_rate - transactional_pace(max_send_rate).most
    return pace(left if left >= 1 else max_send_rate * (1 - TRANSACTIONAL_SHARE))


def transactional_pace(max_send_rate: float) -> Pace:
    """The pace of transactional mail."""
    return pace(max_send_rate * TRANSACTIONAL_SHARE)


def _rounded_up(seconds: float) -> float:
    """Up to the next microsecond: with slots a little too short some second would have one call too many."""
    return math.ceil(seconds * 1e6) / 1e6
