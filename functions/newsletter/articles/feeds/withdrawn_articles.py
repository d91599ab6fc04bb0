"""Withdraw the articles that a healthy feed has dropped, or of which the address is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.articles.catalog import ArticleCatalog
from newsletter.articles.feeds.feed_state import FeedState
from newsletter.articles.feeds.withdrawals import believed, dropped
from newsletter.publication.publication import Feed

if TYPE_CHECKING:
    from newsletter.container import Container

STILL_MAILED = timedelta(days=60)
"""An article that was listed longer ago is in no digest any more, so its address is not asked."""


def withdraw_dropped(
    feed: Feed,
    before: FeedState,
    after: FeedState,
    found: Sequence[str],
    now: datetime,
    catalog: ArticleCatalog,
    app: Container,
) -> tuple[FeedState, int]:
    """The state of the feed after a good reading, with what is missing in it; and how many articles were withdrawn.

    `before` is the state that the reading found, and `found` has the ids of the articles in it, in its order. An
    article that is missing where it should still be is withdrawn when a second reading misses it too, or at once when
    its address answers 404 or 410. One at the end of the feed may have slid out: there the address alone tells. What
    another feed still has stays.
    """
    present = {*found, *after.shared}
    known = {name: article for name in (*before.entries, *found) if (article := catalog.get(name))}
    dates = {name: article.published for name, article in known.items()}
    out_of_place = dropped(before.entries, present, dates, end=found[-1] if found else "")
    missing = {name: since for name, since in before.missing.items() if name not in present}
    missing = dict.fromkeys(out_of_place, now) | missing
    sure = believed(missing, present, now)
    absent = [*missing, *(name for name in before.entries if name not in present and name not in missing)]
    unsure = [catalog.get(name) for name in absent if name not in sure]
    asked = [article for article in unsure if article and _may_be_mailed(article, now)]
    gone = app.article_addresses.gone(article.url for article in asked) if asked else set()
    reasons = {name: f"its feed has dropped it (missing since {missing[name]:%Y-%m-%d %H:%M} UTC)" for name in sure}
    reasons |= {
        article.id: "its feed has dropped it, and its address is gone" for article in asked if article.url in gone
    }
    reasons = {name: because for name, because in reasons.items() if not _is_elsewhere(name, feed, app)}
    withdrawn = sum(catalog.withdraw(name, because) for name, because in reasons.items())
    left = {name: since for name, since in missing.items() if name not in sure and name not in reasons}
    return replace(after, missing=left), withdrawn


def _may_be_mailed(article: Article, now: datetime) -> bool:
    return not article.withdrawn and now - article.listed_at <= STILL_MAILED


def _is_elsewhere(article: str, feed: Feed, app: Container) -> bool:
    """Whether another feed of the publication has the article too."""
    others = [app.feed_states.get(url) for url in app.feed_urls if url != feed.url]
    return any(article in state.entries or article in state.shared for state in others)
