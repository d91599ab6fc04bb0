"""/console and /console/mailings/{mailing}: the mailings, and the report of one."""

from __future__ import annotations

import time
from dataclasses import dataclass

from console.principal import Principal
from console.reports import lines_after, page_of, report_of
from console.request import Request
from console.responses import clock, page
from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState, allowed_actions
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import parse_iso
from newsletter.platform.web.answer import Answer
from newsletter.reports.certificate import Certificate
from newsletter.reports.compare import Share, earlier_ones, share_of
from newsletter.reports.descriptions import (
    audience_in_words,
    certificate_in_words,
    progress_in_words,
    status_in_words,
    still_going_out,
    title_of,
)
from newsletter.reports.first_hours import columns_of, first_hours_in_words
from newsletter.reports.report_mailing import Report, addresses_of
from newsletter.reports.status_words import MEANINGS, SUMS, parts_in_words
from newsletter.reports.visit_words import brought_in_words
from newsletter.sending.ledger import RecipientStatus

MAILINGS = 20
DECISIONS = 8
RECIPIENTS = 50
COUNT_SECONDS = 5.0
"""Seconds to count figures for the start page. Mailings after that time show them only on their own page."""


@dataclass(frozen=True)
class Line:
    """A mailing on the start page; `figures` is None if the time for counting was up."""

    mailing: Mailing
    title: str
    figures: Certificate | None


def show_mailings(_request: Request, who: Principal) -> Answer:
    """The newest mailings with their figures, and what the scheduled runs decided."""
    stop = time.monotonic() + COUNT_SECONDS
    lines = []
    for mailing in app.mailings.newest(MAILINGS):
        report = report_of(mailing.id) if time.monotonic() < stop else None
        lines.append(Line(mailing, title_of(mailing), report.certificate if report else None))
    decisions = [{**decision, "at": parse_iso(decision["at"])} for decision in app.decisions.newest(DECISIONS)]
    waiting = [line for line in lines if line.mailing.status.state is MailingState.APPROVAL]
    return page("mailings", who, lines=lines, waiting=waiting, decisions=decisions)


def show_mailing(request: Request, who: Principal, mailing: str) -> Answer:
    """The report: certificate in words and figures, what was sent, and the status of each recipient.

    `standing` is the name of that status in the query and in the template.
    """
    report = report_of(mailing)
    wanted = request.query("standing")
    if wanted and wanted not in list(RecipientStatus):
        raise InvalidInput("standing", f"one of {', '.join(RecipientStatus)}")
    lines, following = page_of(lines_after(report.mailing, request.query("after")), RECIPIENTS, wanted)
    standings = report.stats.statuses
    publication = app.templates.publication
    offer = publication.offer(report.mailing.offer)
    return page(
        "mailing",
        who,
        mailing=report.mailing,
        title=title_of(report.mailing),
        audience=audience_in_words(report.mailing, publication),
        offer=offer.title[publication.language("en")] if offer else report.mailing.offer,
        mailing_status=status_in_words(report.mailing.status),
        still_going_out=still_going_out(report.mailing.status, report.stats.in_flight),
        acts=[(act, act.capitalize()) for act in allowed_actions(report.mailing.status)],
        words=certificate_in_words(report),
        brought=brought_in_words(report),
        links=[link for link in report.links if link.people or link.machines],
        every_link=report.links,
        variants=sorted(report.stats.visits.variants.items()),
        hours=sorted(report.stats.visits.hours.items()),
        columns=columns_of(report.stats.visits.hours),
        pace=first_hours_in_words(report.stats.visits.hours),
        shares=_beside_the_last_ones(report),
        progress=progress_in_words(report, clock),
        sums=report.certificate,
        ended=report.final_stats,
        under_way=not report.planned_to_the_end or report.certificate.waiting > 0,
        parts=_parts(report.certificate),
        standings=[(each.value, standings[each.value]) for each in RecipientStatus if each.value in standings],
        meanings={each.value: words for each, words in MEANINGS.items()},
        kept=parts_in_words(report.final_stats.sums) if report.final_stats else "",
        may_correct=not report.mailing.kind.automated,
        standing=wanted,
        recipients=list(addresses_of(lines, app)),
        # Recipients are read after the figures, so while the mailing is being planned there may be more of them.
        total=(standings.get(wanted, 0) if wanted else sum(standings.values())) if report.planned_to_the_end else None,
        first=not request.query("after"),
        following=following,
        articles=_articles(report.mailing),
        new=request.query("started") == "1",
    )


def _beside_the_last_ones(report: Report) -> list[tuple[Share, str]]:
    """This mailing and the last ones of its kind, each with its title; empty where there is nothing to compare."""
    if not report.certificate.accepted:
        return []
    earlier = earlier_ones(report.mailing, app, now=report.stats.at)
    own = share_of(report.mailing, report.certificate)
    return [(each, title_of(each.mailing)) for each in (own, *earlier)] if earlier else []


def _articles(mailing: Mailing) -> list[tuple[str, str]]:
    """Title and address of a digest's articles."""
    if not mailing.articles:
        return []
    known = {article.id: article for article in app.articles.all()}
    return [(known[key].title, known[key].url) for key in mailing.articles if key in known]


def _parts(sums: Certificate) -> list[tuple[str, str, int, float, float]]:
    """The certificate as a bar chart: name, words, number, and begin and length of each part, in thousandths."""
    numbers = {
        "accepted": sums.accepted,
        "suppressed": sums.suppressed,
        "rejected": sums.rejected,
        "doubtful": sums.doubtful,
        "waiting": sums.waiting,
    }
    total = sum(numbers.values())
    parts, begin = [], 0.0
    for name, number in numbers.items():
        if number:
            length = 1000 * number / total
            parts.append((name, SUMS[name], number, round(begin, 1), round(length, 1)))
            begin += length
    return parts
