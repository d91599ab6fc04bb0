"""A person pauses, resumes or cancels a mailing (console, API, command line)."""

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
    """The actions, by their names in URL paths."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


def control_mailing(act: Control, mailing: str, app: Container, *, by: str, now: datetime) -> Mailing:
    """Do it and return the mailing. Raises NotFound, and NotNow if the mailing's status does not allow it."""
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
