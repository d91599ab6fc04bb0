"""Leads, the newest first, page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.lead import Lead
from newsletter.leads.manage.lead_filter import LeadFilter
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import iso, parse_iso
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

READ_AT_ONCE = 100
LOOKED_AT = 2_000
"""Leads that are read for one page, whatever fits: twenty reads. The next page goes on from there."""
CURSOR = re.compile(r"(2[0-9]{3}-[0-9:TZ-]{15})\.([a-z2-7]{16})", re.ASCII)
"""When a lead was made, and its id: nothing that an address would have to escape."""


@dataclass(frozen=True)
class LeadPage:
    """`cursor` is what to ask for to see the next page; None after the last lead.

    With a filter, a page may be short of its limit, or empty, and have a cursor: there is more to look through.
    """

    leads: tuple[Lead, ...]
    cursor: str | None


def list_leads(wanted: LeadFilter, app: Container, *, now: datetime, limit: int, cursor: str = "") -> LeadPage:
    """Leads that fit, at most `limit`, from after the cursor on. Raises InvalidInput on `cursor`.

    A cursor names the last lead that was looked at, so that leads made meanwhile do not shift the pages.
    """
    place = _place(cursor)
    at_once = limit + 1 if wanted == LeadFilter() else READ_AT_ONCE
    found: list[Lead] = []
    for _ in range(0, LOOKED_AT, at_once):
        read = app.leads.newest(at_once, place, now=now)
        for after, lead in read:
            if wanted.since is not None and lead.at < wanted.since:
                return LeadPage(tuple(found), None)
            if wanted.fits(lead):
                if len(found) == limit:
                    return LeadPage(tuple(found), _cursor(place))
                found.append(lead)
            place = after
        if len(read) < at_once:
            return LeadPage(tuple(found), None)
    return LeadPage(tuple(found), _cursor(place))


def _place(cursor: str) -> str:
    """The cursor as the store has it. Raises InvalidInput."""
    if not cursor:
        return ""
    named = CURSOR.fullmatch(cursor)
    try:
        made = iso(parse_iso(named[1] if named else ""))
    except ValueError as error:
        raise InvalidInput("cursor", say("give `cursor` of the page before")) from error
    return f"{made}#{named[2] if named else ''}"


def _cursor(place: str) -> str | None:
    return place.replace("#", ".") or None
