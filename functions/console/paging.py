"""A report's recipients page by page: a cursor names the last line seen, so that new lines shift nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from newsletter.domain.errors import InvalidInput
from newsletter.domain.ledger import RecipientLine

CURSOR = re.compile(r"[A-Za-z0-9_-]{1,100}:[0-9]{1,3}", re.ASCII)


def cursor_of(line: RecipientLine) -> str:
    """`batch:position`."""
    return f"{line.batch}:{line.position}"


def page_after(lines: Sequence[RecipientLine], cursor: str, limit: int) -> tuple[list[RecipientLine], str | None]:
    """At most `limit` lines after the cursor (empty: from the start), and the cursor to go on from, if more follow.

    `lines` are sorted by batch and position. Raises InvalidInput on `after` for what is no cursor.
    """
    start = 0
    if cursor:
        if not CURSOR.fullmatch(cursor):
            raise InvalidInput("after", "give `next` of the page before")
        batch, _, position = cursor.rpartition(":")
        start = bisect_right(lines, (batch, int(position)), key=lambda line: (line.batch, line.position))
    found = list(lines[start : start + limit])
    return found, cursor_of(found[-1]) if start + limit < len(lines) else None
