"""The next digest as one reader would get it, or somebody with given choices: the real code, and nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mailings.digests.digest import Selection, compose_digest, period_of
from newsletter.mailings.digests.note import with_note
from newsletter.mailings.digests.readership import for_composing
from newsletter.mailings.digests.release import digest_mailing
from newsletter.mailings.digests.unseen_articles import UnseenArticles, without_welcomed
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.overview.whats_next import next_run
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.words.said import say
from newsletter.publication.publication import Publication
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.frequency_history import as_text, periods_until_now
from newsletter.readers.manage.list_readers import STATUS_WORDS
from newsletter.readers.shown_before import rests
from newsletter.readers.subscriber import Recipient, Status

if TYPE_CHECKING:
    from newsletter.container import Container


@dataclass(frozen=True)
class DigestPreview:
    """`mail` is None where they would get none, and `why` says so. `at` is when it is due, None if nobody knows."""

    choices: Choices
    at: datetime | None
    period: str
    articles: tuple[Article, ...] = ()
    more: tuple[Article, ...] = ()
    related: tuple[Article, ...] = ()
    mail: RenderedVariant | None = None
    why: str = ""
    name: str = ""


def read_preview_choices(given: Mapping[str, str], publication: Publication) -> Choices:
    """Choices without a reader: `topics` separated by blanks or commas (none is every topic), `language`, `frequency`.

    Raises InvalidInput.
    """
    topics = tuple(dict.fromkeys(given.get("topics", "").replace(",", " ").split()))
    known = [topic.key for topic in publication.topics]
    if not set(topics) <= set(known):
        raise InvalidInput("topics", say("keys among {values}", values=", ".join(known)))
    language = given.get("language") or publication.languages[0]
    if language not in publication.languages:
        raise InvalidInput("language", say("one of {values}", values=", ".join(publication.languages)))
    frequency = given.get("frequency") or Frequency.WEEKLY.value
    if frequency not in tuple(Frequency):
        raise InvalidInput("frequency", say("one of {values}", values=", ".join(Frequency)))
    return Choices(topics=topics, language=language, frequency=Frequency(frequency))


def preview_for_choices(choices: Choices, now: datetime, app: Container) -> DigestPreview:
    """What somebody with these choices would get who has got every digest so far."""
    return _preview(choices, Recipient(choices), now, app)


def preview_for_reader(subscriber: str, now: datetime, app: Container) -> DigestPreview:
    """What this reader would get: without what they had already, and without an offer that rests.

    Raises NotFound where there is no profile.
    """
    reader = app.subscribers.get(subscriber)
    if reader is None:
        raise NotFound("a reader with this address")
    if reader.status is not Status.ACTIVE:
        return DigestPreview(
            reader.choices, None, "", why=say("they get no mail: they are {status}", status=STATUS_WORDS[reader.status])
        )
    history = as_text(periods_until_now(reader))
    recipient = Recipient(reader.choices, history, welcomed=reader.welcomed, taken=reader.taken)
    return replace(_preview(reader.choices, recipient, now, app), name=reader.choices.name)


def _preview(choices: Choices, recipient: Recipient, now: datetime, app: Container) -> DigestPreview:
    due = next_run(choices.frequency, now, app)
    at = due or now
    zone, settings = app.publication.time_zone, app.publication.digest
    period = period_of(at, zone, choices.frequency)
    found = DigestPreview(choices, due, period)
    digests, articles = app.digests.history(), app.articles.all()
    digest = compose_digest(period, at, articles, for_composing(period, digests, articles), settings.related)
    if digest is None:
        return replace(found, why=say("there is no new article yet"))
    digest = replace(with_note(digest, digests, app), released_at=at)
    new = UnseenArticles(digest, digests, zone).articles_for(recipient)
    if new is None:
        return replace(found, why=say("they get none: their mail is paused, or they changed how often it comes"))
    by_id = {article.id: article for article in articles}
    mailing, renderer = digest_mailing(digest, app.publication), Renderer(app.templates)
    language = app.publication.language(choices.language)
    older = without_welcomed(digest.related, recipient)
    selection = renderer.select(by_id, choices.topics, language, new, older)
    if selection is None:
        return replace(found, why=say("no new article is on their topics and in their language"))
    mail = renderer.digest(
        mailing,
        selection,
        language,
        tracked=choices.tracking,
        with_offer=_shows_offer(mailing, recipient, at, app.publication),
        note=digest.note,
    )
    return _with(found, selection, mail)


def _with(found: DigestPreview, selection: Selection, mail: RenderedVariant) -> DigestPreview:
    return replace(
        found, articles=selection.articles, more=selection.more, related=selection.related, mail=mail, why=""
    )


def _shows_offer(mailing: Mailing, recipient: Recipient, at: datetime, publication: Publication) -> bool:
    """Whether the offer is in their mail: one that they took up rests for a while."""
    offer = publication.offer(mailing.offer)
    return offer is not None and not rests(offer, recipient.taken, at.astimezone(publication.time_zone).date())
