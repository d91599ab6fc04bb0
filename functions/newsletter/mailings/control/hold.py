"""Stop a mailing without a person's command: held until somebody resumes it, or waiting until it resumes by itself."""

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
    ends_pilot: bool = False,
    refused: int = 0,
    rings: bool = True,
) -> bool:
    """Hold the mailing or, with `until`, let it wait and try again then; False when it is not being sent.

    Of many senders that meet the same obstacle at once, one changes the status and raises the alarm. `ends_pilot`: the
    result of the pilot is the reason, so that the pilot is over if somebody resumes the mailing all the same.
    `refused`: so many refused recipients are the reason, so that only further ones stop it again. `rings`: whether this
    is what a person must be told; the breaker, refusals, and an account that may not send have alarms of their own.
    """
    status = app.statuses.status(mailing)
    if status is None or not status.state.is_sending:
        return False
    state = MailingState.WAITING if until else MailingState.HELD
    stopped = MailingStatus(
        state,
        now,
        reason=reason,
        until=until,
        pilot_shards="" if ends_pilot else status.pilot_shards,
        refused=refused or status.refused,
    )
    if not app.statuses.compare_and_set(mailing, status, stopped):
        return False
    record_stopped(mailing, stopped, app, rings=rings)
    return True


def record_stopped(mailing: str, status: MailingStatus, app: Container, *, rings: bool = True) -> None:
    """Record that the mailing is held or waits, and raise the alarm, once; called again after a crash."""
    if app.decisions.put(status.since, mailing, status.state.value, status.reason, replace=False):
        count("MailingsHeld" if rings and status.state is MailingState.HELD else "MailingsWaiting")
