"""/console and /api/v1/overview: what comes next, what waits, how the list grows, how mails arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.principal import Principal
from console.reports import newest_mailings
from console.request import Request
from console.responses import clock, page
from newsletter.container import app
from newsletter.overview.growth import GrowthOfWeek
from newsletter.overview.overview import overview
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import BARE, Answer, json_answer

MAILINGS = 5
COUNT_SECONDS = 3.0
"""Seconds to count figures of mailings. Those after that time show them only on their own page."""
BAR = 120
"""Units of the longest bar of the growth chart, on each side of its middle."""


@dataclass(frozen=True)
class Bar:
    """A week of the chart: how far its bars go to the right (joined) and to the left (gone)."""

    week: GrowthOfWeek
    joined: int
    gone: int


def show(_request: Request, who: Principal) -> Answer:
    """The start page."""
    now = whole_seconds(app.now())
    found = overview(now, app, clock)
    lines = newest_mailings(MAILINGS, COUNT_SECONDS)
    return page("start", who, script=True, found=found, bars=_bars(found.growth.weeks), lines=lines, now=now)


def show_script(_request: Request) -> Answer:
    """The script of pages that change by themselves; it is the same for everybody and knows nothing."""
    headers = {**BARE, "Cache-Control": "public, max-age=3600", "Content-Type": "text/javascript; charset=utf-8"}
    return Answer(200, headers, app.templates.script("../console/moving"))


def show_json(_request: Request, _who: Principal) -> Answer:
    """The same as JSON, without the mailings, which have a list of their own."""
    return json_answer(200, overview(whole_seconds(app.now()), app, clock).as_json)


def _bars(weeks: Sequence[GrowthOfWeek]) -> list[Bar]:
    most = max((max(each.joined, each.joined - each.net) for each in weeks), default=0) or 1
    return [Bar(each, BAR * each.joined // most, BAR * (each.joined - each.net) // most) for each in weeks]
