"""Digests that nobody would get: they are nothing. They are not frozen, are in no list, and use up no article.

Nobody gets a digest when no reader has its frequency (or all of them pause), or when it has nothing new on the topics
of any of them. What is stored then is only that its window has passed, so that the articles of half a year do not pile
up for the first reader: a later run of the same period tries again, and the digest after it takes along the articles of
this one window, which nobody got. Readers who paused get all of them when their pause is over (unseen_articles.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mailings.count_audience import active_recipients
from newsletter.mailings.digests.decision import nobody_in_words
from newsletter.mailings.digests.digest import Digest, frequency_of
from newsletter.mailings.digests.unseen_articles import UnseenArticles
from newsletter.mailings.rendering.renderer import Renderer
from newsletter.readers.subscriber import Recipient

if TYPE_CHECKING:
    from newsletter.container import Container


def why_nobody(digest: Digest, digests: Iterable[Digest], articles: Iterable[Article], app: Container) -> str:
    """Why nobody would get the digest if it were released now; empty when somebody would.

    Ends with the first reader who gets it. Of a long list only some 50,000 readers are read: then it is planned, and
    planning finds out.
    """
    unseen = UnseenArticles(replace(digest, released_at=app.now()), digests, app.publication.time_zone)
    renderer, known = Renderer(app.templates), {article.id: article for article in articles}
    decided: dict[Recipient, bool | None] = {}

    def gets(recipient: Recipient) -> bool | None:
        """Whether there is something in it for the recipient; None if it is not meant for them."""
        if recipient.broken:
            return True  # they are planned, so that the certificate counts them
        new = unseen.articles_for(recipient)
        if new is None:
            return None
        choices = recipient.choices
        return renderer.select(known, choices.topics, choices.language, new, ()) is not None

    meant = 0
    for recipient in active_recipients(app):
        if recipient is None:
            return ""
        if recipient not in decided:
            decided[recipient] = gets(recipient)
        if decided[recipient]:
            return ""
        meant += decided[recipient] is not None
    return nobody_in_words(digest.frequency, meant)


def for_composing(period: str, digests: Iterable[Digest], articles: Iterable[Article]) -> Sequence[Digest]:
    """The digests so far as the period's digest is composed from them, given those that nobody got.

    What was in the window of the one right before this period counts as not carried; so this digest takes it along, and
    what marketing wants mailed once more is still wanted. One that was passed over in this very period is left out.
    """
    everything = list(digests)
    earlier = [each for each in everything if each.frequency is frequency_of(period) and each.period < period]
    before = max(earlier, key=lambda each: each.period, default=None)
    listed_at = {article.id: article.listed_at for article in articles}
    found = []
    for digest in everything:
        if not digest.nobody:
            found.append(digest)
        elif not (digest.passed_over and digest.period == period):
            taken_along = tuple(
                each
                for each in digest.articles
                if digest is before and each in listed_at and listed_at[each] >= digest.window.start
            )
            kept = tuple(each for each in digest.articles if each not in taken_along)
            found += [
                replace(digest, articles=kept, related=(), again=()),
                replace(digest, articles=taken_along, related=(), dropped=True),
            ]
    return found
