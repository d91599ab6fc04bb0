"""How the CRM's endpoint is: a failing one rests and is probed by one event at a time, one that refuses is off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.leads.outbox.backoff import LONGEST_ASKED
from newsletter.leads.outbox.crm_answer import Outcome

FAILURES_BEFORE_REST = 4
"""So many failures in a row, of whichever leads, before nobody else is tried for a while."""
RESTS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900))
"""The first rest, the next after a probe that failed, ...; the last one is that of all further ones."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 30, 60, 120, 240, 480, 900))
"""The shortest rest after the first, second, ... answer in a row that asks for a pause; the CRM may ask for more."""
REFUSALS_BEFORE_OFF = 5
"""So many answers of 401, 403 or 404 in a row switch the endpoint off."""
PROBE_LEASE = timedelta(seconds=60)
"""How long nobody else probes: longer than an exchange may take."""


class Access(StrEnum):
    """Whether an event may be sent now."""

    OPEN = "open"
    PROBE = "probe"
    """A rest is over: one event may be sent, by whoever claims it."""
    RESTS = "rests"
    OFF = "off"
    """Until a person switches it on."""


@dataclass(frozen=True)
class EndpointHealth:
    """`failures`, `refusals` and `pauses` (which the CRM asked for) are those in a row. `off_at` is when the endpoint
    was switched off, `off_why` why. `well_since` is when it worked again after a rest, or was switched on again.

    `asked_until` is how long the CRM wants to be left alone, as it has said itself. `only_lead` is the lead whose
    attempts alone failed in a row.
    """

    failures: int = 0
    refusals: int = 0
    resting_until: datetime | None = None
    off_at: datetime | None = None
    off_why: str = ""
    well_since: datetime | None = None
    asked_until: datetime | None = None
    only_lead: str = ""
    pauses: int = 0

    def access(self, now: datetime, lead: str = "") -> Access:
        """Whether an event may be sent, of that lead.

        While one lead alone has failed, it may be this lead that the CRM chokes on, so the others do not rest with it.
        """
        if self.off_at is not None:
            return Access.OFF
        if self.resting_until is None:
            return Access.OPEN
        if lead and self.only_lead not in ("", lead) and not self._asked(now):
            return Access.OPEN
        return Access.RESTS if now < self.resting_until else Access.PROBE

    def probing(self, now: datetime) -> EndpointHealth:
        """While one event is sent to see whether the endpoint works again."""
        return replace(self, resting_until=now + PROBE_LEASE, asked_until=None)

    def after(
        self, outcome: Outcome, now: datetime, asked: timedelta | None, said: str, lead: str = ""
    ) -> EndpointHealth:
        """After an attempt for `lead`; `asked` is its Retry-After, `said` its status and the beginning of its answer.

        Two attempts may be under way at once, so one may end after the other has been told to wait: the wait stays.
        """
        asked_until = self.asked_until if self._asked(now) else None
        well = replace(
            self,
            failures=0,
            refusals=0,
            pauses=0,
            only_lead="",
            resting_until=asked_until,
            asked_until=asked_until,
        )
        match outcome:
            case Outcome.TAKEN | Outcome.DECLINED:
                back = self.resting_until is not None and asked_until is None
                return replace(well, well_since=now if back else self.well_since)
            case Outcome.GONE:
                return self._switched_off(now, said)
            case Outcome.REFUSED:
                if self.refusals + 1 >= REFUSALS_BEFORE_OFF:
                    return self._switched_off(now, said)
                return replace(well, refusals=self.refusals + 1)
            case Outcome.BUSY:
                shortest = PAUSES[min(self.pauses, len(PAUSES) - 1)]
                until = now + min(max(asked or shortest, shortest), LONGEST_ASKED)
                until = max(until, asked_until or until)
                return replace(
                    well, pauses=self.pauses + 1, resting_until=until, asked_until=until if asked else asked_until
                )
        failures = self.failures + 1
        over = failures - FAILURES_BEFORE_REST
        rest = now + RESTS[min(over, len(RESTS) - 1)] if over >= 0 else None
        return replace(
            self,
            failures=failures,
            refusals=0,
            resting_until=max((each for each in (rest, asked_until) if each), default=None),
            asked_until=asked_until,
            only_lead=lead if self.failures == 0 or self.only_lead == lead else "",
        )

    def is_back_since(self, moment: datetime) -> bool:
        """Whether it has come back after that moment, so that what failed then need not wait any longer."""
        return self.off_at is None and self.well_since is not None and self.well_since >= moment

    def _asked(self, now: datetime) -> bool:
        return self.asked_until is not None and now < self.asked_until

    def _switched_off(self, now: datetime, why: str) -> EndpointHealth:
        return replace(self, resting_until=None, off_at=self.off_at or now, off_why=self.off_why or why)
