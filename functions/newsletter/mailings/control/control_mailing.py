"""What a person can do to a mailing that goes out: pause, resume or cancel it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import NotFound
from newsletter.platform.observability import count

if TYPE_CHECKING:
    from newsletter.container import Container


class Control(StrEnum):
    """The acts, by their names in paths."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


def control_mailing(act: Control, mailing: str, app: Container, *, by: str, now: datetime) -> Mailing:
    """The mailing as it stands after it. Raises NotFound, and NotNow for a mailing with which that cannot be done."""
    match act:
        case Control.PAUSE:
            pause_mailing(mailing, app, by=by, now=now)
            count("MailingsPaused")
        case Control.RESUME:
            resume_mailing(mailing, app, by=by, now=now)
            count("MailingsResumed")
        case Control.CANCEL:
            cancel_mailing(mailing, app, by=by, now=now)
            count("MailingsCancelled")
    found = app.mailings.get(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    return found
