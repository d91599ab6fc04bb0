"""The report that pages and API share, and its recipients page by page.

A cursor names the last line seen, so that lines that come meanwhile shift nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.reports.report_mailing import Report, recipients_of, report_mailing
from newsletter.sending.ledger import RecipientLine

CURSOR = re.compile(r"[A-Za-z0-9_-]{1,100}:(0|[1-9][0-9]{0,2})", re.ASCII)
PATIENCE = 8.0
"""Seconds spent on looking for lines of one standing; a mailing of a million may have few of them, far apart."""


def report_of(mailing: str) -> Report:
    """The report as of now. Raises NotFound."""
    return report_mailing(mailing, app, now=whole_seconds(app.now()))


def lines_after(mailing: Mailing, cursor: str) -> Iterator[RecipientLine]:
    """The recipients after the cursor. Raises InvalidInput for what is none."""
    return recipients_of(mailing, app, now=app.now(), after=place_of(cursor))


def place_of(cursor: str) -> tuple[str, int]:
    """The batch and position that a cursor names; the start for an empty one. Raises InvalidInput on `after`."""
    if not cursor:
        return "", -1
    if not CURSOR.fullmatch(cursor):
        raise InvalidInput("after", "give `next` of the page before")
    batch, _, position = cursor.rpartition(":")
    return batch, int(position)


def cursor_of(line: RecipientLine) -> str:
    """`batch:position`."""
    return f"{line.batch}:{line.position}"


def page_of(
    lines: Iterator[RecipientLine], limit: int, standing: str = "", patience: float = PATIENCE
) -> tuple[list[RecipientLine], str | None]:
    """The first `limit` lines (of one standing), and the cursor to go on from when there may be more.

    Fewer than `limit` with a cursor: the time was up, and the search goes on with the next page.
    """
    stop = time.monotonic() + patience
    found: list[RecipientLine] = []
    last = None
    for number, line in enumerate(lines):
        if len(found) == limit or (standing and number % 1000 == 999 and time.monotonic() > stop):
            return found, last
        if not standing or line.status == standing:
            found.append(line)
        last = cursor_of(line)
    return found, None
