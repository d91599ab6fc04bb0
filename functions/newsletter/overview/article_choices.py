"""What marketing makes of an article, whatever its feed says: the same for console, API and command line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.articles.article import Article, Choice
from newsletter.articles.listing import is_out_by
from newsletter.mailings.digests.carry_again import carry_again
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


class ArticleAct(StrEnum):
    """What can be done with an article."""

    PIN = "pin"
    """It comes first in its digest."""
    SKIP = "skip"
    """No digest that is still to be started has it."""
    AGAIN = "again"
    """The next digests carry it once more, also to readers who got it."""
    RESET = "reset"
    """It is as its feed has it."""


def find_article(article: str, app: Container) -> Article:
    """The article of that id, with marketing's choices. Raises NotFound."""
    found = app.articles.some([article]) if article.isascii() and len(article) <= 64 else {}
    if article not in found:
        raise NotFound(f"article {article}")
    return found[article]


def act_on_article(act: ArticleAct, article: str, now: datetime, app: Container) -> Article:
    """Do it, and give the article as it is then; a second time, nothing changes.

    Raises NotFound, and NotNow where mailing it once more makes no sense.
    """
    found = find_article(article, app)
    match act:
        case ArticleAct.PIN:
            app.articles.change_choice(found.id, pinned=True, skipped=False)
        case ArticleAct.SKIP:
            app.articles.change_choice(found.id, pinned=False, skipped=True)
        case ArticleAct.AGAIN:
            carry_again(found, now, app)
        case ArticleAct.RESET:
            app.articles.put_choice(found.id, Choice())
    return find_article(article, app)


def retopic(article: str, topics: Collection[str], app: Container) -> Article:
    """Give the article these topics in place of those that were found; none: it is for everyone.

    Raises NotFound, and InvalidInput on `topics`.
    """
    found = find_article(article, app)
    known = [topic.key for topic in app.publication.topics]
    for topic in topics:
        if topic not in known:
            raise InvalidInput(
                "topics",
                say("there is no topic {topic}; choose from {known}", topic=repr(topic), known=", ".join(known)),
            )
    app.articles.change_choice(found.id, topics=[key for key in known if key in topics])
    return find_article(article, app)


def mark_of(article: Article, now: datetime) -> str:
    """What is to be known of an article besides its topics, in a word or two; empty for nothing."""
    if article.is_kept_out:
        return say("skipped") if article.skipped else say("withdrawn") if article.withdrawn else say("excluded")
    if not is_out_by(article, now):
        return say("waits for its day")
    return say("pinned") if article.pinned else ""
