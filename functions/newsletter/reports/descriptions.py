"""Describes mailings, certificates and audiences in words and as JSON, for the console and the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from newsletter.articles.article import Article
from newsletter.mail.writing.personal_fields import without_fields
from newsletter.mailings.count_audience import AudienceCount
from newsletter.mailings.digests.digest import Digest, digest_id
from newsletter.mailings.mailing import (
    ALREADY,
    CONFIRMATION,
    INVITATION,
    MOVED,
    WELCOME,
    Audience,
    Kind,
    Mailing,
    step_id,
)
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.rate_limit import BATCH_SIZE
from newsletter.platform.times import iso
from newsletter.publication.publication import Publication
from newsletter.reports.certificate import RecipientLine
from newsletter.reports.report_mailing import Report
from newsletter.reports.stats import MailingStats
from newsletter.reports.visit_words import visits_as_json

# --- in words --------------------------------------------------------------------------------------------------------

AUTOMATED = {
    CONFIRMATION: ("Confirmation mails", "Everyone who fills in the form, to confirm"),
    INVITATION: ("Invitations", "Everyone who was invited to subscribe"),
    WELCOME: ("Welcome mails", "Each new reader, once they confirmed"),
    ALREADY: ("Questions to readers", "Readers for whose address somebody filled in the form again"),
    MOVED: ("Notices of a changed address", "Readers who moved to another address, at the one they left"),
}
"""Title and audience of the automated mailings."""


def title_of(mailing: Mailing) -> str:
    """The mailing's title. A digest is named by its period, since its subject differs between subscribers."""
    if mailing.id in AUTOMATED:
        return AUTOMATED[mailing.id][0]
    if mailing.kind is not Kind.DIGEST:
        return without_fields(mailing.subject)
    year, _, part = mailing.id.removeprefix("digest-").partition("-")
    if part.startswith("W"):
        return f"Digest of week {int(part[1:])}, {year}"
    return f"Digest of {date(int(year), int(part[1:]), 1):%B %Y}"


def audience_in_words(mailing: Mailing, publication: Publication) -> str:
    """Who gets the mailing, as a sentence without its full stop."""
    if mailing.id in AUTOMATED:
        return AUTOMATED[mailing.id][1]
    if mailing.kind is Kind.STEP:
        return f"Readers in the sequence {_sequence_of(mailing, publication)}, each when the step is due"
    if mailing.kind is Kind.DIGEST:
        new = _counted(len(mailing.articles), "new article")
        return f"Every reader of the {mailing.audience.frequency} digest with a topic among its {new}"
    return _campaign_audience(mailing.audience, publication)


def _sequence_of(mailing: Mailing, publication: Publication) -> str:
    """The key of the sequence that has the step, or had it under a former key; else what the mailing's id has of it."""
    for sequence in publication.sequences.values():
        if any(step_id(sequence.key, name) == mailing.id for step in sequence.steps for name in step.names):
            return sequence.key
    return mailing.id.removeprefix("step-").rpartition("-")[0]


def _campaign_audience(audience: Audience, publication: Publication) -> str:
    languages = f" in {_either([language_name(code) for code in audience.languages])}" if audience.languages else ""
    among = "".join(f" whose {name} is {_either(list(values))}" for name, values in audience.among)
    if not audience.topics:
        return f"Every reader{languages}{among}"
    labels = [topic_label(key, publication) for key in audience.topics]
    return f"Readers{languages}{among} who chose {_either(labels)}, or no topic at all"


def topic_label(key: str, publication: Publication) -> str:
    """The topic's English label (or that of the default language); the key of a topic that does not exist any more."""
    topic = publication.topic(key)
    return topic.label[publication.language("en")] if topic else key


def language_name(code: str) -> str:
    """`Finnish` for `fi`."""
    from babel import Locale

    return str(Locale.parse("en").languages.get(code, code))


def count_in_words(count: AudienceCount) -> str:
    """`1 reader at the moment`, `more than 30,000 readers at the moment`."""
    return f"{'' if count.complete else 'at least '}{_counted(count.readers, 'reader')} at the moment"


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
        return f"{_counted(in_flight, 'mail')} may still go out: SES was being given them in that moment. No others."
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
        return f"Still being planned: {_counted(sums.planned, 'mail')} so far, {sums.waiting:,} of them not sent yet."
    if not report.planned_to_the_end or (sums.waiting and not report.mailing.status.state.is_sending):
        return f"It stands still: {sums.waiting:,} of {_counted(sums.planned, 'mail')} planned so far are not sent."
    if sums.waiting:
        return f"On its way: {sums.waiting:,} of {_counted(sums.planned, 'mail')} not sent yet."
    if not sums.planned:
        return "Nobody was to get it: nothing was planned and nothing was sent."
    if sums.accepted == sums.planned:
        return f"SES accepted every one of {_counted(sums.planned, 'mail')}."
    parts = [f"{sums.accepted:,} accepted by SES"]
    if sums.suppressed:
        left = "because the reader had left before"
        why = "because the mailing was cancelled" if report.mailing.status.state is MailingState.CANCELLED else left
        parts.append(f"{sums.suppressed:,} suppressed, {why}")
    if sums.rejected:
        parts.append(f"{sums.rejected:,} rejected by SES")
    if sums.doubtful:
        parts.append(f"{sums.doubtful:,} doubtful: SES may or may not have taken them, and they are not sent again")
    return f"Every one of {_counted(sums.planned, 'mail')} is accounted for: {'; '.join(parts)}."


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


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _either(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


# --- as JSON ---------------------------------------------------------------------------------------------------------


def mailing_as_json(mailing: Mailing) -> dict[str, Any]:
    """A mailing without its text, which may have 50,000 characters."""
    return {
        "id": mailing.id,
        "kind": mailing.kind.value,
        "created_at": iso(mailing.created_at),
        "state": mailing.status.state.value,
        "reason": mailing.status.reason,
        "until": iso(mailing.status.until) if mailing.status.until else None,
        "subject": mailing.subject,
        "preheader": mailing.preheader,
        "topics": list(mailing.audience.topics),
        "languages": list(mailing.audience.languages),
        "frequency": mailing.audience.frequency,
        "offer": mailing.offer,
        "articles": list(mailing.articles),
        "in_archive": mailing.public,
    }


def report_as_json(report: Report) -> dict[str, Any]:
    """A mailing with its text and certificate."""
    return {
        "mailing": mailing_as_json(report.mailing) | {"body": report.mailing.body},
        "certificate": certificate_as_json(report.stats),
        "ended": certificate_as_json(report.final_stats) if report.final_stats else None,
        "planned_to_the_end": report.planned_to_the_end,
        "progress": _progress_as_json(report),
        "standings": dict(sorted(report.stats.statuses.items())),
        **visits_as_json(report),
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


def recipients_as_json(lines: Iterable[tuple[RecipientLine, str]]) -> list[dict[str, Any]]:
    """The status of each recipient; the address is empty for a subscriber who was erased."""
    return [
        {
            "subscriber": line.subscriber,
            "address": address,
            "standing": line.status.value,
            "reason": line.reason,
            "unsubscribed": line.unsubscribed,
        }
        for line, address in lines
    ]


def digest_as_json(digest: Digest) -> dict[str, Any]:
    """What a digest carries and its status."""
    return {
        "period": digest.period,
        "mailing": digest_id(digest.period),
        "start": iso(digest.window.start),
        "end": iso(digest.window.end),
        "articles": list(digest.articles),
        "related": list(digest.related),
        "standing": digest.standing,
        "deadline": iso(digest.deadline) if digest.deadline else None,
        "sent_unanswered": digest.sent_unanswered,
        "held_because": digest.held_because,
        "verdict": digest.verdict,
        "note": dict(digest.note),
    }


def article_as_json(article: Article) -> dict[str, Any]:
    """An article with its topics and marketing's choices."""
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "topics": list(article.topics),
        "topic_reasons": list(article.topic_reasons),
        "pinned": article.pinned,
        "skipped": article.skipped,
        "kept_out_because": article.withdrawn or article.excluded,
        "categories": list(article.categories),
        "language": article.language,
        "author": article.author,
        "published": iso(article.published) if article.published else None,
        "listed_at": iso(article.listed_at),
    }
