"""The public archive: mailings that went to everyone, without links or names that belong to one subscriber."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mail.templates import Templates
from newsletter.mail.writing.personal_fields import without_fields
from newsletter.mailings.digests.digest import select_articles
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.rendering.renderer import in_language
from newsletter.platform.errors import NotFound
from newsletter.publication.offers import Offer

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_PAGES = 10
"""Pages of the list that one request reads in search of public mailings; the next request continues from there."""


@dataclass(frozen=True)
class ArchivedMailing:
    """A mailing as the archive shows it.

    `language` is the language of a campaign's own text; a digest is shown in the language of the page. `versions` are
    the same campaign in other languages: (language, id) in the order of the publication.
    """

    mailing: Mailing
    title: str
    language: str
    articles: tuple[Article, ...] = ()
    more: tuple[Article, ...] = ()
    offer: Offer | None = None
    versions: tuple[tuple[str, str], ...] = ()

    @property
    def period(self) -> str:
        """The week or month of a digest; empty for a campaign."""
        return self.mailing.id.removeprefix("digest-") if self.mailing.kind is Kind.DIGEST else ""

    @property
    def original(self) -> str:
        """Where the article is, for a digest with one article: its archive page would only repeat it. Else empty."""
        return self.articles[0].url if len(self.articles) == 1 and not self.more else ""


def list_archive(language: str, before: str, limit: int, app: Container) -> tuple[list[ArchivedMailing], str]:
    """At most `limit` archived mailings older than the cursor `before`, the newest first, and the next page's cursor.

    An empty cursor stands for the newest mailing in the argument, and for the last page in the result.
    """
    found: list[ArchivedMailing] = []
    for _ in range(MAX_PAGES):
        lines = app.mailings.older(before, limit)
        public = [mailing for _, mailing in lines if mailing.public]
        articles = app.articles.some(article for mailing in public for article in mailing.articles)
        versions = app.mailings.some({other for mailing in public for other in version_ids(mailing, app).values()})
        for place, mailing in lines:
            shown = _as_archived(mailing, language, articles, app.templates)
            if shown:
                shown = _with_versions(shown, versions, app)
                languages = (shown.language, *(code for code, _ in shown.versions))
                if shown.language != _preferred(languages, language, app):
                    shown = None
            if shown and len(found) == limit:
                return found, before
            if shown:
                found.append(shown)
            before = place
        if len(lines) < limit:
            return found, ""
    return found, before


def public_mailing(mailing_id: str, app: Container) -> Mailing:
    """The mailing of that id. Raises NotFound, also for one that exists and is not public."""
    mailing = app.mailings.get(mailing_id)
    if mailing is None or not mailing.public:
        raise NotFound(f"mailing {mailing_id} in the archive")
    return mailing


def archived_mailing(mailing: Mailing, language: str, app: Container) -> ArchivedMailing:
    """The mailing for a page in that language. Raises NotFound when all its articles are gone."""
    shown = _as_archived(mailing, language, app.articles.some(mailing.articles), app.templates)
    if shown is None:
        raise NotFound(f"the articles of {mailing.id}")
    return _with_versions(shown, app.mailings.some(version_ids(mailing, app).values()), app)


def version_ids(mailing: Mailing, app: Container) -> dict[str, str]:
    """The ids that the same campaign has in other languages, by language: names that differ in `-fi` at their end."""
    stem, _, code = mailing.id.rpartition("-")
    if mailing.kind is not Kind.CAMPAIGN or not stem or code != mailing.language:
        return {}
    return {other: f"{stem}-{other}" for other in app.publication.languages if other != code}


def _with_versions(shown: ArchivedMailing, known: Mapping[str, Mailing], app: Container) -> ArchivedMailing:
    ids = version_ids(shown.mailing, app)
    there = {code: known[other] for code, other in ids.items() if other in known}
    public = ((code, other.id) for code, other in there.items() if other.public and other.language == code)
    return replace(shown, versions=tuple(public))


def _preferred(languages: Collection[str], wanted: str, app: Container) -> str:
    """In which of its languages a campaign is listed for readers of `wanted`."""
    ordered = (wanted, *app.publication.languages)
    return next((code for code in ordered if code in languages), next(iter(languages)))


def _as_archived(
    mailing: Mailing, language: str, articles: Mapping[str, Article], templates: Templates
) -> ArchivedMailing | None:
    """A public mailing as a subscriber to every topic got it; None if it is not public or has no article left."""
    if not mailing.public:
        return None
    offer = templates.publication.offer(mailing.offer)
    if mailing.kind is Kind.CAMPAIGN:
        return ArchivedMailing(mailing, without_fields(mailing.headline), mailing.language or language, offer=offer)
    mailed = (articles[article].as_mailed() for article in mailing.articles if article in articles)
    fresh = [replace(article, url=mailing.target(article.url)) for article in mailed]
    # A digest without articles for readers of the page's language is shown as others got it.
    shown = in_language(fresh, language, templates.publication) or fresh
    selection = select_articles(shown, (), (), templates.publication.digest.max_articles, 0)
    if selection is None:
        return None
    title = templates.subject("digest", language, articles=selection.articles, more=selection.more)
    return ArchivedMailing(mailing, title, language, selection.articles, selection.more, offer)
