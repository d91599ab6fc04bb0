"""`newsletter mailing list` and `show`: what was sent, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cli.faults import Fault
from cli.mailings.show_groups import print_groups
from cli.output import facts, say, table, when
from newsletter.container import app
from newsletter.mailings.experiments.take_further import decides_at
from newsletter.mailings.mailing import Kind
from newsletter.platform.errors import NotFound
from newsletter.platform.times import whole_seconds
from newsletter.reports.certificate import RecipientLine
from newsletter.reports.descriptions import audience_in_words, mailing_as_json, origin_in_words, title_of
from newsletter.reports.report_as_json import recipients_as_json, report_as_json
from newsletter.reports.report_mailing import Report, addresses_of, recipients_of, report_mailing
from newsletter.reports.words.certificate_words import (
    certificate_in_words,
    progress_in_words,
    status_in_words,
    still_going_out,
)
from newsletter.reports.words.experiment_words import arm_lines, experiment_in_words
from newsletter.reports.words.status_words import parts_in_words
from newsletter.reports.words.visit_words import brought_in_words

FIGURES = (
    *("planned", "accepted", "suppressed", "rejected", "doubtful", "waiting"),
    *(
        "delivered",
        "unanswered",
        "bounced",
        "soft_bounced",
        "complained",
        "failed",
        "clicked",
        "scanned",
        "unsubscribed",
        "replies",
    ),
)


def show_list(limit: int) -> int:
    """The newest mailings."""
    mailings = app.mailings.newest(limit)
    facts({"mailings": [mailing_as_json(mailing) for mailing in mailings]})
    if not mailings:
        say("Nothing has been sent yet.")
        return 0
    zone = app.templates.publication.time_zone
    table(
        ("Mailing", f"Started ({zone})", "Kind", "State", "Subject"),
        (
            (
                mailing.id,
                when(mailing.created_at, zone),
                mailing.kind.value,
                "" if mailing.kind.automated else mailing.status.state.value,
                title_of(mailing),
            )
            for mailing in mailings
        ),
    )
    return 0


def show(mailing: str, *, recipients: bool, addresses: bool, as_json: bool) -> int:
    """The report; 1 when its figures do not add up, so that a script notices."""
    try:
        report = report_mailing(mailing, app, now=whole_seconds(app.now()))
    except NotFound as nothing:
        raise Fault(f"there is no mailing {mailing}; `newsletter mailing list` names them") from nothing
    lines = list(_lines(report, addresses=addresses)) if recipients or addresses else []
    if as_json:
        _print_json(report, lines, recipients=recipients or addresses, addresses=addresses)
    else:
        _print_words(report)
        if recipients or addresses:
            _print_recipients(lines, addresses=addresses)
    return 0 if report.certificate.balanced else 1


def _lines(report: Report, *, addresses: bool) -> Iterator[tuple[RecipientLine, str]]:
    if addresses:
        return addresses_of(_recipients(report), app)
    return ((line, "") for line in _recipients(report))


def _recipients(report: Report) -> Iterator[RecipientLine]:
    return recipients_of(report.mailing, app, now=app.now())


def _print_words(report: Report) -> None:
    publication = app.templates.publication
    say(title_of(report.mailing))
    zone = publication.time_zone
    say(f"{report.mailing.id}, started {when(report.mailing.created_at, zone)} ({zone})")
    say(f"To: {audience_in_words(report.mailing, publication)}.")
    digest = app.digests.get(report.mailing.id.removeprefix("digest-")) if report.mailing.kind is Kind.DIGEST else None
    if origin := origin_in_words(report.mailing, digest, lambda moment: when(moment, zone)):
        say(origin)
    status = report.mailing.status
    if words := status_in_words(status):
        until = f" Next try: {when(status.until, zone)}." if status.until else ""
        say(f"{words} (since {when(status.since, zone)}).{until}")
    if still := still_going_out(status, report.stats.in_flight):
        say(still)
    say(f"\n{certificate_in_words(report)}")
    if progress := progress_in_words(report, lambda moment: when(moment, zone)):
        say(progress)
    if report.final_stats:
        at = when(report.final_stats.at, zone)
        say(f"Kept when it was over, {at}: {parts_in_words(report.final_stats.sums)}.")
    say()
    names = (*FIGURES, "shown", "confirmed") if report.mailing.asks_to_confirm else FIGURES
    table(("Figure", "Mails"), ((name, f"{getattr(report.certificate, name):,}") for name in names), ("Mails",))
    _print_test(report)
    _print_visits(report)
    print_groups(report.stats.groups)
    if report.mailing.sent_again:
        say(f"\nSent again, to those who did not click, as {report.mailing.sent_again}.")


def _print_test(report: Report) -> None:
    """The A/B test of subjects, if the mailing has one."""
    lines = arm_lines(report)
    if not lines:
        return
    zone, end = app.templates.publication.time_zone, decides_at(report.mailing)
    until = f" (at {when(end, zone)})" if end and report.mailing.is_undecided else ""
    say(f"\n{experiment_in_words(report.mailing)}{until}.")
    counts = ("Recipients", "Accepted", "People", "Machines", "Left")
    rows = []
    for each in lines:
        counted = each.counted
        numbers = (counted.planned, counted.accepted, counted.people, counted.machines, counted.unsubscribed)
        rows.append((each.arm, each.subject or "(not chosen yet)", *(f"{number:,}" for number in numbers)))
    table(("Arm", "Subject", *counts), rows, counts)


def _print_visits(report: Report) -> None:
    """Who opened what: per link, and per variant where there are several."""
    if brought := brought_in_words(report):
        say(f"\n{brought}")
    numbers = ("People", "Machines")
    opened = [link for link in report.links if link.people or link.machines]
    if opened:
        say()
        table(("Link", *numbers), ((url, f"{people:,}", f"{machines:,}") for url, people, machines in opened), numbers)
    variants = sorted(report.stats.visits.variants.items())
    if opened and len(variants) > 1:
        say()
        columns = ("Recipients", *numbers)
        table(
            ("Language", "Subject", *columns),
            ((*names, *(f"{number:,}" for number in counted)) for names, counted in variants),
            columns,
        )


def _print_recipients(lines: list[tuple[RecipientLine, str]], *, addresses: bool) -> None:
    columns = ("Subscriber", *(("Address",) if addresses else ()), "Batch", "Standing", "Reason", "Left")
    say()
    table(
        columns,
        (
            (
                line.subscriber,
                *((address or "no longer known",) if addresses else ()),
                f"{line.batch}/{line.position}",
                line.status.value,
                line.reason,
                "unsubscribed" if line.unsubscribed else "",
            )
            for line, address in lines
        ),
    )


def _print_json(report: Report, lines: list[tuple[RecipientLine, str]], *, recipients: bool, addresses: bool) -> None:
    data = report_as_json(report)
    if recipients:
        data["recipients"] = recipients_as_json(lines)
        if not addresses:
            for line in data["recipients"]:
                del line["address"]
    print(json.dumps(data, ensure_ascii=False, indent=2))
