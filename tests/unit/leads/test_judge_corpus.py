"""The corpus: no machine makes a hot lead, no person is lost. `pytest -s` prints the confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from newsletter.leads.visits.evidence import VisitKind
from newsletter.leads.visits.judge import judge
from newsletter.leads.visits.rules import Rules, read_rules
from newsletter.leads.visits.verdict import VerdictKind
from tests.support.mailings.templates import TEMPLATES
from tests.unit.leads.corpus_traces import Case, cases

RULES = read_rules(TEMPLATES)
each_case = pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.file}: {case.name}")
each_rules = pytest.mark.parametrize("rules", [RULES, Rules()], ids=["scanners.toml", "built in"])
Matrix = Counter[tuple[str, str, VerdictKind]]


def matrix(some: Iterable[Case], rules: Rules = RULES) -> Matrix:
    """How many visits of clicks and presses, by who made them, were judged to be whose."""
    counted: Matrix = Counter()
    for case in some:
        verdicts = {id(visit): kind for visit, kind in judge(case.trace, rules).verdicts}
        for visit, who in case.truth:
            if who != "nobody":
                what = "press" if visit.kind is VisitKind.PRESS else "click"
                counted[what, who, verdicts[id(visit)]] += 1
    return counted


def shown(title: str, counted: Matrix) -> str:
    """The matrix as a table."""
    lines = [f"{title:<28}" + "".join(f"{kind:>9}" for kind in VerdictKind)]
    for what in ("click", "press"):
        for who in ("person", "machine"):
            numbers = "".join(f"{counted[what, who, kind]:>9}" for kind in VerdictKind)
            lines.append(f"  {what} by a {who:<17}{numbers}")
    return "\n".join(lines)


def test_the_confusion_matrix() -> None:
    """The gates on single visits; the table is for whoever changes the rules."""
    tuned, held_out = ([case for case in cases() if case.held_out is held] for held in (False, True))
    whole = matrix(cases())
    for title, counted in (("tuned on", matrix(tuned)), ("held out", matrix(held_out)), ("all", whole)):
        print(f"\n{shown(title, counted)}")  # noqa: T201
    assert whole["press", "machine", VerdictKind.PERSON] == 0
    assert whole["press", "person", VerdictKind.MACHINE] == 0
    assert whole["click", "person", VerdictKind.MACHINE] == 0
    assert len(cases()) >= 40
    assert len(held_out) * 3 >= len(cases())
    assert whole["press", "machine", VerdictKind.MACHINE] >= 8
    assert whole["press", "person", VerdictKind.PERSON] >= 20


@each_case
def test_clicks_and_presses_are_judged_as_they_should(case: Case) -> None:
    judgement = judge(case.trace, RULES)
    if case.click:
        assert judgement.click.kind in case.click, judgement.click
    assert (judgement.press is not None) == bool(case.press)
    if judgement.press:
        assert judgement.press.kind in case.press, judgement.press
        assert judgement.press.reasons
    assert judgement.click.reasons


@each_rules
def test_the_gates_hold_with_the_lists_of_agents_and_networks_and_without(rules: Rules) -> None:
    counted = matrix(cases(), rules)
    assert counted["press", "machine", VerdictKind.PERSON] == 0
    assert counted["press", "person", VerdictKind.MACHINE] == 0
    assert counted["click", "person", VerdictKind.MACHINE] == 0
