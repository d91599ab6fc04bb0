"""A mailing's status, certificate and progress in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.rate_limit import BATCH_SIZE
from newsletter.reports.report_mailing import Report
from newsletter.reports.words.numbers import counted


def status_in_words(status: MailingStatus) -> str:
    """The mailing's status as a sentence without its full stop; empty while it is sent, and once it is complete."""
    why = f": {status.reason}" if status.reason else ""
    by = f" by {status.by}" if status.by else ""
    match status.state:
        case MailingState.APPROVAL:
            return f"Waits for approval{why}"
        case MailingState.PILOT:
            return f"Its pilot is out, and is watched before the rest follows{why}"
        case MailingState.PAUSED:
            return f"Paused{by}"
        case MailingState.WAITING:
            return f"Waits and goes on by itself{why}"
        case MailingState.HELD:
            return f"Held{why}"
        case MailingState.CANCELLED:
            return f"Cancelled{by}{why}"
    return ""


def still_going_out(status: MailingStatus, in_flight: int | None = None) -> str:
    """For a paused or cancelled mailing, sentences about what is still sent; empty for any other.

    `in_flight` mails were being given to SES when they were counted; None: nobody has counted.
    """
    if status.state not in (MailingState.PAUSED, MailingState.CANCELLED):
        return ""
    if in_flight == 0:
        return "Nothing more goes out."
    if in_flight:
        return f"{counted(in_flight, 'mail')} may still go out: SES was being given them in that moment. No others."
    return (
        "Nothing more is given to SES. Only calls to SES that were under way in that moment still go out,"
        f" each with at most {BATCH_SIZE} mails."
    )


def certificate_in_words(report: Report) -> str:
    """What became of the mailing's recipients, in one to three sentences."""
    sums = report.certificate
    if not sums.balanced:
        return (
            f"The figures do not add up: {sums.planned:,} planned, but {sums.accepted:,} accepted, {sums.suppressed:,} "
            f"suppressed, {sums.rejected:,} rejected, {sums.doubtful:,} doubtful and {sums.waiting:,} waiting. "
            "A person must look into it."
        )
    if not report.planned_to_the_end and report.mailing.status.state.is_sending:
        return f"Still being planned: {counted(sums.planned, 'mail')} so far, {sums.waiting:,} of them not sent yet."
    if not report.planned_to_the_end or (sums.waiting and not report.mailing.status.state.is_sending):
        return f"It stands still: {sums.waiting:,} of {counted(sums.planned, 'mail')} planned so far are not sent."
    if sums.waiting:
        return f"On its way: {sums.waiting:,} of {counted(sums.planned, 'mail')} not sent yet."
    if not sums.planned:
        return "Nobody was to get it: nothing was planned and nothing was sent."
    if sums.accepted == sums.planned:
        return f"SES accepted every one of {counted(sums.planned, 'mail')}."
    parts = [f"{sums.accepted:,} accepted by SES"]
    if sums.suppressed:
        left = "because the reader had left before, or had enough mails that week"
        why = "because the mailing was cancelled" if report.mailing.status.state is MailingState.CANCELLED else left
        parts.append(f"{sums.suppressed:,} suppressed, {why}")
    if sums.rejected:
        parts.append(f"{sums.rejected:,} rejected by SES")
    if sums.doubtful:
        parts.append(f"{sums.doubtful:,} doubtful: SES may or may not have taken them, and they are not sent again")
    return f"Every one of {counted(sums.planned, 'mail')} is accounted for: {'; '.join(parts)}."


def progress_in_words(report: Report, clock: Callable[[datetime], str]) -> str:
    """How far the sending is, how fast, and when it will be done; empty if the mailing is not being sent."""
    stats, status = report.stats, report.mailing.status
    if not status.state.is_sending or not stats.sums.waiting:
        return ""
    tried = stats.sums.planned - stats.sums.waiting
    started = max(report.mailing.created_at, status.since)
    words = f"{tried:,} of {stats.sums.planned:,} tried ({tried / stats.sums.planned:.0%})"
    left = stats.time_left(started)
    if left is None:
        return f"{words}; none in the last two minutes. Counted {clock(stats.at)}."
    return (
        f"{words}, {stats.rate(started):,.1f} a second; done about {clock(stats.at + left)}. Counted {clock(stats.at)}."
    )
