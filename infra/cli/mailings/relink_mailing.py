"""`newsletter mailing relink`."""

from __future__ import annotations

import getpass

from cli.faults import Fault
from cli.output import say
from newsletter.container import app
from newsletter.mailings.relink import relink
from newsletter.platform.errors import InvalidInput, NotFound
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
