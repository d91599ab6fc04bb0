"""`newsletter mailing relink` and `archive`: what can still be changed of a mailing that is out."""

from __future__ import annotations

import getpass

from cli.faults import Fault
from cli.output import say
from newsletter.container import app
from newsletter.mailings.relink import relink
from newsletter.mailings.take_out import take_out
from newsletter.platform.errors import InvalidInput, NotFound, NotNow
from newsletter.platform.times import whole_seconds


def relink_mailing(mailing: str, old: str, new: str) -> int:
    """Correct where a link leads."""
    by = f"{getpass.getuser()}, at the command line"
    try:
        target = relink(mailing, old, new, app, by=by, now=whole_seconds(app.now()))
    except NotFound as nothing:
        raise Fault(f"{nothing}; `newsletter mailing show {mailing}` lists the links of a mailing") from nothing
    except InvalidInput as wrong:
        raise Fault(f"NEW_URL: {wrong.message}") from wrong
    say(f"Within a minute the link leads to {target}. Mails to readers without tracking keep the old address.")
    return 0


def archive_mailing(mailing: str, *, shown: bool) -> int:
    """Take a mailing out of the archive, or put it back."""
    by = f"{getpass.getuser()}, at the command line"
    try:
        take_out(mailing, app, shown=shown, by=by, now=whole_seconds(app.now()))
    except NotFound as nothing:
        raise Fault(f"there is no mailing {mailing}; `newsletter mailing list` names them") from nothing
    except NotNow as refused:
        raise Fault(f"{refused}") from refused
    what = "is in the archive again" if shown else "is out of the archive"
    say(f"{mailing} {what}. Copies that browsers kept are shown for five more minutes at most.")
    return 0
