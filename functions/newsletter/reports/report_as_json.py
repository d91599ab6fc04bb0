"""A report as JSON, for the API and the command line alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from newsletter.mailings.planning.batches import arm_of
from newsletter.platform.times import iso
from newsletter.reports.certificate import RecipientLine
from newsletter.reports.clickers.clickers import Clicker
from newsletter.reports.descriptions import mailing_as_json, origin_as_json
from newsletter.reports.groups.count_groups import why_back
from newsletter.reports.report_mailing import Report
from newsletter.reports.stats import MailingStats
from newsletter.reports.words.bounce_words import bounce_as_json
from newsletter.reports.words.experiment_words import experiment_as_json
from newsletter.reports.words.group_words import groups_as_json
from newsletter.reports.words.visit_words import visits_as_json


def report_as_json(report: Report) -> dict[str, Any]:
    """A mailing with its text and certificate."""
    return {
        "mailing": mailing_as_json(report.mailing) | {"body": report.mailing.body},
        "origin": origin_as_json(report.mailing),
        "certificate": certificate_as_json(report.stats),
        "ended": certificate_as_json(report.final_stats) if report.final_stats else None,
        "planned_to_the_end": report.planned_to_the_end,
        "progress": _progress_as_json(report),
        "standings": dict(sorted(report.stats.statuses.items())),
        **visits_as_json(report),
        **groups_as_json(report.stats.groups),
        **experiment_as_json(report),
    }


def certificate_as_json(stats: MailingStats) -> dict[str, Any]:
    """The certificate, when it was counted, and whether it adds up."""
    more = {"unanswered": stats.sums.unanswered, "balanced": stats.sums.balanced, "counted_at": iso(stats.at)}
    return asdict(stats.sums) | more


def _progress_as_json(report: Report) -> dict[str, Any]:
    stats = report.stats
    started = max(report.mailing.created_at, report.mailing.status.since)
    left = stats.time_left(started) if report.mailing.status.state.is_sending else None
    return {
        "tried": stats.sums.planned - stats.sums.waiting,
        "rate": round(stats.rate(started), 1),
        "done_at": iso(stats.at + left) if left else None,
        "in_flight": stats.in_flight,
    }


def clicker_as_json(clicker: Clicker) -> dict[str, Any]:
    """Somebody who opened links, with the address of today."""
    return {
        "subscriber": clicker.subscriber,
        "address": clicker.email,
        "status": clicker.status,
        "language": clicker.language,
        "links": clicker.links,
        "first_opened": iso(clicker.opened_at) if clicker.opened_at else None,
    }


def recipients_as_json(lines: Iterable[tuple[RecipientLine, str]]) -> list[dict[str, Any]]:
    """The status of each recipient; the address is empty for a subscriber who was erased."""
    return [
        {
            "subscriber": line.subscriber,
            "address": address,
            "standing": line.status.value,
            "reason": line.reason,
            "bounce": bounce_as_json(reason) if (reason := why_back(line)) else None,
            "unsubscribed": line.unsubscribed,
            "replied": line.replied,
            "arm": arm_of(line.batch) or None,
        }
        for line, address in lines
    ]
