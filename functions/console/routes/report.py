"""/console and /console/mailings/{mailing}: the mailings, and the report of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from console.principal import Principal
from console.reports import lines_after, newest_mailings, page_of, report_of
from console.request import Request
from console.responses import clock, page
from console.wording.language import words
from newsletter.container import app
from newsletter.mailings.experiments.send_again import may_be_sent_again
from newsletter.mailings.experiments.take_further import decides_at
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.status import MailingState, allowed_actions
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import parse_iso
from newsletter.platform.web.answer import Answer
from newsletter.platform.words.said import say
from newsletter.reports.certificate import Certificate, RecipientLine
from newsletter.reports.compare import Share, earlier_ones, share_of
from newsletter.reports.descriptions import audience_in_words, language_name, origin_in_words, title_of
from newsletter.reports.groups.count_groups import CAME_BACK, why_back
from newsletter.reports.groups.left_comments import FEWEST
from newsletter.reports.report_mailing import Report, addresses_of
from newsletter.reports.sent_mail import languages_of
from newsletter.reports.words.bounce_words import MEANINGS as BOUNCES
from newsletter.reports.words.bounce_words import bounce_groups, group_of
from newsletter.reports.words.certificate_words import (
    certificate_in_words,
    progress_in_words,
    status_in_words,
    still_going_out,
)
from newsletter.reports.words.experiment_words import arm_lines, experiment_in_words
from newsletter.reports.words.first_hours import columns_of, first_hours_in_words
from newsletter.reports.words.group_words import by_language, by_reader, by_topic, why_they_left
from newsletter.reports.words.status_words import MEANINGS, SUMS, parts_in_words
from newsletter.reports.words.visit_words import brought_in_words
from newsletter.sending.ledger import RecipientStatus

MAILINGS = 20
DECISIONS = 8
RECIPIENTS = 50
LOOKS = 30
"""Mails of different languages and subjects that a report offers to look at, those that most readers got."""
COUNT_SECONDS = 5.0
"""Seconds to count figures for the start page. Mailings after that time show them only on their own page."""


def show_mailings(_request: Request, who: Principal) -> Answer:
    """The newest mailings with their figures, and what the scheduled runs decided."""
    lines = newest_mailings(MAILINGS, COUNT_SECONDS)
    decisions = [{**decision, "at": parse_iso(decision["at"])} for decision in app.decisions.newest(DECISIONS)]
    waiting = [line for line in lines if line.mailing.status.state is MailingState.APPROVAL]
    return page("mailings", who, script=True, lines=lines, waiting=waiting, decisions=decisions)


def show_mailing(request: Request, who: Principal, mailing: str) -> Answer:
    """The report: certificate in words and figures, what was sent, and the status of each recipient.

    `standing` is the name of that status in the query and in the template.
    """
    report = report_of(mailing)
    wanted = request.query("standing")
    if wanted and wanted not in list(RecipientStatus):
        raise InvalidInput("standing", say("one of {values}", values=", ".join(RecipientStatus)))
    reason = request.query("reason")
    if reason and (reason not in BOUNCES or wanted not in list(CAME_BACK)):
        raise InvalidInput(
            "reason", say("with standing=bounced or soft-bounced, one of {values}", values=", ".join(BOUNCES))
        )
    lines, following = page_of(lines_after(report.mailing, request.query("after")), RECIPIENTS, wanted, reason)
    standings = report.stats.statuses
    publication = app.templates.publication
    offer = publication.offer(report.mailing.offer)
    return page(
        "mailing",
        who,
        script=True,
        frames=True,
        images=True,  # those of a campaign's text
        mailing=report.mailing,
        title=title_of(report.mailing),
        audience=audience_in_words(report.mailing, publication, words().language),
        offer=offer.title[publication.language(words().language)] if offer else report.mailing.offer,
        mailing_status=status_in_words(report.mailing.status),
        still_going_out=still_going_out(report.mailing.status, report.stats.in_flight),
        acts=allowed_actions(report.mailing.status),
        words=certificate_in_words(report),
        brought=brought_in_words(report),
        links=[link for link in report.links if link.people or link.machines],
        every_link=report.links,
        variants=sorted(report.stats.visits.variants.items()),
        **_parts_of_readers(report),
        origin=_origin(report.mailing),
        reason=reason,
        reason_name=BOUNCES[reason][0] if reason else "",
        bounce_name=_bounce_name,
        hours=sorted(report.stats.visits.hours.items()),
        columns=columns_of(report.stats.visits.hours),
        pace=first_hours_in_words(report.stats.visits.hours),
        shares=_beside_the_last_ones(report),
        progress=progress_in_words(report, clock),
        sums=report.certificate,
        answers=publication.replies is not None or report.certificate.replies > 0,
        ended=report.final_stats,
        under_way=not report.planned_to_the_end or report.certificate.waiting > 0,
        parts=_parts(report.certificate),
        standings=[(each.value, standings[each.value]) for each in RecipientStatus if each.value in standings],
        meanings={each.value: words for each, words in MEANINGS.items()},
        kept=parts_in_words(report.final_stats.sums) if report.final_stats else "",
        arms=arm_lines(report),
        test_words=experiment_in_words(report.mailing),
        test_ends=decides_at(report.mailing) if report.mailing.is_undecided else None,
        may_send_again=may_be_sent_again(report.mailing, now=app.now()),
        may_correct=not report.mailing.kind.automated,
        standing=wanted,
        recipients=[(line, who.address(email)) for line, email in addresses_of(lines, app)],
        # Recipients are read after the figures, so while the mailing is being planned there may be more of them.
        total=_total(report, wanted) if not reason else None,
        first=not request.query("after"),
        following=following,
        articles=_articles(report.mailing),
        new=request.query("started") == "1",
    )


def _origin(mailing: Mailing) -> str:
    digest = app.digests.get(mailing.id.removeprefix("digest-")) if mailing.kind is Kind.DIGEST else None
    return origin_in_words(mailing, digest, clock)


def _total(report: Report, standing: str) -> int | None:
    standings = report.stats.statuses
    if not report.planned_to_the_end:
        return None
    return standings.get(standing, 0) if standing else sum(standings.values())


def _parts_of_readers(report: Report) -> dict[str, Any]:
    """What the page shows of parts of the mails, why mails came back and readers left, and how it looked."""
    groups = report.stats.groups
    looks: Sequence[tuple[str, str]] = [
        (
            say("{subject} ({language})", subject=subject, language=language_name(language)),
            urlencode({"variant": group.example}),
        )
        for (language, subject), group in sorted(groups.variants.items(), key=lambda pair: -pair[1].counted.mails)
    ][:LOOKS]
    again = not looks and report.mailing.kind is Kind.CAMPAIGN and report.mailing.status.state.is_final
    if again:
        spoken = languages_of(report.mailing, app)
        looks = [(language_name(language), urlencode({"language": language})) for language in spoken]
    return {
        "groups": groups,
        "topics": by_topic(groups, app, words().language),
        "languages": by_language(groups),
        "readers": by_reader(groups),
        "left_why": why_they_left(groups, app, words().language),
        "fewest": FEWEST,
        "bounces": bounce_groups(groups.bounces),
        "looks": looks,
        "looks_again": again,
    }


def _bounce_name(line: RecipientLine) -> str:
    """Why a mail came back, in words; empty for one that did not."""
    reason = why_back(line)
    return BOUNCES[group_of(reason)][0] if reason else ""


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
    parts: list[tuple[str, str, int, float, float]] = []
    begin = 0.0
    for name, number in numbers.items():
        if number:
            length = 1000 * number / total
            parts.append((name, SUMS[name], number, round(begin, 1), round(length, 1)))
            begin += length
    return parts
