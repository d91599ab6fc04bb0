"""Change the status of a mailing and write the decision record of that, each once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

ATTEMPTS = 5
"""How often a change is tried when others change the same status at the same time."""


def set_status(
    mailing: str,
    allowed: Collection[MailingState],
    change: Callable[[MailingStatus], MailingStatus],
    decision: str,
    app: Container,
) -> MailingStatus:
    """Set the status to `change(status)` if its state is in `allowed`; the status after that.

    `decision` is the word of the decision record, e.g. `paused`. The same change again is no error. Raises NotFound,
    and NotNow, which names the mailing's state, when that state does not allow the change.
    """
    for _ in range(ATTEMPTS):
        before = planned_mailing_status(mailing, app)
        after = change(before)
        if before.state is after.state and not after.needs_requeue:
            # The run that changed it may have crashed before it wrote the record.
            app.decisions.put(before.since, mailing, decision, cause_of(before), replace=False)
            return before
        if before.state not in allowed:
            state = state_in_words(before)
            raise NotNow(say("{mailing} is {state} and cannot be {act}", mailing=mailing, state=state, act=decision))
        if app.statuses.compare_and_set(mailing, before, after):
            app.decisions.put(after.since, mailing, decision, cause_of(after))
            return after
    raise NotNow(say("{mailing} is being changed by somebody else; look at it and try again", mailing=mailing))


def cause_of(status: MailingStatus) -> str:
    """The reason of a status, or who set it, for a decision record."""
    return status.reason or (say("by {who}", who=status.by) if status.by else say("by itself"))


def planned_mailing_status(mailing: str, app: Container) -> MailingStatus:
    """The status of a digest or campaign. Raises NotFound, and NotNow for automated mails."""
    found = app.mailings.get(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    if found.kind.automated:
        raise NotNow(
            say("{mailing} is no mailing of its own: its mails follow, one by one, what readers do", mailing=mailing)
        )
    return found.status


def state_in_words(status: MailingStatus) -> str:
    """The state as a sentence has it after `is`, e.g. `held` or `waiting for approval`."""
    return {
        MailingState.APPROVAL: say("waiting for approval"),
        MailingState.PILOT: say("being sent to its pilot audience"),
        MailingState.SENDING: say("being sent"),
        MailingState.PAUSED: say("paused"),
        MailingState.WAITING: say("waiting"),
        MailingState.HELD: say("held"),
        MailingState.CANCELLED: say("cancelled"),
        MailingState.COMPLETE: say("complete"),
    }[status.state]
