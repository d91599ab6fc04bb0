"""Previews of a digest, as a subscriber to every topic would get it. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from newsletter.articles.article import Article
from newsletter.mail.templates import Templates
from newsletter.mailings.digests.digest import Note
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.platform.errors import NotFound


def preview_digest(
    mailing: Mailing, articles: Collection[Article], languages: Iterable[str], templates: Templates, note: Note
) -> list[RenderedVariant]:
    """The digest in each of the languages in which there is something to read, with the articles as they are now.

    Raises NotFound if there is none: all of the articles are skipped, or for readers of another language.
    """
    renderer = Renderer(templates)
    mails = [renderer.whole_digest(mailing, articles, language, note=note) for language in languages]
    found = [mail for mail in mails if mail is not None]
    if not found:
        raise NotFound(f"an article of {mailing.id} that is not skipped")
    return found
