"""`newsletter mailing pause`, `resume` and `cancel`."""

from __future__ import annotations

import getpass
from collections.abc import Callable

from cli.confirm import agreed
from cli.faults import Fault
from cli.output import say
from newsletter.container import app
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.status import MailingStatus
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.times import whole_seconds
from newsletter.reports.words.certificate_words import still_going_out

SAID = {
    "pause": "{0} is paused. {1} Go on: newsletter mailing resume {0}",
    "resume": "{0} goes on with whoever was not tried. See how it goes: newsletter mailing show {0}",
    "cancel": "{0} is cancelled. {1} What it did: newsletter mailing show {0}",
}


def control(act: str, mailing: str, *, yes: bool = False) -> int:
    """Pause, resume or cancel the mailing; asks before it cancels, because that cannot be undone."""
    acts: dict[str, Callable[..., MailingStatus]] = {
        "pause": pause_mailing,
        "resume": resume_mailing,
        "cancel": cancel_mailing,
    }
    if act == "cancel" and not yes and not agreed(f"Cancel {mailing} for good?", "to cancel"):
        say("Nothing was changed.")
        return 1
    try:
        status = acts[act](mailing, app, by=f"{getpass.getuser()}, at the command line", now=whole_seconds(app.now()))
    except NotFound as nothing:
        raise Fault(f"there is no mailing {mailing}; `newsletter mailing list` names them") from nothing
    except NotNow as wrong:
        raise Fault(str(wrong)) from wrong
    say(SAID[act].format(mailing, still_going_out(status)))
    return 0
