"""Stop a mailing by ourselves: held until a person looks into it, or waiting until it can go on by itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.observability import count

if TYPE_CHECKING:
    from newsletter.container import Container


def hold_mailing(
    mailing: str,
    reason: str,
    app: Container,
    *,
    now: datetime,
    until: datetime | None = None,
    judged: bool = False,
    refused: int = 0,
) -> bool:
    """Hold the mailing, or let it wait where `until` says when to try again; False when it was not being sent any more.

    Of many senders that meet the same obstacle at once, one changes the course and raises the alarm. `judged`: the
    pilot is the reason, so it is not watched again when somebody resumes the mailing all the same. `refused`: so
    many refused recipients are the reason, so only further ones stop it again.
    """
    status = app.statuses.status(mailing)
    if status is None or not status.state.sends:
        return False
    state = MailingState.WAITING if until else MailingState.HELD
    stopped = MailingStatus(
        state,
        now,
        reason=reason,
        until=until,
        slice="" if judged else status.slice,
        refused=refused or status.refused,
    )
    if not app.statuses.turn(mailing, status, stopped):
        return False
    tell_stopped(mailing, stopped, app)
    return True


def tell_stopped(mailing: str, status: MailingStatus, app: Container) -> None:
    """Record that the mailing is held or waits, and raise the alarm; once, even if who stopped it died before that."""
    if app.decisions.put(status.since, mailing, status.state.value, status.reason, replace=False):
        count("MailingsWaiting" if status.state is MailingState.WAITING else "MailingsHeld")
