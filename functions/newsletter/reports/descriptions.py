"""Describes mailings and audiences in words, and mailings, digests and articles as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from newsletter.articles.article import Article
from newsletter.mail.writing.personal_fields import without_fields
from newsletter.mailings.audience.words import rest_in_words
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
    sequence_of,
)
from newsletter.platform.times import iso
from newsletter.publication.publication import Publication
from newsletter.reports.words.experiment_words import again_in_words
from newsletter.reports.words.numbers import counted

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
        return without_fields(mailing.headline)
    year, _, part = mailing.id.removeprefix("digest-").partition("-")
    if part.startswith("W"):
        return f"Digest of week {int(part[1:])}, {year}"
    return f"Digest of {date(int(year), int(part[1:]), 1):%B %Y}"


def audience_in_words(mailing: Mailing, publication: Publication) -> str:
    """Who gets the mailing, as a sentence without its full stop."""
    if mailing.id in AUTOMATED:
        return AUTOMATED[mailing.id][1]
    if mailing.kind is Kind.STEP:
        return f"Readers in the sequence {sequence_of(mailing.id, publication)}, each when the step is due"
    if mailing.kind is Kind.DIGEST:
        new = counted(len(mailing.articles), "new article")
        return f"Every reader of the {mailing.audience.frequency} digest with a topic among its {new}"
    rest = rest_in_words(mailing.audience, publication) + again_in_words(mailing)
    return _campaign_audience(mailing.audience, publication) + rest


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
    return f"{'' if count.complete else 'at least '}{counted(count.readers, 'reader')} at the moment"


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


def origin_in_words(mailing: Mailing, digest: Digest | None, clock: Callable[[datetime], str]) -> str:
    """Who had it sent, and who wrote it, as sentences; empty where nothing is known."""
    if digest is not None and digest.verdict:
        return f"The schedule started it; {digest.verdict}."
    origin = mailing.origin
    if mailing.kind is not Kind.CAMPAIGN or origin is None:
        return "The schedule started it." if mailing.kind is Kind.DIGEST else ""
    written = ""
    if origin.written_by and origin.written_at:
        written = f" Its text was changed last by {origin.written_by}, {clock(origin.written_at)}."
    return f"{origin.sent_by or 'Somebody'} had it sent.{written}"


def origin_as_json(mailing: Mailing) -> dict[str, Any] | None:
    """Who had a campaign sent, from which draft, and who changed its text last."""
    return {name: value or None for name, value in mailing.origin.stored.items()} if mailing.origin else None


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
