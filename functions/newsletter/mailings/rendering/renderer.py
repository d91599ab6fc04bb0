"""Renders the mails of mailings from templates. It reads and writes no store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from newsletter.articles.article import Article
from newsletter.mail.markdown import places_in
from newsletter.mail.templates import Templates
from newsletter.mailings.digests.digest import Note, Selection, matches_topics, newest_first, select_articles
from newsletter.mailings.mailing import Mailing, Variant
from newsletter.publication.nurture.steps import Step
from newsletter.publication.publication import Publication
from newsletter.publication.sequences import Sequence, Trigger


class RenderedVariant(NamedTuple):
    """A variant and the targets of its links (key, url)."""

    variant: Variant
    links: tuple[tuple[str, str], ...]


class Renderer:
    """Renders every mail of the product. With `tracked`, links go through /c, otherwise straight to their targets."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._publication = templates.publication

    def select(
        self,
        articles: Mapping[str, Article],
        topics: tuple[str, ...],
        language: str,
        new: Iterable[str],
        related: Iterable[str],
    ) -> Selection | None:
        """The part of a digest for a subscriber to these topics in that language; None if it is empty.

        To this subscriber the articles `new` are new, and of the older ones `related` they were shown none.
        """
        fresh, older = ([articles[each] for each in ids if each in articles] for ids in (new, related))
        settings = self._publication.digest
        return select_articles(
            newest_first(in_language(fresh, language, self._publication)),
            in_language(older, language, self._publication),
            topics,
            settings.max_articles,
            settings.related,
        )

    def digest(
        self,
        mailing: Mailing,
        selection: Selection,
        language: str,
        *,
        tracked: bool = True,
        with_offer: bool = True,
        note: Note = (),
    ) -> RenderedVariant:
        """The digest with the selected articles, and what marketing wrote on top of it in that language."""
        language = self._publication.language(language)
        labels = {topic.key: topic.label[language] for topic in self._publication.topics}
        brought = zip(selection.related, selection.reasons, strict=True)
        return self._render(
            "digest",
            language,
            articles=list(selection.articles),
            more=list(selection.more),
            related=list(selection.related),
            reasons={article.id: labels[topic] for article, topic in brought if topic in labels},
            offer=self._publication.offer(mailing.offer) if with_offer else None,
            note=dict(note).get(language, ""),
            period=mailing.id.removeprefix("digest-"),
            campaign=mailing.id,
            tracked=tracked,
            archived=_archived(mailing),
        )

    def whole_digest(
        self, mailing: Mailing, articles: Iterable[Article], language: str, *, tracked: bool = True, note: Note = ()
    ) -> RenderedVariant | None:
        """The digest of a subscriber to every topic, to whom all of it is new; None if it has nothing for them.

        That is so if all its articles are skipped or for readers of another language.
        """
        known = {article.id: article for article in articles}
        selection = self.select(known, (), language, mailing.articles, mailing.related)
        return None if selection is None else self.digest(mailing, selection, language, tracked=tracked, note=note)

    def campaign(self, mailing: Mailing, language: str, *, tracked: bool = True) -> RenderedVariant:
        """The campaign's text in the layout and the fixed texts of the language; its offer is under it or within."""
        offer = self._publication.offer(mailing.offer) if mailing.offer else None
        within = any(place.kind == "offer" for place in places_in(mailing.body))
        return self._render(
            "letter",
            language,
            subject=mailing.subject,
            preheader=mailing.preheader,
            body=mailing.body,
            campaign=mailing.id,
            offer=None if within else offer,
            offer_in_text=offer,
            cards={card.url: card for card in mailing.cards},
            tracked=tracked,
            archived=_archived(mailing),
            why="mail.footer.why",
        )

    def step(
        self, sequence: Sequence, step: Step, language: str, trigger: Trigger, *, tracked: bool = True
    ) -> RenderedVariant:
        """A step for readers whom the trigger brought in. Raises InvalidPublication if its text is missing."""
        language = self._publication.language(language)
        return self._render(
            "letter",
            language,
            subject=step.subject[language],
            preheader="",
            body=self._templates.step_body(step.body, language),
            campaign=f"{sequence.key}-{step.key}",
            offer=None,
            tracked=tracked,
            series=sequence.key,
            why=_why(sequence, trigger),
            because={"topics": self._labels(sequence, language)},
        )

    def _labels(self, sequence: Sequence, language: str) -> str:
        """The names of the topics by which a click begins the sequence; empty where others do."""
        topics = [topic for key in sequence.topics if (topic := self._publication.topic(key)) is not None]
        return ", ".join(topic.label[language] for topic in topics)

    def confirmation(self, language: str, *, reminder: bool = False, moves: bool = False) -> RenderedVariant:
        """The mail that asks to confirm a subscription or, with `moves`, a new address; or its `reminder`."""
        return self._render("confirmation", language, reminder=reminder, moves=moves)

    def already(self, language: str, *, moves: bool = False) -> RenderedVariant:
        """The mail to a subscriber whose address was entered again or, with `moves`, as another's new one."""
        return self._render("already", language, moves=moves)

    def moved(self, language: str) -> RenderedVariant:
        """The mail to an old address that says that the newsletter goes to a new one now."""
        return self._render("moved", language)

    def newest(self, articles: Iterable[Article], topics: tuple[str, ...], language: str) -> tuple[Article, ...]:
        """The articles that the welcome mail of a subscriber to these topics in that language shows."""
        mine = [article for article in articles if not article.is_kept_out and matches_topics(article, topics)]
        return newest_first(in_language(mine, language, self._publication))[: self._publication.digest.related]

    def welcome(
        self, newest: tuple[Article, ...], language: str, *, tracked: bool = True, with_offer: bool = True
    ) -> RenderedVariant:
        """The first mail to a new subscriber: the newest articles of their topics, and the first offer."""
        offers = self._publication.offers
        offer = offers[0] if offers and with_offer else None
        return self._render("welcome", language, articles=list(newest), offer=offer, tracked=tracked)

    def _render(self, template: str, language: str, **values: Any) -> RenderedVariant:
        language = self._publication.language(language)
        mail = self._templates.mail(template, language, **values)
        variant = Variant(language, mail.subject, mail.html, mail.text, tuple(sorted(mail.placeholders)))
        return RenderedVariant(variant, tuple((link.key, link.url) for link in mail.links))


class RenderMail(Protocol):
    """Renders one mail in a language, with tracked links or without; None if the mail would be empty."""

    def __call__(self, renderer: Renderer, language: str, *, tracked: bool) -> RenderedVariant | None:
        """The mail."""


def _why(sequence: Sequence, trigger: Trigger) -> str:
    """The key of the text that says why a reader gets a step. A click is not named where no topic says on what."""
    if trigger is Trigger.CLICK and not sequence.topics:
        return "mail.footer.why"
    return f"mail.footer.why_{trigger}"


def render_campaign(mailing: Mailing) -> RenderMail:
    """A function that renders the campaign."""
    return lambda renderer, language, *, tracked: renderer.campaign(mailing, language, tracked=tracked)


def in_language(articles: Iterable[Article], language: str, publication: Publication) -> list[Article]:
    """The articles that readers of the language get (Publication.is_for_language)."""
    return [each for each in articles if publication.is_for_language(each.feed, language, each.language)]


def render_digest(mailing: Mailing, articles: Iterable[Article], note: Note = ()) -> RenderMail:
    """A function that renders the digest of a subscriber to every topic, to whom all of it is new."""
    known = list(articles)
    return lambda renderer, language, *, tracked: renderer.whole_digest(
        mailing, known, language, tracked=tracked, note=note
    )


def tracked_and_untracked(render: RenderMail, language: str, templates: Templates) -> list[RenderedVariant]:
    """The mail with tracked links and the mail without; an empty list if the mail would be empty."""
    renderer = Renderer(templates)
    mails = [render(renderer, language, tracked=tracked) for tracked in (True, False)]
    return [mail for mail in mails if mail is not None]


def _archived(mailing: Mailing) -> str:
    """The id of the archive page that the mail links to; empty for a mailing that is not archived."""
    return mailing.id if mailing.for_archive else ""
