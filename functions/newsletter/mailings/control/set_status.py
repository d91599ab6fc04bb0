"""Change the course of a mailing, once, and record that it was changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.errors import NotFound, NotNow

if TYPE_CHECKING:
    from newsletter.container import Container

ATTEMPTS = 5
"""How often a change is tried when others change the same course at the same time."""


def set_status(
    mailing: str,
    allowed: Collection[MailingState],
    turned: Callable[[MailingStatus], MailingStatus],
    decision: str,
    app: Container,
) -> MailingStatus:
    """Turn to what `turned` makes of a course whose state is in `allowed`; the course that holds then.

    The same change again is no error. Raises NotFound, and NotNow that says how the mailing stands when nothing leads
    from there.
    """
    for _ in range(ATTEMPTS):
        before = status_once_planned(mailing, app)
        after = turned(before)
        if before.state is after.state and not after.to_emit:
            # Whoever made the change may have died before it was recorded.
            app.decisions.put(before.since, mailing, decision, in_short(before), replace=False)
            return before
        if before.state not in allowed:
            raise NotNow(f"{mailing} is {in_words(before)} and cannot be {decision}")
        if app.statuses.turn(mailing, before, after):
            app.decisions.put(after.since, mailing, decision, in_short(after))
            return after
    raise NotNow(f"{mailing} is being changed by somebody else; look at it and try again")


def in_short(status: MailingStatus) -> str:
    """Why a course is what it is, or who made it so."""
    return status.reason or (f"by {status.by}" if status.by else "by itself")


def status_once_planned(mailing: str, app: Container) -> MailingStatus:
    """The course of a mailing that is planned. Raises NotFound, and NotNow for mails that go out one by one."""
    found = app.mailings.get(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    if found.kind.automated:
        raise NotNow(f"{mailing} is no mailing of its own: its mails follow, one by one, what readers do")
    return found.status


def in_words(status: MailingStatus) -> str:
    """`held`, `waiting for approval`: how a sentence about the mailing goes on after `is`."""
    return {
        MailingState.APPROVAL: "waiting for approval",
        MailingState.PILOT: "being sent to its pilot audience",
        MailingState.SENDING: "being sent",
    }.get(status.state, status.state.value)
