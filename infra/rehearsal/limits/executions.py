"""How many executions Lambda runs at once: those of the account, of which functions may have some to themselves.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.template.model import Stack

NEW_ACCOUNT, USUAL_ACCOUNT = 10, 1_000
"""What AWS gives a new account, and others unless they ask for more."""
FUNCTION = "AWS::Serverless::Function"


class Executions:
    """Executions under way. `account` is how many there may be, `reserved` what functions have to themselves.

    A function with a reservation gets that and no more; all others share the rest. `refused` counts by function.
    """

    def __init__(self, account: int = USUAL_ACCOUNT, reserved: Mapping[str, int] | None = None) -> None:
        self._reserved = dict(reserved or {})
        self._shared = account - sum(self._reserved.values())
        self._own: Counter[str] = Counter()
        self._all = self._of_shared = 0
        self.busiest = 0
        """The most that were under way at once."""
        self.refused: Counter[str] = Counter()

    def begin(self, function: str) -> bool:
        """Whether Lambda begins an execution now; then `end` must be called."""
        if not self.has_room(function):
            self.refused[function] += 1
            return False
        self._own[function] += 1
        self._all += 1
        self._of_shared += function not in self._reserved
        self.busiest = max(self.busiest, self._all)
        return True

    def has_room(self, function: str) -> bool:
        """Whether an execution of the function could begin now."""
        own = self._reserved.get(function)
        return self._of_shared < self._shared if own is None else self._own[function] < own

    def end(self, function: str) -> None:
        """One of the function's executions is over."""
        self._own[function] -= 1
        self._all -= 1
        self._of_shared -= function not in self._reserved


def of_stack(stack: Stack, account: int = USUAL_ACCOUNT) -> Executions:
    """Those of an account that runs this stack alone, with the reservations of its template, by logical id."""
    reserved = {
        each.logical_id: int(each.properties["ReservedConcurrentExecutions"])
        for each in stack.of_type(FUNCTION)
        if "ReservedConcurrentExecutions" in each.properties
    }
    return Executions(account, reserved)
