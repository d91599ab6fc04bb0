"""A store of mailings that keeps nothing: what a mailing would be rendered to, for previews and checks."""

from __future__ import annotations

from collections.abc import Iterable

from newsletter.articles.article import Article
from newsletter.mailings.mailing import Variant
from newsletter.mailings.mailings_store import Mailings


class Sketch(Mailings):
    """Stands where variants are kept; `drawn` holds each with its links (key, url)."""

    def __init__(self, articles: Iterable[Article] = ()) -> None:
        super().__init__(None, "")
        self._articles = list(articles)
        self.drawn: list[tuple[Variant, tuple[tuple[str, str], ...]]] = []

    def articles(self) -> list[Article]:
        """The articles of the sketch."""
        return self._articles

    def put_variant(self, mailing: str, variant: Variant, links: Iterable[tuple[str, str]]) -> None:  # noqa: ARG002
        """Look at the variant; nothing is stored."""
        self.drawn.append((variant, tuple(links)))
