"""Mails from templates: what a mailing looks like in a language. Nothing is read from a store, and nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from newsletter.articles.article import Article
from newsletter.mail.templates import Templates
from newsletter.mailings.digests.digest import Selection, choose, meant_for, newest_first
from newsletter.mailings.mailing import Mailing, Variant
from newsletter.publication.publication import Sequence


class RenderedVariant(NamedTuple):
    """A variant and the targets of its links (key, url)."""

    variant: Variant
    links: tuple[tuple[str, str], ...]


class Renderer:
    """Renders every mail of the product. `tracked` links go through /c, the others straight to their targets."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._publication = templates.publication

    def select(
        self, mailing: Mailing, articles: Mapping[str, Article], topics: tuple[str, ...], new: Iterable[str]
    ) -> Selection | None:
        """What a digest has for a reader of these topics to whom these articles are new; None when it has nothing."""
        fresh = newest_first([articles[article] for article in new if article in articles])
        older = [articles[article] for article in mailing.related if article in articles]
        return choose(fresh, older, topics, self._publication.digest.max_articles, self._publication.digest.related)

    def digest(self, mailing: Mailing, selection: Selection, language: str, *, tracked: bool = True) -> RenderedVariant:
        """The digest with what was selected from it."""
        return self._render(
            "digest",
            language,
            articles=list(selection.articles),
            more=list(selection.more),
            related=list(selection.related),
            offer=self._publication.offer(mailing.offer),
            period=mailing.id.removeprefix("digest-"),
            tracked=tracked,
            archived=_archived(mailing),
        )

    def whole_digest(
        self, mailing: Mailing, articles: Iterable[Article], language: str, *, tracked: bool = True
    ) -> RenderedVariant | None:
        """The digest of a reader of every topic, to whom all of it is new; None when all its articles are skipped."""
        selection = self.select(mailing, {article.id: article for article in articles}, (), mailing.articles)
        return None if selection is None else self.digest(mailing, selection, language, tracked=tracked)

    def campaign(self, mailing: Mailing, language: str, *, tracked: bool = True) -> RenderedVariant:
        """The campaign's text in the frame of the language."""
        return self._render(
            "letter",
            language,
            subject=mailing.subject,
            preheader=mailing.preheader,
            body=mailing.body,
            offer=self._publication.offer(mailing.offer) if mailing.offer else None,
            tracked=tracked,
            archived=_archived(mailing),
            why="mail.footer.why",
        )

    def step(self, sequence: Sequence, number: int, language: str, *, tracked: bool = True) -> RenderedVariant:
        """A sequence's step in the language; `number` counts from 1. Raises InvalidPublication when its text lacks."""
        step = sequence.steps[number - 1]
        language = self._publication.language(language)
        return self._render(
            "letter",
            language,
            subject=step.subject[language],
            preheader="",
            body=self._templates.step_body(step.body, language),
            offer=None,
            tracked=tracked,
            why="mail.footer.why_offer",
        )

    def confirmation(self, language: str, *, reminder: bool = False, moves: bool = False) -> RenderedVariant:
        """The mail that asks to confirm a subscription, or a reader's new address (`moves`), or recalls that it did."""
        return self._render("confirmation", language, reminder=reminder, moves=moves)

    def already(self, language: str, *, moves: bool = False) -> RenderedVariant:
        """The mail to a reader whose address was filled in again, or was to become another reader's (`moves`)."""
        return self._render("already", language, moves=moves)

    def moved(self, language: str) -> RenderedVariant:
        """The mail that tells the owner of an old address that the newsletter goes to another one now."""
        return self._render("moved", language)

    def newest(self, articles: Iterable[Article], topics: tuple[str, ...]) -> tuple[Article, ...]:
        """The articles that a reader of these topics is welcomed with."""
        mine = [article for article in articles if not article.skipped and meant_for(article, topics)]
        return newest_first(mine)[: self._publication.digest.related]

    def welcome(self, newest: tuple[Article, ...], language: str, *, tracked: bool = True) -> RenderedVariant:
        """The first mail to a new reader: the newest articles of their topics, and the first offer."""
        offers = self._publication.offers
        offer = offers[0] if offers else None
        return self._render("welcome", language, articles=list(newest), offer=offer, tracked=tracked)

    def _render(self, template: str, language: str, **values: Any) -> RenderedVariant:
        language = self._publication.language(language)
        mail = self._templates.mail(template, language, **values)
        variant = Variant(language, mail.subject, mail.html, mail.text, tuple(sorted(mail.placeholders)))
        return RenderedVariant(variant, tuple((link.key, link.url) for link in mail.links))


class RenderMail(Protocol):
    """Renders one mail in a language, with tracked links or without; None where there is nothing to mail."""

    def __call__(self, renderer: Renderer, language: str, *, tracked: bool) -> RenderedVariant | None:
        """The mail."""


def as_campaign(mailing: Mailing) -> RenderMail:
    """Renders the campaign."""
    return lambda renderer, language, *, tracked: renderer.campaign(mailing, language, tracked=tracked)


def as_digest(mailing: Mailing, articles: Iterable[Article]) -> RenderMail:
    """Renders the digest of a reader of every topic to whom all of it is new."""
    known = list(articles)
    return lambda renderer, language, *, tracked: renderer.whole_digest(mailing, known, language, tracked=tracked)


def both(render: RenderMail, language: str, templates: Templates) -> list[RenderedVariant]:
    """The mail with tracked links and the mail without; empty where there is nothing to mail."""
    renderer = Renderer(templates)
    mails = [render(renderer, language, tracked=tracked) for tracked in (True, False)]
    return [mail for mail in mails if mail is not None]


def _archived(mailing: Mailing) -> str:
    """The page of the archive that the mail links to; empty for a mailing that the archive does not show."""
    return mailing.id if mailing.for_archive else ""
