"""The people who opened links of a mailing: on a page, as CSV in parts, and in the API.

Each file, and each list of a program, is written into the audit trail.
"""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlencode

from console.principal import Principal
from console.reports import cursor_text, place_of, report_of
from console.request import Request
from console.responses import page
from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.platform.audit.acts import ACTS
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.web.answer import BARE, Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.reports.clickers.clickers import Clicker, Place, clickers_of
from newsletter.reports.clickers.clickers_csv import console_part, csv_part, part_number, parts_of
from newsletter.reports.descriptions import title_of
from newsletter.reports.report_as_json import clicker_as_json

ON_A_PAGE = 50
MAX_LIMIT, MAX_LINES = 200, 20_000
"""In one answer as JSON, and as CSV."""
CSV = "text/csv"
EXPORTED = ACTS["POST /mailings/{mailing}/clickers"]


def show(request: Request, who: Principal, mailing: str) -> Answer:
    """The people, page by page, with the buttons for the file."""
    report = report_of(mailing)
    link = request.query("link")
    found, following = _page(report.mailing, link, request.query("after"), ON_A_PAGE)
    parts = len(parts_of(report.mailing, report.certificate.planned, app))
    return page(
        "mailing_clickers",
        who,
        mailing=report.mailing,
        title=title_of(report.mailing),
        people=report.certificate.clicked,
        links=[each for each in report.links if each.people],
        link=link,
        clickers=found,
        following=following,
        first=not request.query("after"),
        parts=range(1, parts + 1),
    )


def press_csv(request: Request, _who: Principal, mailing: str) -> Answer:
    """The button for the file, or for one part of it."""
    report = report_of(mailing)
    planned = report.certificate.planned
    parts = len(parts_of(report.mailing, planned, app))
    number = part_number(request.field("part"), parts)
    text = console_part(report.mailing, number, planned, app, link=request.field("link"))
    return _csv(text, f"{mailing}-clickers{f'-{number}-of-{parts}' if parts > 1 else ''}.csv")


def list_all(request: Request, who: Principal, mailing: str) -> Answer:
    """The people as JSON; as CSV where that is asked for (`Accept: text/csv`), with the next page in `Link`."""
    found = app.mailings.get(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    link, cursor = request.query("link"), request.query("cursor")
    as_csv = CSV in request.header("accept")
    limit = request.number("limit", MAX_LINES if as_csv else 100, MAX_LINES if as_csv else MAX_LIMIT)
    if not cursor:
        app.audit.add(who.name, EXPORTED, mailing, app.now(), via="api")
    if not as_csv:
        clickers, following = _page(found, link, cursor, limit)
        return json_answer(200, {"clickers": [clicker_as_json(each) for each in clickers], "cursor": following})
    part = csv_part(clickers_of(found, app, link=link, after=Place(*place_of(cursor, "cursor"))), limit=limit)
    answer = _csv(part.text, f"{mailing}-clickers.csv")
    if part.following is None:
        return answer
    asked = {"cursor": cursor_text(*part.following), "limit": limit} | ({"link": link} if link else {})
    return answer.with_headers({"Link": f'<{request.path}?{urlencode(asked)}>; rel="next"'})


def _page(mailing: Mailing, link: str, cursor: str, limit: int) -> tuple[list[Clicker], str | None]:
    if link and not link.isprintable():
        raise InvalidInput("link", say("an address, as the report shows it"))
    after = Place(*place_of(cursor, "cursor"))
    found = list(islice(clickers_of(mailing, app, link=link, after=after, at_once=limit + 1), limit + 1))
    return found[:limit], cursor_text(*found[limit - 1].place) if len(found) > limit else None


def _csv(text: str, name: str) -> Answer:
    """A file to keep. The byte order mark tells Excel that it is UTF-8."""
    about = {"Content-Type": f"{CSV}; charset=utf-8; header=present"}
    return Answer(200, {**about, **BARE, "Content-Disposition": f'attachment; filename="{name}"'}, f"\ufeff{text}")
