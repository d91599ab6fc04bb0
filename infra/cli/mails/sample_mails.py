"""Every mail that the product sends, with sample content in it: for checks, previews and scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from newsletter.articles.article import Article
from newsletter.mail.templates import Templates
from newsletter.mailings.digests.digest import Note
from newsletter.mailings.mailing import ALREADY, CONFIRMATION, MOVED, WELCOME, Audience, Kind, Mailing, step_id
from newsletter.mailings.rendering.preflight import Fault, preflight_letter, preflight_mails
from newsletter.mailings.rendering.renderer import (
    RenderedVariant,
    Renderer,
    RenderMail,
    render_campaign,
    render_digest,
    tracked_and_untracked,
)
from newsletter.publication.nurture.steps import Step
from newsletter.publication.publication import Publication
from newsletter.publication.sequences import Sequence
from newsletter.readers.choice import Frequency

MOMENT = datetime(2027, 1, 5, 6, tzinfo=UTC)
TITLE = "Miten johtaja löytää oman äänensä – ja miksi se kannattaa löytää ajoissa, ennen kuin muut ehtivät"
SUMMARY = (
    "Hiljaisuuskin on viesti. Kerromme, miten asiantuntija aloittaa pienestä, mistä aiheita löytyy, kun omasta työstä "
    "tuntuu olevan vaikea kertoa, ja kuinka palaute otetaan vastaan niin, että keskustelu jatkuu vielä huomennakin."
)
"""As long as titles and summaries of a blog get: a layout has to hold with these."""
TEXT = "Varaa aika **ennen vappua**.\n\n## Kenelle\n\nJohtajille ja asiantuntijoille, jotka haluavat [viestiä]({site})."


@dataclass(frozen=True)
class SampleMail:
    """A mail by the name that a person types for it, and how it is rendered.

    `template` names its files in templates/email; `text` those of a step, without `.<language>.md`, or is empty.
    """

    name: str
    kind: Kind
    mailing: str
    template: str
    render: RenderMail
    text: str = ""

    def rendered(self, templates: Templates, language: str) -> list[RenderedVariant]:
        """The mail with tracked links and, where it has any, without."""
        return list(dict.fromkeys(tracked_and_untracked(self.render, language, templates)))

    def faults(self, mails: list[RenderedVariant], templates: Templates, language: str) -> list[Fault]:
        """What preflight finds in them."""
        if not self.text:
            return preflight_mails(mails, self.kind, templates)
        body = templates.step_body(self.text, language)
        written = Mailing(self.mailing, self.kind, MOMENT, body=body, language=language)
        return [replace(fault, language=language) for fault in preflight_letter(mails, written, templates)]


def sample_mails(publication: Publication) -> Iterator[SampleMail]:
    """All of them: administrative mails, the digest and a campaign with each offer and without, every step."""
    articles = sample_articles(publication)
    administrative = Kind.SERVICE
    yield SampleMail(CONFIRMATION, administrative, CONFIRMATION, "confirmation", _confirmation())
    yield SampleMail("reminder", administrative, CONFIRMATION, "confirmation", _confirmation(reminder=True))
    yield SampleMail("confirmation-moving", administrative, CONFIRMATION, "confirmation", _confirmation(moves=True))
    yield SampleMail(
        "reminder-moving", administrative, CONFIRMATION, "confirmation", _confirmation(reminder=True, moves=True)
    )
    yield SampleMail(ALREADY, administrative, ALREADY, "already", _already(moves=False))
    yield SampleMail("already-moving", administrative, ALREADY, "already", _already(moves=True))
    yield SampleMail(MOVED, administrative, MOVED, "moved", _moved)
    yield SampleMail(WELCOME, Kind.WELCOME, WELCOME, "welcome", _welcome(articles))
    for offer in (*(offer.key for offer in publication.offers), ""):
        first = publication.offers and offer == publication.offers[0].key
        suffix = "" if first else f"-{offer or 'without-offer'}"
        digest, campaign = sample_digest(articles, offer), sample_campaign(publication, offer)
        yield SampleMail(f"digest{suffix}", Kind.DIGEST, digest.id, "digest", render_digest(digest, articles))
        if first:
            with_note = render_digest(digest, articles, _note(publication))
            yield SampleMail("digest-with-note", Kind.DIGEST, digest.id, "digest", with_note)
        yield SampleMail(f"campaign{suffix}", Kind.CAMPAIGN, campaign.id, "letter", render_campaign(campaign))
    for sequence in publication.sequences.values():
        for step in sequence.steps:
            mailing = step_id(sequence.key, step.key)
            render = _step(sequence, step)
            yield SampleMail(f"{sequence.key}-{step.key}", Kind.STEP, mailing, "letter", render, text=step.body)


def sample_articles(publication: Publication) -> tuple[Article, ...]:
    """As many as a digest shows in full, three more, and older ones; on every topic, one with a picture."""
    digest = publication.digest
    fresh = digest.max_articles + 3
    return tuple(_article(publication, number, old=number >= fresh) for number in range(fresh + digest.related))


def sample_digest(articles: tuple[Article, ...], offer: str) -> Mailing:
    """A digest of the new ones among the articles, with the older ones under them."""
    new = tuple(article.id for article in articles if article.listed_at > MOMENT - timedelta(days=7))
    old = tuple(article.id for article in articles if article.id not in new)
    audience = Audience(frequency=Frequency.WEEKLY)
    return Mailing("digest-2027-W01", Kind.DIGEST, MOMENT, audience, articles=new, related=old, offer=offer)


def _note(publication: Publication) -> Note:
    line = f"Ensi viikolla emme kirjoita: olemme [syyslomalla]({publication.site_url})."
    return tuple((language, line) for language in publication.languages)


def sample_campaign(publication: Publication, offer: str) -> Mailing:
    """A campaign with a heading, a link and an offer."""
    language = publication.languages[0]
    body = TEXT.replace("{site}", publication.site_url)
    mailing = Mailing("campaign-sample", Kind.CAMPAIGN, MOMENT, Audience(languages=(language,)), language=language)
    return replace(mailing, subject="Kevään sparraukset ovat auki", body=body, offer=offer)


def _confirmation(*, reminder: bool = False, moves: bool = False) -> RenderMail:
    return lambda renderer, language, *, tracked: renderer.confirmation(  # noqa: ARG005
        language, reminder=reminder, moves=moves
    )


def _already(*, moves: bool) -> RenderMail:
    return lambda renderer, language, *, tracked: renderer.already(language, moves=moves)  # noqa: ARG005


def _moved(renderer: Renderer, language: str, *, tracked: bool) -> RenderedVariant:  # noqa: ARG001
    return renderer.moved(language)


def _welcome(articles: tuple[Article, ...]) -> RenderMail:
    return lambda renderer, language, *, tracked: renderer.welcome(
        renderer.newest(articles, (), language), language, tracked=tracked
    )


def _step(sequence: Sequence, step: Step) -> RenderMail:
    return lambda renderer, language, *, tracked: renderer.step(
        sequence, step, language, sequence.trigger, tracked=tracked
    )


def _article(publication: Publication, number: int, *, old: bool) -> Article:
    moment = MOMENT - timedelta(days=60 if old else 1, minutes=number)
    site = publication.site_url.rstrip("/")
    return Article(
        id=f"sample{number}",
        url=f"{site}/{number}",
        title=f"{TITLE} ({number + 1})",
        summary=SUMMARY,
        language=publication.languages[0],
        author="Helmi Raivola",
        image=f"{site}/picture.png" if number == 0 else "",
        published=moment,
        listed_at=moment,
        topics=tuple(topic.key for topic in publication.topics),
        categories=(),
    )
