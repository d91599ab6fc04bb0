"""The rate lane's arithmetic: the account's rate, cut into slots in which one call to SES each may be made."""

from __future__ import annotations

import math
from dataclasses import dataclass

BATCH_SIZE = 50
"""AWS: at most 50 destinations in one SendBulkEmail call (SES quotas)."""
TRANSACTIONAL_SHARE = 0.1
"""The part of the account's rate that only mail a reader waits for may use, in whole recipients a second."""
HORIZON = 300.0
"""Seconds ahead of which no slot is given: what is cancelled leaves no longer gap, and who comes later waits no longer
behind it. Past it a message goes back to the queue without a slot."""


BULK, AWAITED = "bulk", "transactional"
"""The lanes: of mailings, and of mail that somebody waits for."""
QUEUED = "queued"
"""Not a lane that anything is sent in: says until when those batches keep the bulk lane busy that are on the queue."""
AHEAD = 600.0
"""Seconds of sending for which batches are put on the queue. Twice the time until the tick looks again, so that the
queue never runs dry, and less than SQS can keep a message back (900)."""
CHUNK = 60.0
"""Seconds of sending that are put on the queue at once."""


@dataclass(frozen=True)
class Pace:
    """One call of at most `size` recipients every `seconds`.

    Slots are of equal length whatever is sent in them, so that no second holds more recipients than the rate; a lane
    that counted recipients one by one could put two large batches and a small one into the same second.
    """

    size: int
    seconds: float

    @property
    def most(self) -> int:
        """Recipients in any one second, at most."""
        return self.size * math.ceil(1 / self.seconds)

    def length(self, recipients: int) -> float:
        """Seconds of the lane for so many recipients: more than one slot when they were planned at a higher rate."""
        return max(1, math.ceil(recipients / self.size)) * self.seconds


def pace(rate: float) -> Pace:
    """How to use up a rate (recipients a second, above 0): few calls, and no second with more than `rate` recipients.

    Below one a second a slot takes longer; between, the rate is rounded down to whole recipients a call.
    """
    if rate < 1:
        return Pace(1, _rounded_up(1 / rate))
    calls = math.ceil(rate / BATCH_SIZE)
    return Pace(int(rate // calls), _rounded_up(1 / calls))


def bulk_pace(max_send_rate: float) -> Pace:
    """The pace of mailings under an account's rate: all that awaited mail leaves in its busiest second.

    An account in the sandbox may send one a second. There a mailing and a confirmation can meet in the same second, and
    SES may ask for one of them to come again; a mailing that left every second to the other would never begin.
    """
    left = max_send_rate - awaited_pace(max_send_rate).most
    return pace(left if left >= 1 else max_send_rate * (1 - TRANSACTIONAL_SHARE))


def awaited_pace(max_send_rate: float) -> Pace:
    """The pace of mail that somebody waits for."""
    return pace(max_send_rate * TRANSACTIONAL_SHARE)


def _rounded_up(seconds: float) -> float:
    """To a microsecond, upwards: a slot that is a trifle too short lets one call too many into some second."""
    return math.ceil(seconds * 1e6) / 1e6
