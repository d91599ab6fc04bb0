"""What the ledger keeps of a judgement on visits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from newsletter.leads.visits.evidence import Visit, VisitKind
from newsletter.leads.visits.verdict import Judgement, VerdictKind
from newsletter.sending.feedback.visit_marks import VisitMark

OF_THE_OFFER = (VisitKind.OFFER, VisitKind.PRESS)


def mark_of(judgement: Judgement, links: Sequence[str]) -> VisitMark:
    """The mark of a recipient; `links` are the keys of the links of their mail, in alphabetical order.

    Whatever is not judged to be a person's counts as a machine's. An answer, of which the
    ledger has an event, is no visit here. The canary is no link, and of others than those of
    the mail only who opened them counts.
    """
    opened = [(visit, kind) for visit, kind in judgement.verdicts if visit.kind is not VisitKind.ANSWER]
    people = [visit for visit, kind in opened if kind is VerdictKind.PERSON]
    machines = [visit for visit, kind in opened if kind is not VerdictKind.PERSON]
    return VisitMark(
        visits=len(opened),
        person=bool(people),
        machine=bool(machines),
        offered=any(visit.kind in OF_THE_OFFER for visit in people),
        people=_places(people, links),
        machines=_places(machines, links),
        read_at=_first(people),
        scanned_at=_first(machines),
    )


def _places(visits: Iterable[Visit], links: Sequence[str]) -> frozenset[int]:
    opened = {visit.link for visit in visits if visit.kind is VisitKind.LINK}
    return frozenset(place for place, link in enumerate(links) if link in opened)


def _first(visits: Iterable[Visit]) -> datetime | None:
    return min((visit.at for visit in visits), default=None)
