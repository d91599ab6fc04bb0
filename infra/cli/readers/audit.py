"""`newsletter audit`: who did what, month by month."""

from __future__ import annotations

import json

from cli.faults import Fault
from cli.output import say, table, when
from newsletter.container import app
from newsletter.platform.audit.audit_line import read_cursor, read_month
from newsletter.platform.errors import InvalidInput


def show(month: str, limit: int, cursor: str, *, as_json: bool) -> int:
    """The lines of a month, the newest first."""
    now = app.now()
    try:
        found = app.audit.page(read_month(month, now), limit, read_cursor(cursor), now=now)
    except InvalidInput as wrong:
        raise Fault(f"--{wrong.field}: {wrong.message}") from wrong
    if as_json:
        lines = [line.as_json for line in found.lines]
        print(json.dumps({"month": found.month, "audit": lines, "cursor": found.cursor}, ensure_ascii=False, indent=2))
        return 0
    zone = app.templates.publication.time_zone
    if not found.lines:
        say(f"Nobody did anything in {found.month}.")
        return 0
    table(
        (f"At ({zone})", "Who", "Did", "To", "With", "Refused because"),
        ((when(line.at, zone), line.who, line.act, line.what, line.via, line.refused) for line in found.lines),
    )
    if found.cursor:
        say(f"There are older ones: --month {found.month} --cursor {found.cursor}")
    return 0
