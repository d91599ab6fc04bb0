"""The report for the pages and the API, and its recipients page by page.

A cursor names the last line of a page, so that lines added meanwhile do not shift the pages.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.platform.words.said import say
from newsletter.reports.certificate import Certificate, RecipientLine
from newsletter.reports.count_mailing import listed_stats
from newsletter.reports.descriptions import title_of
from newsletter.reports.groups.count_groups import why_back
from newsletter.reports.report_mailing import Report, recipients_of, report_mailing
from newsletter.reports.words.bounce_words import group_of

CURSOR = re.compile(r"[A-Za-z0-9_-]{1,100}:(0|[1-9][0-9]{0,2})", re.ASCII)
SEARCH_SECONDS = 8.0
"""Seconds to search for recipients with one status; in a mailing of a million they may be few and far apart."""


def report_of(mailing: str) -> Report:
    """The report as of now. Raises NotFound."""
    return report_mailing(mailing, app, now=whole_seconds(app.now()))


@dataclass(frozen=True)
class ListedMailing:
    """A mailing in a list; `figures` is None if there was no time to count it."""

    mailing: Mailing
    title: str
    figures: Certificate | None

    @property
    def is_under_way(self) -> bool:
        """Whether some recipients have not been tried yet."""
        return bool(self.figures and self.figures.waiting) and self.mailing.status.state is not MailingState.CANCELLED


def newest_mailings(limit: int, seconds: float) -> list[ListedMailing]:
    """The newest mailings; after so many seconds those are left uncounted that nobody has counted before."""
    now = whole_seconds(app.now())
    stop = time.monotonic() + seconds
    lines = []
    for mailing in app.mailings.newest(limit):
        stats = listed_stats(mailing, app, now=now, may_count=time.monotonic() < stop)
        lines.append(ListedMailing(mailing, title_of(mailing), stats.sums if stats else None))
    return lines


def lines_after(mailing: Mailing, cursor: str) -> Iterator[RecipientLine]:
    """The recipients after the cursor. Raises InvalidInput for an invalid cursor."""
    return recipients_of(mailing, app, now=app.now(), after=place_of(cursor))


def place_of(cursor: str, field: str = "after") -> tuple[str, int]:
    """The batch and position that a cursor names; the start for an empty one. Raises InvalidInput on `field`."""
    if not cursor:
        return "", -1
    if not CURSOR.fullmatch(cursor):
        raise InvalidInput(field, say("give `cursor` of the page before"))
    batch, _, position = cursor.rpartition(":")
    return batch, int(position)


def cursor_of(line: RecipientLine) -> str:
    """`batch:position`."""
    return cursor_text(line.batch, line.position)


def cursor_text(batch: str, position: int) -> str:
    """The cursor of a place in the ledger."""
    return f"{batch}:{position}"


def _came_back_for(line: RecipientLine) -> str:
    reason = why_back(line)
    return group_of(reason) if reason else ""


def page_of(
    lines: Iterator[RecipientLine], limit: int, standing: str = "", reason: str = "", seconds: float = SEARCH_SECONDS
) -> tuple[list[RecipientLine], str | None]:
    """The first `limit` lines (of one recipient status, if `standing` is given, and of those alone whose mail came back
    for that `reason` of bounce_words), and the cursor if there may be more.

    Fewer than `limit` with a cursor: the time was up, and the next page continues the search.
    """
    stop = time.monotonic() + seconds
    found: list[RecipientLine] = []
    last = None
    for number, line in enumerate(lines):
        if len(found) == limit or (standing and number % 1000 == 999 and time.monotonic() > stop):
            return found, last
        if (not standing or line.status == standing) and (not reason or _came_back_for(line) == reason):
            found.append(line)
        last = cursor_of(line)
    return found, None
