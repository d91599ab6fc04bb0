"""Feeds as the command line and the API give them in JSON: what would be made of one, and its state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.articles.feeds.feed_state import FeedState
from newsletter.platform.times import iso

if TYPE_CHECKING:
    from newsletter.articles.checks.check_feed import CheckedEntry, CheckedFeed


def checked_as_json(checked: CheckedFeed) -> dict[str, Any]:
    """The result as `newsletter feeds check --json` and the API give it."""
    return {
        "feed": checked.asked,
        "url": checked.url or None,
        "readable": checked.is_feed,
        "entries": [_entry_as_json(entry) for entry in checked.entries],
        "problems": list(checked.problems),
        "named_feeds": [feed.url for feed in checked.named],
    }


def state_as_json(feed: str, state: FeedState) -> dict[str, Any]:
    """When a feed was read, and what is wrong with it; null where there is nothing to say."""
    failure, hold = state.failure, state.hold
    return {
        "feed": feed,
        "read_at": _moment(state.read_at),
        "entries": len(state.entries),
        "problems": list(state.problems),
        "in_trouble": state.is_in_trouble,
        "unreadable": {"since": iso(failure.since), "problem": failure.problem} if failure else None,
        "rests_until": _moment(state.rests_until),
        "held": {
            "since": iso(hold.since),
            "reason": hold.reason,
            "entries": len(hold.entries),
            "news": hold.news,
        }
        if hold
        else None,
        "accepted_at": _moment(state.accepted_at),
        "archive_pages": state.archive_pages,
    }


def _entry_as_json(entry: CheckedEntry) -> dict[str, Any]:
    article = entry.article
    return {
        "title": article.title,
        "url": article.url,
        "published_at": iso(article.published) if article.published else None,
        "topics": list(article.topics),
        "topic_reasons": list(article.topic_reasons),
        "summary": article.summary,
        "image": article.image or None,
        "image_alt": article.image_alt,
        "language": article.language,
        "categories": list(article.categories),
        "author": article.author,
        "minutes": article.minutes or None,
        "stays_out": entry.stays_out or None,
    }


def _moment(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
