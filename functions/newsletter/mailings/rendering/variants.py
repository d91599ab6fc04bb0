"""Variants: rendered once, kept under the digest of their content, reused by every batch that needs them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from newsletter.articles.article import Article
from newsletter.mailings.mailing import ALREADY, MOVED, WELCOME, Mailing, step_mailing
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.publication.publication import Sequence
from newsletter.readers.subscriber import Recipient, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

CHOICES = 20_000
"""Choices a container remembers; past that it starts over."""
REMEMBERED = 500
"""Variants a container remembers; past that it starts over. Forgetting costs a rendering, never a wrong mail."""


class _Wanted(NamedTuple):
    """All that a digest is rendered from, besides the mailing of that id: readers who share it get one variant."""

    mailing: str
    articles: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    tracked: bool


class Variants:
    """Keeps what a mailing needs where the sender finds it, and remembers what is kept: each method gives its key."""

    def __init__(self, app: Container) -> None:
        self._app = app
        self._keys: dict[tuple[object, ...], str] = {}
        self._choices: dict[_Wanted, str | None] = {}
        self._archive: tuple[str, dict[str, Article]] = ("", {})

    @cached_property
    def _renderer(self) -> Renderer:
        return Renderer(self._app.templates)

    def digest(self, mailing: Mailing, recipient: Recipient, articles: tuple[str, ...]) -> str | None:
        """The variant for a reader to whom these articles are new, or None when none of them is on their topics.

        Chosen once for all readers of the same topics, language and tracking: a digest has a million readers.
        """
        choices = recipient.choices
        wanted = _Wanted(mailing.id, articles, choices.topics, self._language(choices.language), choices.tracking)
        if wanted not in self._choices:
            if len(self._choices) >= CHOICES:
                self._choices.clear()
            self._choices[wanted] = self._digest(mailing, wanted)
        return self._choices[wanted]

    def _digest(self, mailing: Mailing, wanted: _Wanted) -> str | None:
        selection = self._renderer.select(mailing, self._articles(mailing.id), wanted.topics, wanted.articles)
        if selection is None:
            return None
        language, tracked = wanted.language, wanted.tracked
        chosen = tuple(tuple(a.id for a in part) for part in (selection.articles, selection.more, selection.related))
        return self._kept(
            mailing.id,
            (language, tracked, chosen),
            lambda: self._renderer.digest(mailing, selection, language, tracked=tracked),
        )

    def campaign(self, mailing: Mailing, recipient: Recipient) -> str:
        """The campaign for a reader."""
        language, tracked = self._language(recipient.choices.language), recipient.choices.tracking
        return self._kept(
            mailing.id,
            (language, tracked, mailing),
            lambda: self._renderer.campaign(mailing, language, tracked=tracked),
        )

    def step(self, sequence: Sequence, number: int, reader: Subscriber) -> str:
        """A sequence's step for a reader; `number` counts from 1."""
        language, tracked = self._language(reader.language), reader.choices.tracking
        return self._kept(
            step_mailing(sequence.key, number),
            (language, tracked),
            lambda: self._renderer.step(sequence, number, language, tracked=tracked),
        )

    def confirmation(self, mailing: str, language: str, *, reminder: bool = False, moves: bool = False) -> str:
        """The mail that asks to confirm a subscription or a new address, for that mailing."""
        language = self._language(language)
        return self._kept(
            mailing,
            (language, reminder, moves),
            lambda: self._renderer.confirmation(language, reminder=reminder, moves=moves),
        )

    def already(self, language: str, *, moves: bool = False) -> str:
        """The mail to a reader whose address was filled in again, or was to become another reader's (`moves`)."""
        language = self._language(language)
        return self._kept(ALREADY, (language, moves), lambda: self._renderer.already(language, moves=moves))

    def moved(self, language: str) -> str:
        """The mail that tells the owner of an old address that the newsletter goes to another one now."""
        language = self._language(language)
        return self._kept(MOVED, (language,), lambda: self._renderer.moved(language))

    def welcome(self, reader: Subscriber) -> str:
        """The first mail to a new reader."""
        language, tracked = self._language(reader.language), reader.choices.tracking
        newest = self._renderer.newest(self._app.articles.all(), reader.choices.topics)
        return self._kept(
            WELCOME,
            (language, tracked, tuple(article.id for article in newest)),
            lambda: self._renderer.welcome(newest, language, tracked=tracked),
        )

    def _language(self, language: str) -> str:
        return self._app.templates.publication.language(language)

    def _articles(self, mailing: str) -> dict[str, Article]:
        """The articles as they stand, read once per mailing and container."""
        if self._archive[0] != mailing:
            self._archive = (mailing, {article.id: article for article in self._app.articles.all()})
        return self._archive[1]

    def _kept(self, mailing: str, differs: tuple[object, ...], render: Callable[[], RenderedVariant]) -> str:
        """The key of the mailing's variant; rendered and kept unless one of the same `differs` is kept already."""
        wanted = (mailing, *differs)
        key = self._keys.get(wanted)
        if key is None:
            variant, links = render()
            self._app.mailings.put_variant(mailing, variant, links)
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            key = self._keys[wanted] = variant.key
        return key
