"""How much the account may send: a token bucket of recipients per second and a quota of 24 hours."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from rehearsal.ses.errors import quota_exceeded, throttled

UNLIMITED = -1
_DAY = timedelta(hours=24)


class SendingLimits:
    """Counts recipients, as SES does. Safe to use from several threads.

    A message goes through while anything is left and may overdraw with its further recipients; the debt is then
    waited off (Amazon SES blog, quoted in github.com/django-ses/django-ses, issue 59).
    """

    def __init__(self, rate: float, quota: float) -> None:
        self._rate = rate
        self._quota = quota
        # A slow account still has to be able to send one message.
        self._capacity = max(rate, 1.0)
        self._tokens = self._capacity
        self._refilled: datetime | None = None
        self._sent: deque[tuple[datetime, int]] = deque()
        self._sent_count = 0
        self._lock = threading.Lock()

    def require_rate(self, now: datetime) -> None:
        """SesError (throttled) when no recipient at all can be sent to at this moment."""
        with self._lock:
            self._check_rate(now)

    def take(self, now: datetime, recipients: int, counted: int) -> None:
        """Books one message: `recipients` of the rate and `counted` of the quota.

        SesError when the quota or the rate has nothing left; then nothing is booked.
        """
        with self._lock:
            self._forget_old(now)
            if counted and self._quota != UNLIMITED and self._sent_count >= self._quota:
                raise quota_exceeded()
            self._check_rate(now)
            self._tokens -= recipients
            if counted:
                self._remember(now, counted)

    def sent_last_24_hours(self, now: datetime) -> int:
        """Recipients that count towards the quota."""
        with self._lock:
            self._forget_old(now)
            return self._sent_count

    def _check_rate(self, now: datetime) -> None:
        if self._rate == UNLIMITED:
            return
        if self._refilled is not None:
            # A clock that is set back must not take tokens away.
            passed = max((now - self._refilled).total_seconds(), 0.0)
            self._tokens = min(self._capacity, self._tokens + passed * self._rate)
        self._refilled = now
        # Refilling in small steps adds up to a hair less than a whole token.
        if self._tokens < 1 - 1e-6:
            raise throttled()

    def _remember(self, now: datetime, counted: int) -> None:
        self._sent_count += counted
        moment = now.replace(microsecond=0)
        if self._sent and self._sent[-1][0] == moment:
            counted += self._sent.pop()[1]
        self._sent.append((moment, counted))

    def _forget_old(self, now: datetime) -> None:
        while self._sent and self._sent[0][0] <= now - _DAY:
            self._sent_count -= self._sent.popleft()[1]
