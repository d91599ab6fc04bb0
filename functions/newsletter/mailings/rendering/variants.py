"""Variants: rendered once, kept under the digest of their content, reused by every batch that needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsletter.articles.article import Article
from newsletter.mail.templates import RenderedMail, Templates
from newsletter.mailings.digests.digest import Selection, choose, meant_for, newest_first
from newsletter.mailings.mailing import ALREADY, MOVED, WELCOME, Mailing, Variant, step_mailing
from newsletter.mailings.mailings_store import Mailings
from newsletter.publication.publication import Sequence
from newsletter.readers.subscriber import Recipient, Subscriber

CHOICES = 20_000
"""Choices a container remembers; past that it starts over."""
REMEMBERED = 500
"""Variants a container remembers; past that it starts over. Forgetting costs a rendering, never a wrong mail."""


@dataclass(frozen=True)
class _Letter:
    """What a letter is rendered from; `offer` is a key, or empty; `why` is the message that says why one gets it."""

    subject: str
    body: str
    preheader: str = ""
    offer: str = ""
    tracked: bool = True
    archived: str = ""
    why: str = "mail.footer.why"


class Variants:
    """Renders what a mailing needs and keeps it where the sender finds it."""

    def __init__(
        self, templates: Templates, mailings: Mailings, read_articles: Callable[[], Iterable[Article]]
    ) -> None:
        self._templates = templates
        self._mailings = mailings
        self._read_articles = read_articles
        self._keys: dict[tuple[object, ...], str] = {}
        self._choices: dict[tuple[object, ...], str | None] = {}
        self._archive: tuple[str, dict[str, Article]] = ("", {})

    def digest(self, mailing: Mailing, recipient: Recipient, articles: tuple[str, ...]) -> str | None:
        """The variant for a reader to whom these articles are new, or None when none of them is on their topics.

        Chosen once for all readers of the same topics, language and tracking: a digest has a million readers.
        """
        language = self._templates.publication.language(recipient.language)
        alike = (mailing.id, articles, recipient.topics, language, recipient.tracking)
        if alike not in self._choices:
            if len(self._choices) >= CHOICES:
                self._choices.clear()
            self._choices[alike] = self._digest(mailing, language, recipient, articles)
        return self._choices[alike]

    def _digest(self, mailing: Mailing, language: str, recipient: Recipient, articles: tuple[str, ...]) -> str | None:
        selection = self._selection(mailing, recipient.topics, articles)
        if selection is None:
            return None
        chosen = tuple(tuple(a.id for a in part) for part in (selection.articles, selection.more, selection.related))
        return self._kept(
            (mailing.id, language, recipient.tracking, chosen),
            mailing.id,
            language,
            lambda: self._templates.mail(
                "digest",
                language,
                articles=list(selection.articles),
                more=list(selection.more),
                related=list(selection.related),
                offer=self._templates.publication.offer(mailing.offer),
                period=mailing.id.removeprefix("digest-"),
                tracked=recipient.tracking,
                archived=mailing.id if mailing.for_archive else "",
            ),
        )

    def campaign(self, mailing: Mailing, recipient: Recipient) -> str:
        """The campaign's text in the frame of the reader's language."""
        language = self._templates.publication.language(recipient.language)
        archived = mailing.id if mailing.for_archive else ""
        letter = _Letter(mailing.subject, mailing.body, mailing.preheader, mailing.offer, recipient.tracking, archived)
        return self._letter(mailing.id, language, letter)

    def step(self, sequence: Sequence, number: int, reader: Subscriber) -> str:
        """A sequence's step in the reader's language; `number` counts from 1."""
        step = sequence.steps[number - 1]
        language = self._templates.publication.language(reader.language)
        body = self._templates.step_body(step.body, language)
        letter = _Letter(step.subject[language], body, tracked=reader.tracking, why="mail.footer.why_offer")
        return self._letter(step_mailing(sequence.key, number), language, letter)

    def confirmation(self, mailing: str, language: str, *, reminder: bool = False, moves: bool = False) -> str:
        """The mail that asks to confirm a subscription, or a reader's new address (`moves`), or recalls that it did."""
        language = self._templates.publication.language(language)
        return self._kept(
            (mailing, language, reminder, moves),
            mailing,
            language,
            lambda: self._templates.mail("confirmation", language, reminder=reminder, moves=moves),
        )

    def already(self, language: str, *, moves: bool = False) -> str:
        """The mail to a reader whose address was filled in again, or was to become another reader's (`moves`)."""
        language = self._templates.publication.language(language)
        return self._kept(
            (ALREADY, language, moves),
            ALREADY,
            language,
            lambda: self._templates.mail("already", language, moves=moves),
        )

    def moved(self, language: str) -> str:
        """The mail that tells the owner of an old address that the newsletter goes to another one now."""
        language = self._templates.publication.language(language)
        return self._kept((MOVED, language), MOVED, language, lambda: self._templates.mail("moved", language))

    def welcome(self, reader: Subscriber) -> str:
        """The first mail to a new reader: the newest articles of their topics, and the offer."""
        publication = self._templates.publication
        language = publication.language(reader.language)
        there = (article for article in self._read_articles() if not article.skipped)
        mine = [article for article in there if meant_for(article, reader.topics)]
        newest = newest_first(mine)[: publication.digest.related]
        return self._kept(
            (WELCOME, language, reader.tracking, tuple(article.id for article in newest)),
            WELCOME,
            language,
            lambda: self._templates.mail(
                "welcome",
                language,
                articles=list(newest),
                offer=publication.offers[0] if publication.offers else None,
                tracked=reader.tracking,
            ),
        )

    def _letter(self, mailing: str, language: str, letter: _Letter) -> str:
        return self._kept(
            (mailing, language, letter),
            mailing,
            language,
            lambda: self._templates.mail(
                "letter",
                language,
                subject=letter.subject,
                preheader=letter.preheader,
                body=letter.body,
                offer=self._templates.publication.offer(letter.offer) if letter.offer else None,
                tracked=letter.tracked,
                archived=letter.archived,
                why=letter.why,
            ),
        )

    def _selection(self, mailing: Mailing, topics: tuple[str, ...], articles: tuple[str, ...]) -> Selection | None:
        known = self._articles(mailing.id)
        fresh = newest_first([known[article] for article in articles if article in known])
        older = [known[article] for article in mailing.related if article in known]
        digest = self._templates.publication.digest
        return choose(fresh, older, topics, digest.max_articles, digest.related)

    def _articles(self, mailing: str) -> dict[str, Article]:
        """The articles as they stand, read once per mailing and container."""
        if self._archive[0] != mailing:
            self._archive = (mailing, {article.id: article for article in self._read_articles()})
        return self._archive[1]

    def _kept(self, wanted: tuple[object, ...], mailing: str, language: str, render: Callable[[], RenderedMail]) -> str:
        key = self._keys.get(wanted)
        if key is None:
            mail = render()
            variant = Variant(language, mail.subject, mail.html, mail.text, tuple(sorted(mail.placeholders)))
            self._mailings.put_variant(mailing, variant, [(link.key, link.url) for link in mail.links])
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            key = self._keys[wanted] = variant.key
        return key
