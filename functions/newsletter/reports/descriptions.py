"""Describes mailings and audiences in words, and mailings, digests and articles as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from newsletter.articles.article import Article
from newsletter.mail.writing.personal_fields import without_fields
from newsletter.mailings.audience.words import with_rest
from newsletter.mailings.count_audience import AudienceCount
from newsletter.mailings.digests.digest import Digest, digest_id
from newsletter.mailings.mailing import Audience, Kind, Mailing, sequence_of
from newsletter.platform.times import iso
from newsletter.platform.words.said import Stored, either, say, say_number
from newsletter.publication.publication import Publication
from newsletter.reports.mailing_names import AUTOMATED, digest_audience, name_of_month
from newsletter.reports.words.experiment_words import again_in_words

LANGUAGES = {"fi": say("Finnish"), "sv": say("Swedish"), "en": say("English")}
"""Names of the languages that the console can say in its own."""

# --- in words --------------------------------------------------------------------------------------------------------


def title_of(mailing: Mailing) -> str:
    """The mailing's title. A digest is named by its period, since its subject differs between subscribers."""
    if mailing.id in AUTOMATED:
        return AUTOMATED[mailing.id][0]
    if mailing.kind is not Kind.DIGEST:
        return without_fields(mailing.headline)
    return title_of_digest(mailing.id.removeprefix("digest-"))


def title_of_digest(period: str) -> str:
    """The title of the digest of a week or month, as `2026-W48` or `2026-11`."""
    year, _, part = period.partition("-")
    if part.startswith("W"):
        return say("Digest of week {week}, {year}", week=str(int(part[1:])), year=year)
    return say("Digest of {month} {year}", month=name_of_month(int(part[1:])), year=year)


def audience_in_words(mailing: Mailing, publication: Publication, language: str = "en") -> str:
    """Who gets the mailing, as a sentence without its full stop; labels of topics are those of the language."""
    if mailing.id in AUTOMATED:
        return AUTOMATED[mailing.id][1]
    if mailing.kind is Kind.STEP:
        sequence = sequence_of(mailing.id, publication)
        return say("Readers in the sequence {sequence}, each when the step is due", sequence=sequence)
    if mailing.kind is Kind.DIGEST:
        return digest_audience(mailing.audience.frequency, len(mailing.articles))
    who = _campaign_audience(mailing.audience, publication, language)
    who = with_rest(who, mailing.audience, publication, language)
    return again_in_words(who, mailing)


def _campaign_audience(audience: Audience, publication: Publication, language: str) -> str:
    languages = either([language_name(code) for code in audience.languages])
    topics = either([topic_label(key, publication, language) for key in audience.topics])
    if topics and languages:
        who = say("Readers in {languages} who chose {topics}, or no topic at all", languages=languages, topics=topics)
    elif topics:
        who = say("Readers who chose {topics}, or no topic at all", topics=topics)
    elif languages:
        who = say("Every reader in {languages}", languages=languages)
    else:
        who = say("Every reader")
    for name, values in audience.among:
        who = say("{who}, whose {name} is {values}", who=who, name=name, values=either(list(values)))
    return who


def topic_label(key: str, publication: Publication, language: str = "en") -> str:
    """The topic's label, in the default language where there is none in this; the key of a topic that is gone."""
    topic = publication.topic(key)
    return topic.label[publication.language(language)] if topic else key


def language_name(code: str) -> str:
    """`Finnish` for `fi`."""
    if code in LANGUAGES:
        return LANGUAGES[code]
    from babel import Locale

    return str(Locale.parse("en").languages.get(code, code))


def count_in_words(count: AudienceCount) -> str:
    """`1 reader at the moment`, `more than 30,000 readers at the moment`."""
    if count.complete:
        return say_number("1 reader at the moment", "{count} readers at the moment", count=count.readers)
    return say_number("at least 1 reader at the moment", "at least {count} readers at the moment", count=count.readers)


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
        return say("The schedule started it; {verdict}.", verdict=Stored(digest.verdict))
    origin = mailing.origin
    if mailing.kind is not Kind.CAMPAIGN or origin is None:
        return say("The schedule started it.") if mailing.kind is Kind.DIGEST else ""
    sent = say("{who} had it sent.", who=origin.sent_by or say("Somebody"))
    if not origin.written_by or not origin.written_at:
        return sent
    who, at = origin.written_by, clock(origin.written_at)
    written = say("Its text was changed last by {who}, {at}.", who=who, at=at)
    return say("{first} {second}", first=sent, second=written)


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
