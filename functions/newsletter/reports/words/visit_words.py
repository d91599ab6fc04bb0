"""Who opened the links of a mailing and what came of it, in words and as JSON."""

from __future__ import annotations

from typing import Any

from newsletter.platform.words.said import say, say_number
from newsletter.reports.report_mailing import Report


def brought_in_words(report: Report) -> str:
    """What a mailing brought, as a sentence; empty for one that asks to confirm, and before anything was opened."""
    sums = report.certificate
    if report.mailing.asks_to_confirm or not (sums.clicked or sums.scanned or sums.leads or sums.replies):
        return ""
    brought = say(
        "It brought: {people}, {offered} looked at the offer, {leads}, {won} won.",
        people=say_number("1 person clicked", "{count} people clicked", count=sums.clicked),
        offered=sums.offered,
        leads=say_number("1 lead", "{count} leads", count=sums.leads),
        won=sums.won,
    )
    if sums.replies:
        answered = say_number("1 person answered it.", "{count} people answered it.", count=sums.replies)
        brought = say("{first} {second}", first=brought, second=answered)
    if not sums.scanned:
        return brought
    alone = say_number(
        "Of 1 more recipient, only machines clicked.",
        "Of {count} more recipients, only machines clicked.",
        count=sums.scanned,
    )
    return say("{first} {second}", first=brought, second=alone)


def visits_as_json(report: Report) -> dict[str, Any]:
    """Who opened what. `people` and `machines` at the top are recipients: those of whom a person opened a link or the
    offer, and those of whom only machines did.
    """
    sums, visits = report.certificate, report.stats.visits
    return {
        "people": sums.clicked,
        "machines": sums.scanned,
        "links": [link._asdict() for link in report.links],
        "offers": sums.offered,
        "leads": sums.leads,
        "won": sums.won,
        "replies": sums.replies,
        "hours": [{"hour": hour, **opened._asdict()} for hour, opened in sorted(visits.hours.items())],
        "variants": [
            {"language": language, "subject": subject, **counted._asdict(), **_sent(report, language, subject)}
            for (language, subject), counted in sorted(visits.variants.items())
        ],
    }


def _sent(report: Report, language: str, subject: str) -> dict[str, Any]:
    """Of a variant: how many mails SES accepted, how many readers left with one, and one of them to be looked at."""
    group = report.stats.groups.variants.get((language, subject))
    if group is None:
        return {"mails": 0, "left": 0, "variant": None}
    return {"mails": group.counted.mails, "left": group.counted.left, "variant": group.example}
