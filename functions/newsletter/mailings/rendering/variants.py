"""Variants: rendered once, stored under a hash of their content, and reused by every batch that needs them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from newsletter.articles.article import Article
from newsletter.articles.listing import is_out_by
from newsletter.mailings.mailing import ALREADY, MOVED, WELCOME, Mailing, step_id
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.publication.publication import Sequence
from newsletter.readers.subscriber import Recipient, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_SELECTIONS = 20_000
"""Entries of the cache from subscribers' choices to a digest's variant; a full cache is emptied."""
MAX_KEYS = 500
"""Entries of the cache of stored variants; a full cache is emptied. A missing entry only costs a rendering."""


class _Wanted(NamedTuple):
    """Everything that the rendering of a digest depends on: recipients for whom it is equal get the same variant."""

    mailing: str
    articles: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    tracked: bool


class Variants:
    """Renders and stores what the sender will need. Each method returns the variant's key; stored ones are cached."""

    def __init__(self, app: Container) -> None:
        self._app = app
        self._keys: dict[tuple[object, ...], str] = {}
        self._by_choices: dict[_Wanted, str | None] = {}
        self._articles_of: tuple[str, dict[str, Article]] = ("", {})

    @cached_property
    def _renderer(self) -> Renderer:
        return Renderer(self._app.templates)

    def digest(self, mailing: Mailing, recipient: Recipient, articles: tuple[str, ...]) -> str | None:
        """The variant for a recipient to whom these articles are new; None if none of them is on their topics.

        Cached for all recipients with the same topics, language and tracking, since a digest may have a million.
        """
        choices = recipient.choices
        wanted = _Wanted(mailing.id, articles, choices.topics, self._language(choices.language), choices.tracking)
        if wanted not in self._by_choices:
            if len(self._by_choices) >= MAX_SELECTIONS:
                self._by_choices.clear()
            self._by_choices[wanted] = self._digest(mailing, wanted)
        return self._by_choices[wanted]

    def _digest(self, mailing: Mailing, wanted: _Wanted) -> str | None:
        selection = self._renderer.select(mailing, self._articles(mailing.id), wanted.topics, wanted.articles)
        if selection is None:
            return None
        language, tracked = wanted.language, wanted.tracked
        chosen = tuple(tuple(a.id for a in part) for part in (selection.articles, selection.more, selection.related))
        return self._keep(
            mailing.id,
            (language, tracked, chosen, selection.reasons),
            lambda: self._renderer.digest(mailing, selection, language, tracked=tracked),
        )

    def campaign(self, mailing: Mailing, recipient: Recipient) -> str:
        """The campaign's variant for a recipient."""
        language, tracked = self._language(recipient.choices.language), recipient.choices.tracking
        return self._keep(
            mailing.id,
            (language, tracked, mailing),
            lambda: self._renderer.campaign(mailing, language, tracked=tracked),
        )

    def step(self, sequence: Sequence, number: int, reader: Subscriber) -> str:
        """The variant of a sequence's step for a subscriber; `number` counts from 1."""
        language, tracked = self._language(reader.language), reader.choices.tracking
        return self._keep(
            step_id(sequence.key, number),
            (language, tracked),
            lambda: self._renderer.step(sequence, number, language, tracked=tracked),
        )

    def confirmation(self, mailing: str, language: str, *, reminder: bool = False, moves: bool = False) -> str:
        """The variant of the mail that asks to confirm a subscription or a new address, for that mailing."""
        language = self._language(language)
        return self._keep(
            mailing,
            (language, reminder, moves),
            lambda: self._renderer.confirmation(language, reminder=reminder, moves=moves),
        )

    def already(self, language: str, *, moves: bool = False) -> str:
        """The variant of the mail described at `Renderer.already`."""
        language = self._language(language)
        return self._keep(ALREADY, (language, moves), lambda: self._renderer.already(language, moves=moves))

    def moved(self, language: str) -> str:
        """The variant of the mail described at `Renderer.moved`."""
        language = self._language(language)
        return self._keep(MOVED, (language,), lambda: self._renderer.moved(language))

    def welcome(self, reader: Subscriber) -> str:
        """The variant of the first mail to a new subscriber."""
        language, tracked = self._language(reader.language), reader.choices.tracking
        articles = [article for article in self._app.articles.all() if is_out_by(article, self._app.now())]
        newest = self._renderer.newest(articles, reader.choices.topics)
        return self._keep(
            WELCOME,
            (language, tracked, newest),
            lambda: self._renderer.welcome(newest, language, tracked=tracked),
        )

    def _language(self, language: str) -> str:
        return self._app.templates.publication.language(language)

    def _articles(self, mailing: str) -> dict[str, Article]:
        """All articles by id, read once per mailing."""
        if self._articles_of[0] != mailing:
            self._articles_of = (mailing, {article.id: article for article in self._app.articles.all()})
        return self._articles_of[1]

    def _keep(self, mailing: str, differences: tuple[object, ...], render: Callable[[], RenderedVariant]) -> str:
        """The key of the mailing's variant, which is rendered and stored unless one with these `differences` was."""
        wanted = (mailing, *differences)
        key = self._keys.get(wanted)
        if key is None:
            variant, links = render()
            self._app.mailings.put_variant(mailing, variant, links)
            if len(self._keys) >= MAX_KEYS:
                self._keys.clear()
            key = self._keys[wanted] = variant.key
        return key
