"""Lambda runs what the account gives, and keeps for a function what is reserved for it."""

from __future__ import annotations

from rehearsal.limits.executions import Executions, of_stack
from rehearsal.template.stack import load_stack
from tests.template.stacks import PARAMETERS, ROOT


def begun(executions: Executions, function: str, asked: int) -> int:
    return sum(executions.begin(function) for _ in range(asked))


def test_ten_executions_are_shared_by_everything() -> None:
    executions = Executions(10)
    assert begun(executions, "PublicSite", 20) == 10
    assert not executions.begin("Sender")
    executions.end("PublicSite")
    assert executions.begin("Sender")
    assert (executions.busiest, executions.refused) == (10, {"PublicSite": 10, "Sender": 1})


def test_a_rush_of_visits_leaves_sending_what_is_reserved_for_it() -> None:
    executions = of_stack(load_stack(ROOT, {**PARAMETERS, "ReserveConcurrency": "yes"}), 200)
    assert begun(executions, "PublicSite", 500) == 161
    assert begun(executions, "Sender", 20) == 14
    assert begun(executions, "Feedback", 30) == 25
