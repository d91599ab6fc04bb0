"""How bad a schedule is: the chance of each fault, drawn anew for every schedule."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random


@dataclass(frozen=True)
class Weather:
    """Chances from 0 to 1 of what may happen to one call, one message or one bulk entry.

    `crash_before` and `crash_after` end the process before and after the call took effect. Of a call without an answer,
    `lost_before` never arrived, `lost_after` took effect and `lost_late` takes effect after the caller gave up.
    `error_before` and `error_after` are HTTP 500 answers. `entry` is the chance that SES refuses one recipient,
    `partial` that DynamoDB or SQS does only a part. `twice` and `undeleted` make SQS deliver a message again.
    """

    crash_before: float = 0.0
    crash_after: float = 0.0
    throttle: float = 0.0
    lost_before: float = 0.0
    lost_after: float = 0.0
    lost_late: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    partial: float = 0.0
    entry: float = 0.0
    twice: float = 0.0
    undeleted: float = 0.0
    stall: float = 0.0


FAIR = Weather()
"""Nothing goes wrong."""

CALLS = (0.0, 0.0, 0.005, 0.02, 0.08)
MESSAGES = (0.0, 0.1, 0.4)


def drawn(random: Random) -> Weather:
    """Weather in which each fault is absent, rare or frequent."""
    messages = {"entry", "twice", "undeleted"}
    return Weather(**{f.name: random.choice(MESSAGES if f.name in messages else CALLS) for f in fields(Weather)})
