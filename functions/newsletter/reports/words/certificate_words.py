"""A mailing's status, certificate and progress in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.rate_limit import BATCH_SIZE
from newsletter.platform.words.said import Stored, joined, say, say_number
from newsletter.reports.report_mailing import Report


def status_in_words(status: MailingStatus) -> str:
    """The mailing's status as a sentence without its full stop; empty while it is sent, and once it is complete."""
    match status.state:
        case MailingState.APPROVAL:
            return _because(say("Waits for approval"), status)
        case MailingState.PILOT:
            return _because(say("Its pilot is out, and is watched before the rest follows"), status)
        case MailingState.PAUSED:
            return say("Paused by {by}", by=status.by) if status.by else say("Paused")
        case MailingState.WAITING:
            return _because(say("Waits and goes on by itself"), status)
        case MailingState.HELD:
            return _because(say("Held"), status)
        case MailingState.CANCELLED:
            return _because(say("Cancelled by {by}", by=status.by) if status.by else say("Cancelled"), status)
    return ""


def _because(words: str, status: MailingStatus) -> str:
    return say("{what}: {why}", what=words, why=Stored(status.reason)) if status.reason else words


def still_going_out(status: MailingStatus, in_flight: int | None = None) -> str:
    """For a paused or cancelled mailing, sentences about what is still sent; empty for any other.

    `in_flight` mails were being given to SES when they were counted; None: nobody has counted.
    """
    if status.state not in (MailingState.PAUSED, MailingState.CANCELLED):
        return ""
    if in_flight == 0:
        return say("Nothing more goes out.")
    if in_flight:
        return say_number(
            "1 mail may still go out: SES was being given it in that moment. No others.",
            "{count} mails may still go out: SES was being given them in that moment. No others.",
            count=in_flight,
        )
    return say(
        "Nothing more is given to SES. Only calls to SES that were under way in that moment still go out, each with at"
        " most {most} mails.",
        most=BATCH_SIZE,
    )


def certificate_in_words(report: Report) -> str:
    """What became of the mailing's recipients, in one to three sentences."""
    sums, state = report.certificate, report.mailing.status.state
    if not sums.balanced:
        return say(
            "The figures do not add up: {planned} planned, but {accepted} accepted, {suppressed} suppressed, {rejected}"
            " rejected, {doubtful} doubtful and {waiting} waiting. A person must look into it.",
            planned=sums.planned,
            accepted=sums.accepted,
            suppressed=sums.suppressed,
            rejected=sums.rejected,
            doubtful=sums.doubtful,
            waiting=sums.waiting,
        )
    if not report.planned_to_the_end and state.is_sending:
        return say_number(
            "Still being planned: 1 mail so far, {waiting} of them not sent yet.",
            "Still being planned: {count} mails so far, {waiting} of them not sent yet.",
            count=sums.planned,
            waiting=sums.waiting,
        )
    if not report.planned_to_the_end or (sums.waiting and not state.is_sending):
        return say_number(
            "It stands still: {waiting} of 1 mail planned so far are not sent.",
            "It stands still: {waiting} of {count} mails planned so far are not sent.",
            count=sums.planned,
            waiting=sums.waiting,
        )
    if sums.waiting:
        return say_number(
            "On its way: {waiting} of 1 mail not sent yet.",
            "On its way: {waiting} of {count} mails not sent yet.",
            count=sums.planned,
            waiting=sums.waiting,
        )
    if not sums.planned:
        return say("Nobody was to get it: nothing was planned and nothing was sent.")
    if sums.accepted == sums.planned:
        return say_number(
            "SES accepted every one of 1 mail.", "SES accepted every one of {count} mails.", count=sums.planned
        )
    return say_number(
        "Every one of 1 mail is accounted for: {parts}.",
        "Every one of {count} mails is accounted for: {parts}.",
        count=sums.planned,
        parts=_parts(report),
    )


def _parts(report: Report) -> str:
    sums = report.certificate
    parts: list[str] = [say("{number} accepted by SES", number=sums.accepted)]
    if sums.suppressed and report.mailing.status.state is MailingState.CANCELLED:
        parts.append(say("{number} suppressed, because the mailing was cancelled", number=sums.suppressed))
    elif sums.suppressed:
        parts.append(
            say(
                "{number} suppressed, because the reader had left or paused before, or had enough mails that week",
                number=sums.suppressed,
            )
        )
    if sums.rejected:
        parts.append(say("{number} rejected by SES", number=sums.rejected))
    if sums.doubtful:
        parts.append(
            say(
                "{number} doubtful: SES may or may not have taken them, and they are not sent again",
                number=sums.doubtful,
            )
        )
    return joined(parts)


def progress_in_words(report: Report, clock: Callable[[datetime], str]) -> str:
    """How far the sending is, how fast, and when it will be done; empty if the mailing is not being sent."""
    stats, status = report.stats, report.mailing.status
    if not status.state.is_sending or not stats.sums.waiting:
        return ""
    tried = stats.sums.planned - stats.sums.waiting
    started = max(report.mailing.created_at, status.since)
    done = say(
        "{tried} of {planned} tried ({percent}%)",
        tried=tried,
        planned=stats.sums.planned,
        percent=round(100 * tried / stats.sums.planned),
    )
    left, counted = stats.time_left(started), clock(stats.at)
    if left is None:
        return say("{done}; none in the last two minutes. Counted {at}.", done=done, at=counted)
    return say(
        "{done}, {rate} a second; done about {end}. Counted {at}.",
        done=done,
        rate=round(stats.rate(started), 1),
        end=clock(stats.at + left),
        at=counted,
    )
