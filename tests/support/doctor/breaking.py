"""What a test breaks in an account: a part of it, a member of a part, or all that one expression says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.doctor.deployed_stack import Deployed

Break = Callable[[Deployed], None]


def put(part: str, **values: Any) -> Break:
    """Replace members of a part of the account."""

    def act(stack: Deployed) -> None:
        kept = getattr(stack, part)
        assert kept is not None
        setattr(stack, part, {**kept, **values})

    return act


def inside(part: str, member: str, **values: Any) -> Break:
    """Replace members of a member."""

    def act(stack: Deployed) -> None:
        kept = getattr(stack, part)
        setattr(stack, part, {**kept, member: {**kept[member], **values}})

    return act


def change(act: Callable[[Deployed], Any]) -> Break:
    """A break that is one expression."""

    def whole(stack: Deployed) -> None:
        act(stack)

    return whole


def parameter(**values: str) -> Break:
    return lambda stack: stack.parameters.update(values)


ANOTHER = {
    "StackName": "another",
    "Parameters": [
        {"ParameterKey": "MailsPerSecond", "ParameterValue": "200"},
        {"ParameterKey": "RateShare", "ParameterValue": "0.5"},
    ],
}
"""A second stack of this product in the account."""


def without_identity(stack: Deployed) -> None:
    stack.identity = None


def restricted(stack: Deployed) -> None:
    stack.executions, stack.reserved = 1_000, 998


def another_clock(stack: Deployed) -> None:
    stack.date = datetime.now(UTC) - timedelta(seconds=600)


def half_a_minute(stack: Deployed) -> None:
    stack.date = datetime.now(UTC) + timedelta(seconds=30)


def rolled_back(stack: Deployed) -> None:
    stack.status = "UPDATE_ROLLBACK_COMPLETE"


DRIFTED = {"StackDriftStatus": "DRIFTED", "LastCheckTimestamp": datetime(2026, 11, 1, tzinfo=UTC)}
OLD = {"StackDriftStatus": "IN_SYNC", "LastCheckTimestamp": datetime(2020, 1, 1, tzinfo=UTC)}
