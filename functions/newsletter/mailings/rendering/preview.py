"""Previews of a digest, as a subscriber to every topic would get it. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from newsletter.articles.article import Article
from newsletter.mail.templates import Templates
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.platform.errors import NotFound


def preview_digest(
    mailing: Mailing, articles: Collection[Article], languages: Iterable[str], templates: Templates
) -> list[RenderedVariant]:
    """The digest in each of the languages, with these articles as they are now. Raises NotFound if all are skipped."""
    renderer = Renderer(templates)
    found = [renderer.whole_digest(mailing, articles, language) for language in languages]
    if None in found:
        raise NotFound(f"an article of {mailing.id} that is not skipped")
    return [each for each in found if each is not None]
