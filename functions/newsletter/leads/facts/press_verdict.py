"""Whether a person pressed the button: the verdict on all presses of a lead, with the visits around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.leads.lead import Lead, Press
from newsletter.leads.visits.evidence import NOT_OPENED, Trace
from newsletter.leads.visits.judge import judge
from newsletter.leads.visits.verdict import Verdict, VerdictKind

if TYPE_CHECKING:
    from newsletter.container import Container

SURENESS = (VerdictKind.MACHINE, VerdictKind.UNSURE, VerdictKind.PERSON)


def press_verdict(lead: Lead, app: Container) -> Verdict:
    """The verdict on the best of the lead's presses: one that a person made is enough.

    Presses are judged among the visits to the same mailing. Those that are kept with the lead are added to what is
    kept of the reader, who may have refused that visits are kept.
    """
    found = []
    for mailing in dict.fromkeys(press.mailing for press in lead.presses):
        presses = [press for press in lead.presses if press.mailing == mailing]
        trace = with_presses(app.visits.trace_of(lead.subscriber, mailing), presses, lead.offer)
        verdict = judge(trace, app.scanner_rules).press
        if verdict is not None:
            found.append(verdict)
    if not found:
        return Verdict(VerdictKind.UNSURE, (), "")
    return max(found, key=lambda verdict: SURENESS.index(verdict.kind))


def with_presses(trace: Trace, presses: Sequence[Press], offer: str) -> Trace:
    """The trace with the presses as the lead knows them: it also knows what was typed after one."""
    own = {visit.at: visit for visit in (press.visit(offer) for press in presses)}
    others = [visit for visit in trace.visits if visit.kind not in NOT_OPENED or visit.at not in own]
    return replace(trace, visits=(*others, *own.values()))
