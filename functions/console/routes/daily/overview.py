"""/console and /api/v1/overview: what comes next, what waits, how the list grows, how mails arrive."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from console.principal import Principal
from console.reports import report_of
from console.request import Request
from console.responses import clock, page
from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState
from newsletter.overview.growth import GrowthOfWeek
from newsletter.overview.overview import overview
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.reports.certificate import Certificate
from newsletter.reports.descriptions import title_of

MAILINGS = 5
COUNT_SECONDS = 3.0
"""Seconds to count figures of mailings. Those after that time show them only on their own page."""
BAR = 120
"""Units of the longest bar of the growth chart, on each side of its middle."""


@dataclass(frozen=True)
class Line:
    """A mailing; `figures` is None if the time for counting was up."""

    mailing: Mailing
    title: str
    figures: Certificate | None

    @property
    def is_under_way(self) -> bool:
        """Whether some recipients have not been tried yet."""
        return self.mailing.status.state is not MailingState.CANCELLED and bool(self.figures and self.figures.waiting)


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
    stop = time.monotonic() + COUNT_SECONDS
    lines = []
    for mailing in app.mailings.newest(MAILINGS):
        report = report_of(mailing.id) if time.monotonic() < stop else None
        lines.append(Line(mailing, title_of(mailing), report.certificate if report else None))
    return page("start", who, found=found, bars=_bars(found.growth.weeks), lines=lines, now=now)


def show_json(_request: Request, _who: Principal) -> Answer:
    """The same as JSON, without the mailings, which have a list of their own."""
    return json_answer(200, overview(whole_seconds(app.now()), app, clock).as_json)


def _bars(weeks: Sequence[GrowthOfWeek]) -> list[Bar]:
    most = max((max(each.joined, each.joined - each.net) for each in weeks), default=0) or 1
    return [Bar(each, BAR * each.joined // most, BAR * (each.joined - each.net) // most) for each in weeks]
