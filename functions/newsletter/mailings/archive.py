"""The public archive: mailings that went out to everyone, with nothing in them that belongs to one reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mail.templates import Templates
from newsletter.mailings.digests.digest import choose
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.platform.errors import NotFound
from newsletter.publication.publication import Offer

if TYPE_CHECKING:
    from newsletter.container import Container

ROUNDS = 10
"""How many pages of the list are read in search of public mailings; past that the next page goes on."""


@dataclass(frozen=True)
class Archived:
    """A mailing as the archive shows it. `language` is that of its own text; a digest speaks that of the page."""

    mailing: Mailing
    title: str
    language: str
    articles: tuple[Article, ...] = ()
    more: tuple[Article, ...] = ()
    offer: Offer | None = None

    @property
    def period(self) -> str:
        """The week or month of a digest; empty for a campaign."""
        return self.mailing.id.removeprefix("digest-") if self.mailing.kind is Kind.DIGEST else ""

    @property
    def original(self) -> str:
        """The one article's own address, where a digest has just one and its page would only repeat it."""
        return self.articles[0].url if len(self.articles) == 1 and not self.more else ""


def list_archive(language: str, before: str, limit: int, app: Container) -> tuple[list[Archived], str]:
    """At most `limit` mailings after the place `before`, the newest first, and the place where the next page begins.

    That is empty on the last page.
    """
    found: list[Archived] = []
    for _ in range(ROUNDS):
        lines = app.mailings.before(before, limit)
        public = [mailing for _, mailing in lines if mailing.public]
        articles = app.articles.some(article for mailing in public for article in mailing.articles)
        for place, mailing in lines:
            shown = _shown(mailing, language, articles, app.templates)
            if shown and len(found) == limit:
                return found, before
            if shown:
                found.append(shown)
            before = place
        if len(lines) < limit:
            return found, ""
    return found, before


def public_mailing(mailing_id: str, app: Container) -> Mailing:
    """The mailing. Raises NotFound, also for one that exists and is not for everyone."""
    mailing = app.mailings.get(mailing_id)
    if mailing is None or not mailing.public:
        raise NotFound(f"mailing {mailing_id} in the archive")
    return mailing


def read_archived(mailing: Mailing, language: str, app: Container) -> Archived:
    """The mailing for a page in that language. Raises NotFound when nothing of it is left."""
    shown = _shown(mailing, language, app.articles.some(mailing.articles), app.templates)
    if shown is None:
        raise NotFound(f"the articles of {mailing.id}")
    return shown


def _shown(mailing: Mailing, language: str, articles: Mapping[str, Article], templates: Templates) -> Archived | None:
    """A public mailing as a reader of every topic got it; None for any other, or when nothing of it is left."""
    if not mailing.public:
        return None
    offer = templates.publication.offer(mailing.offer)
    if mailing.kind is Kind.CAMPAIGN:
        return Archived(mailing, mailing.subject, mailing.language or language, offer=offer)
    fresh = [articles[article] for article in mailing.articles if article in articles]
    selection = choose(fresh, (), (), templates.publication.digest.max_articles, 0)
    if selection is None:
        return None
    title = templates.subject("digest", language, articles=selection.articles, more=selection.more)
    return Archived(mailing, title, language, selection.articles, selection.more, offer)
