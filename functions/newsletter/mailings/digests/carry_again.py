"""Have the next digests carry an article once more, on purpose: also for readers who got it before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.articles.listing import is_out_by
from newsletter.mailings.digests.digest import LOOK_BACK, digest_id
from newsletter.platform.errors import NotNow
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


def carry_again(article: Article, now: datetime, app: Container) -> bool:
    """Ask for it; False when that was asked before, and no digest has come since.

    Raises NotNow where it makes no sense: the article is kept out of digests, or one is about to carry it anyway.
    """
    if reason := _why_not(article, now, app):
        raise NotNow(reason)
    digests = [digest for digest in app.digests.all() if not (digest.dropped or digest.nobody)]
    asked = article.again_at
    if asked is not None and not any((article.id, asked) in digest.again for digest in digests):
        return False
    app.articles.change_choice(article.id, again_at=now)
    return True


def _why_not(article: Article, now: datetime, app: Container) -> str:
    if article.skipped:
        return say("it is skipped; take that back first")
    if article.withdrawn:
        return say("readers do not get it: {why}", why=article.withdrawn)
    if article.excluded:
        return say("readers do not get it: {why}", why=article.excluded)
    if not is_out_by(article, now):
        day = f"{article.listed_at:%Y-%m-%d %H:%M} UTC"
        return say("it waits for its day, {day}, and is mailed then", day=day)
    carrying = [digest for digest in app.digests.all() if not digest.dropped and article.id in digest.articles]
    for digest in carrying:
        if digest.awaits_approval:
            waiting = digest_id(digest.period)
            return say("{digest} waits for approval and carries it; it is not out yet", digest=waiting)
    if not carrying and not article.archived and now - article.listed_at <= LOOK_BACK:
        return say("no digest has carried it yet, so the next one does anyway")
    return ""
