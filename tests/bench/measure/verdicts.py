"""How many visits are judged in a second of CPU: of digests to readers behind scanners, and of the corpus."""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median

from newsletter.leads.visits.evidence import Trace, Visit, VisitKind
from newsletter.leads.visits.judge import judge
from newsletter.leads.visits.rules import read_rules
from tests.bench.figures import Figure
from tests.support.mailings.templates import TEMPLATES
from tests.unit.leads.corpus_traces import DELIVERED, cases, evidence

LINKS, READERS, CORPORA, TIMES = 35, 60, 8, 9


def measure() -> list[Figure]:
    """The median of several runs over the same traces."""
    rules = read_rules(TEMPLATES)
    traces = [*(_scanned(number) for number in range(READERS)), *(case.trace for case in cases() * CORPORA)]
    visits = sum(len(trace.visits) for trace in traces)
    seconds = []
    for _ in range(TIMES):
        began = time.process_time()
        for trace in traces:
            judge(trace, rules)
        seconds.append(time.process_time() - began)
    note = f"{READERS} digests of {LINKS} links, scanned, and {CORPORA} times the corpus: {visits} visits"
    return [Figure("verdict_visits_per_cpu_s", visits / median(seconds), note)]


def _scanned(number: int) -> Trace:
    """A scanner opens every link of a digest, and a person in ten opens one and the offer, and presses."""
    scanner, person = evidence("defender-chrome", "40.94.16.0/24"), evidence("edge-windows", "91.152.2.0/24")
    visits = [
        Visit(DELIVERED + timedelta(seconds=4 + place * 0.2), VisitKind.LINK, f"link{place}", scanner)
        for place in range(LINKS)
    ]
    if number % 10 == 0:
        at = DELIVERED + timedelta(minutes=7)
        visits += [
            Visit(at, VisitKind.LINK, "link3", person),
            Visit(at + timedelta(seconds=70), VisitKind.OFFER, "sparraus", person),
            Visit(at + timedelta(seconds=99), VisitKind.PRESS, "sparraus", person, page_age=29.0),
        ]
    return Trace(tuple(visits), DELIVERED)
