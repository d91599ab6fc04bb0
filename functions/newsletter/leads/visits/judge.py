"""Who made the visits of a trace: the burst of a scanner is folded away, and each other request judged by itself.

Evidence marks requests, never readers: a scanner of a reader's mail says nothing of the reader. Pure, and the same for
the same visits in any order, once or several times. docs/decisions/0081 says what holds when some are lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from newsletter.leads.visits.evidence import NOT_OPENED, Evidence, Trace, Visit, VisitKind
from newsletter.leads.visits.judging.bursts import Bursts, Marked, Opened, Source, find_bursts, near
from newsletter.leads.visits.judging.signals import signals
from newsletter.leads.visits.judging.summary import Judged, summary
from newsletter.leads.visits.rules import Rules
from newsletter.leads.visits.verdict import Judgement, Reason, VerdictKind

PROGRAM_LIKE, MIDDLING = 3, 2
"""Odd things about a request from which on it was a program's, and from which on nobody knows."""


def judge(trace: Trace, rules: Rules) -> Judgement:
    """The verdict on each visit, and on clicks and presses as a whole. Visits that are there twice are judged once."""
    return summary(_Judge(trace, rules).judged(), rules.version)


def _shown(evidence: Evidence) -> tuple[object, ...]:
    return evidence.method, evidence.user_agent, evidence.network, tuple(sorted(evidence.headers.items()))


def _key(visit: Visit) -> tuple[Any, ...]:
    """The same for the same visit alone; in the order of time."""
    age = -1.0 if visit.page_age is None else visit.page_age
    return visit.at, visit.kind, visit.link, _shown(visit.evidence), age, visit.from_page, visit.typed


class _Judge:
    """The visits of one trace, in the order of time."""

    def __init__(self, trace: Trace, rules: Rules) -> None:
        keyed = {_key(visit): visit for visit in trace.visits}
        keys = sorted(keyed)
        self._visits = visits = [keyed[key] for key in keys]
        self._rules = rules
        self._at = [visit.at.timestamp() for visit in visits]
        self._since = [_seconds_since_delivery(visit.at, trace) for visit in visits]
        self._sources = [_source(visit) for visit in visits]
        known = {key[3]: visit.evidence for key, visit in keyed.items()}
        signals_of = {shown: signals(evidence, rules) for shown, evidence in known.items()}
        self._signals = [signals_of[key[3]] for key in keys]
        self._bursts = self._find_bursts([place for place in range(len(visits)) if self._counts(place)])
        self._marked = self._find_marked()
        self._loaded_ahead = self._find_loaded_ahead()

    def judged(self) -> list[Judged]:
        """Each visit with its verdict."""
        found = [self._judged(position, visit) for position, visit in enumerate(self._visits)]
        if programs := {_page_seen(each): each for each in found if _is_programs_press(each)}:
            found = [_seen_by(programs, each) for each in found]
        return found

    def _judged(self, position: int, visit: Visit) -> Judged:
        match visit.kind:
            case VisitKind.ANSWER:  # replies/judging has said that a person wrote it
                return Judged(visit, VerdictKind.PERSON, self._since[position], ())
            case VisitKind.PRESS:
                return self._press(position)
            case _:
                return self._opening(position)

    def _counts(self, place: int) -> bool:
        """Whether it counts for a burst: it opens something, and not ahead of a person, as their own browser may."""
        return self._visits[place].kind not in NOT_OPENED and not self._is_ahead(place)

    def _is_ahead(self, place: int) -> bool:
        proof = self._signals[place].proof
        return proof is not None and proof.code == "prefetch"

    def _find_bursts(self, places: Sequence[int]) -> Bursts:
        """Positions are those of the visits."""
        opened = [
            Opened(
                at=self._at[place],
                since=self._since[place],
                link=self._visits[place].link,
                source=self._sources[place],
                known=self._visits[place].kind is VisitKind.CANARY or self._signals[place].proof is not None,
            )
            for place in places
        ]
        found = find_bursts(opened, self._rules)
        return Bursts(
            {places[position]: told for position, told in found.certain.items()},
            {places[position]: told for position, told in found.likely.items()},
        )

    def _find_marked(self) -> Marked:
        """The requests that mark others of their source: those of a burst and those for the canary."""
        marked = Marked()
        for position, visit in enumerate(self._visits):
            canary = visit.kind is VisitKind.CANARY and not self._is_ahead(position)
            if canary or position in self._bursts.certain:
                marked.add(self._sources[position], self._at[position])
        return marked

    def _find_loaded_ahead(self) -> frozenset[Source]:
        """Who loaded many links ahead at once, or the canary: a program, or the browser of a person who then acts."""
        ahead = [place for place in range(len(self._visits)) if self._is_ahead(place)]
        if not ahead:
            return frozenset()
        bursts = self._find_bursts(ahead)
        canaries = [place for place in ahead if self._visits[place].kind is VisitKind.CANARY]
        return frozenset(self._sources[place] for place in (*bursts.certain, *canaries))

    def _opening(self, position: int) -> Judged:
        """The verdict on a page or link that was opened."""
        if proof := self._proof(position):
            return Judged(self._visits[position], VerdictKind.MACHINE, self._since[position], (proof,))
        return self._weighed(position, doubts=self._doubts(position), odd=self._odd(position))

    def _press(self, position: int) -> Judged:
        """The verdict on the button of an offer."""
        visit, since, rules = self._visits[position], self._since[position], self._rules
        proof = self._proof(position)
        if visit.page_age is None:
            proof = proof or Reason("no_page")
        elif visit.page_age < rules.least_page_age:
            proof = proof or Reason("pressed_at_once", {"during": round(visit.page_age, 1)})
        if proof:
            return Judged(visit, VerdictKind.MACHINE, since, (proof,))
        doubts, odd = self._doubts(position), self._odd(position)
        if not visit.from_page:
            doubts.append(Reason("elsewhere"))
        trust = int(visit.page_age is not None and visit.page_age >= rules.dwell) + int(visit.typed)
        return self._weighed(position, doubts=doubts, odd=odd, trust=trust)

    def _proof(self, position: int) -> Reason | None:
        """Why the request was certainly a program's, if it was."""
        visit, since = self._visits[position], self._since[position]
        if visit.kind is VisitKind.CANARY:
            return Reason("canary")
        if known := self._signals[position].proof:
            return known
        if since is not None and since < 0:
            return Reason("before_delivery")
        if burst := self._bursts.certain.get(position):
            return Reason("burst", {"links": burst[0], "during": round(burst[1], 1)})
        if near(self._marked.sources, self._sources[position], self._at[position], self._rules.near_burst):
            return Reason("burst_source")
        return None

    def _doubts(self, position: int) -> list[Reason]:
        """Why it may have been a program's, each enough to say that nobody knows."""
        at, source = self._at[position], self._sources[position]
        doubts = []
        if owner := self._signals[position].network:
            doubts.append(Reason("known_network", {"name": owner}))
        if burst := self._bursts.likely.get(position):
            doubts.append(Reason("like_a_burst", {"links": burst[0], "during": round(burst[1], 1)}))
        if source in self._marked.sources or source in self._loaded_ahead:
            doubts.append(Reason("burst_source_later"))
        elif near(self._marked.agents, source[1], at, self._rules.near_burst):
            doubts.append(Reason("burst_agent"))
        return doubts

    def _odd(self, position: int) -> list[Reason]:
        """What is odd about it; one such thing alone says nothing. Soon after delivery is one: a person may be quick,
        who had the mailbox open or was told of the mail by their telephone.
        """
        since = self._since[position]
        odd = [Reason(code) for code in self._signals[position].odd]
        if since is not None and since < self._rules.too_soon:
            odd.append(Reason("too_soon", {"after": round(since, 1)}))
        if near(self._marked.networks, self._sources[position][0], self._at[position], self._rules.near_burst):
            odd.append(Reason("burst_network"))
        return odd

    def _weighed(self, position: int, *, doubts: list[Reason], odd: list[Reason], trust: int = 0) -> Judged:
        """A browser that says its language has one thing for it; programs rarely do."""
        says_language = bool(self._visits[position].evidence.headers.get("accept-language"))
        weight = len(odd) - trust - says_language
        if weight >= PROGRAM_LIKE or (doubts and weight > 0):
            kind = VerdictKind.MACHINE
        elif doubts or weight >= MIDDLING:
            kind = VerdictKind.UNSURE
        else:
            kind = VerdictKind.PERSON
        return Judged(self._visits[position], kind, self._since[position], (*doubts, *odd))


def _source(visit: Visit) -> Source:
    return visit.evidence.network, visit.evidence.user_agent


def _seconds_since_delivery(at: datetime, trace: Trace) -> float | None:
    """Seconds; negative before delivery. None where not known.

    What comes before the mail was even sent is the fault of a clock, and says nothing.
    """
    if trace.sent_at is not None and at < trace.sent_at:
        return None
    start = trace.delivered_at or trace.sent_at
    return None if start is None else (at - start).total_seconds()


def _is_programs_press(judged: Judged) -> bool:
    visit = judged.visit
    return visit.kind is VisitKind.PRESS and judged.kind is VerdictKind.MACHINE and visit.page_age is not None


def _page_seen(press: Judged) -> tuple[Source, int]:
    """By whom and in which second the page of the press was seen."""
    return _source(press.visit), round(press.visit.at.timestamp() - (press.visit.page_age or 0))


def _seen_by(programs: Mapping[tuple[Source, int], Judged], judged: Judged) -> Judged:
    """The page that a program's press came from was seen by that program."""
    visit, second = judged.visit, int(judged.visit.at.timestamp())
    if visit.kind is not VisitKind.OFFER or judged.kind is VerdictKind.MACHINE:
        return judged
    for shown in (second, second + 1):
        if press := programs.get((_source(visit), shown)):
            return Judged(visit, VerdictKind.MACHINE, judged.since, press.reasons)
    return judged
