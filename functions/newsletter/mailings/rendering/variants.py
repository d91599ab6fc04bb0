"""Variants: rendered once, stored under a hash of their content, and reused by every batch that needs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from newsletter.articles.article import Article
from newsletter.articles.listing import is_out_by
from newsletter.mailings.digests.digest import Note, next_weekly_start
from newsletter.mailings.digests.unseen_articles import received_before, without_welcomed
from newsletter.mailings.mailing import ALREADY, MOVED, WELCOME, Mailing, step_id
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.publication.nurture.steps import Step
from newsletter.publication.sequences import Sequence, Trigger
from newsletter.readers.choices import Choices
from newsletter.readers.shown_before import of_last_welcome, rests
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
    related: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    tracked: bool
    with_offer: bool


class Variants:
    """Renders and stores what the sender will need. Each method returns the variant's key; stored ones are cached."""

    def __init__(self, app: Container) -> None:
        self._app = app
        self._keys: dict[tuple[object, ...], str] = {}
        self._by_choices: dict[_Wanted, str | None] = {}
        self._content_of: tuple[str, dict[str, Article], Note] = ("", {}, ())

    @cached_property
    def _renderer(self) -> Renderer:
        return Renderer(self._app.templates)

    def digest(self, mailing: Mailing, recipient: Recipient, articles: tuple[str, ...]) -> str | None:
        """The variant for a recipient to whom these articles are new; None if none of them is on their topics.

        Cached for all recipients with the same topics, language and tracking, since a digest may have a million. An
        offer that the recipient took up rests, and older articles that a welcome mail showed them are left out.
        """
        choices = recipient.choices
        wanted = _Wanted(
            mailing.id,
            articles,
            without_welcomed(mailing.related, recipient),
            choices.topics,
            self._language(choices.language),
            choices.tracking,
            self._shows_offer(mailing.offer, recipient.taken, mailing.created_at),
        )
        if wanted not in self._by_choices:
            if len(self._by_choices) >= MAX_SELECTIONS:
                self._by_choices.clear()
            self._by_choices[wanted] = self._digest(mailing, wanted)
        return self._by_choices[wanted]

    def _digest(self, mailing: Mailing, wanted: _Wanted) -> str | None:
        articles, note = self._content(mailing)
        language, tracked, with_offer = wanted.language, wanted.tracked, wanted.with_offer
        selection = self._renderer.select(articles, wanted.topics, language, wanted.articles, wanted.related)
        if selection is None:
            return None
        chosen = tuple(tuple(a.id for a in part) for part in (selection.articles, selection.more, selection.related))
        return self._keep(
            mailing.id,
            (language, tracked, with_offer, chosen, selection.reasons),
            lambda: self._renderer.digest(
                mailing, selection, language, tracked=tracked, with_offer=with_offer, note=note
            ),
        )

    def campaign(self, mailing: Mailing, recipient: Recipient) -> str:
        """The campaign's variant for a recipient."""
        language, tracked = self._language(recipient.choices.language), recipient.choices.tracking
        return self._keep(
            mailing.id,
            (language, tracked, mailing),
            lambda: self._renderer.campaign(mailing, language, tracked=tracked),
        )

    def step(self, sequence: Sequence, step: Step, reader: Subscriber, trigger: Trigger) -> str:
        """The variant of a sequence's step for a subscriber whom the trigger brought in."""
        language, tracked = self._language(reader.language), reader.choices.tracking
        return self._keep(
            step_id(sequence.key, step.key),
            (language, tracked, trigger),
            lambda: self._renderer.step(sequence, step, language, trigger, tracked=tracked),
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

    def newest_for(self, choices: Choices, known: Subscriber | None) -> tuple[str, ...]:
        """The articles for the welcome mail of a reader who makes these choices.

        Those that are still to come in a weekly digest are left to it: else the first digest of a new reader would have
        little in it, or never come. Those that wait for their day are nobody's yet. `known` is the reader's profile if
        they were subscribed before: they get none that they had by mail.
        """
        digests = self._app.digests.history()
        had = received_before(known, digests, self._app.publication.time_zone) if known else set()
        now = self._app.now()
        articles = [article for article in self._app.articles.all() if is_out_by(article, now)]
        start = next_weekly_start(digests, articles)
        old = [each for each in articles if start and each.listed_at < start and each.id not in had]
        newest = self._renderer.newest(old, choices.topics, self._language(choices.language))
        return tuple(article.id for article in newest)

    def welcome(self, reader: Subscriber, now: datetime) -> str:
        """The variant of the first mail to a new subscriber, with the articles that were chosen when they confirmed."""
        language, tracked = self._language(reader.language), reader.choices.tracking
        offers = self._app.publication.offers
        with_offer = bool(offers) and self._shows_offer(offers[0].key, reader.taken, now)
        wanted = of_last_welcome(reader.welcomed)
        known = self._app.articles.some(wanted)
        newest = tuple(known[each] for each in wanted if each in known and not known[each].is_kept_out)
        return self._keep(
            WELCOME,
            (language, tracked, with_offer, tuple(article.id for article in newest)),
            lambda: self._renderer.welcome(newest, language, tracked=tracked, with_offer=with_offer),
        )

    def _shows_offer(self, key: str, taken: str, at: datetime) -> bool:
        """Whether a mail of that moment shows the offer to a reader who took up those."""
        publication = self._app.publication
        offer = publication.offer(key)
        return offer is not None and not rests(offer, taken, at.astimezone(publication.time_zone).date())

    def _language(self, language: str) -> str:
        return self._app.templates.publication.language(language)

    def _content(self, mailing: Mailing) -> tuple[dict[str, Article], Note]:
        """All articles by id, and what marketing wrote on top of the digest: read once per mailing."""
        if self._content_of[0] != mailing.id:
            digest = self._app.digests.get(mailing.id.removeprefix("digest-"))
            articles = {article.id: article for article in self._app.articles.all()}
            self._content_of = (mailing.id, articles, digest.note if digest else ())
        return self._content_of[1:]

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
