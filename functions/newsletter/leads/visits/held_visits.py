"""What a busy container keeps of programs' visits for a moment, so that one call hands over many of them."""

from __future__ import annotations

from collections import deque

from newsletter.leads.visits.evidence import Evidence, VisitKind
from newsletter.leads.visits.judging.signals import signals
from newsletter.leads.visits.rules import Rules
from newsletter.platform.messages import Visited

BUSY = 10
"""Visits of a second from which on a container is busy: the next one comes within a tenth of a second."""
SECOND = 1000
"""Milliseconds."""
LONGEST = 500
"""Milliseconds after which the next visit takes along what is kept."""
MOST = 25
"""Visits of one call: some 12 KB."""
ODD = 2
"""Odd things about a request from which on it is not taken for a person's (judge.py: nobody knows whose it is)."""


class HeldVisits:
    """In memory. A container that Lambda ends takes along what it keeps: at most half a second of programs' visits.

    What may be a person's visit is never kept, nor that of the canary or of the page of an offer. `most` are the visits
    of one call; with 1 none is kept.
    """

    def __init__(self, rules: Rules, most: int = MOST) -> None:
        self._rules = rules
        self._most = most
        self._lately: deque[int] = deque(maxlen=BUSY)
        self._held: list[Visited] = []

    def take(self, visit: Visited, evidence: Evidence) -> list[Visited]:
        """What is to be handed over now; empty if the visit, which is of now, can wait for the next one."""
        self._lately.append(visit.at)
        self._held.append(visit)
        if self._can_wait(visit, evidence):
            return []
        due, self._held = self._held, []
        return due

    def _can_wait(self, visit: Visited, evidence: Evidence) -> bool:
        busy = len(self._lately) == BUSY and 0 <= visit.at - self._lately[0] < SECOND
        recent = 0 <= visit.at - self._held[0].at < LONGEST
        if not (busy and recent and len(self._held) < self._most) or visit.kind != VisitKind.LINK:
            return False
        seen = signals(evidence, self._rules)
        return seen.proof is not None or bool(seen.network) or len(seen.odd) >= ODD
