"""What a person asks of the next reading of a feed: accept the copy that is held, or read the archive."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.articles.feeds.feed_state import FeedState
from newsletter.platform.errors import Conflict, NotFound
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


def accept_feed(feed: str, now: datetime, app: Container) -> int:
    """Accept the copy of a feed that is held; the number of its entries. The next reading keeps them.

    Entries that were published before the last good reading go to the archive and are not mailed; later ones are news.
    Accepting a second time before that reading changes nothing. Raises NotFound when the feed is not held, Conflict
    when a reading changed its state at the same time.
    """
    state = app.feed_states.get(feed)
    if state.hold is None and state.accepted_at is not None:
        # Also when the call before this one ended between its two writes: then the record is missing.
        app.decisions.put(state.accepted_at, f"feed {feed}", "accepted", say("by a person"), replace=False)
        return len(state.entries)
    if state.hold is None:
        raise NotFound(say("{feed} is not held", feed=feed))
    accepted = state.accepted(now)
    _put(feed, accepted, app)
    app.decisions.put(now, f"feed {feed}", "accepted", say("by a person, though {why}", why=state.hold.reason))
    return len(accepted.entries)


def ask_for_archive(feed: str, pages: int, app: Container) -> None:
    """Have the next reading go through that many older pages.

    Raises NotFound for a feed that was never read, Conflict when a reading changed its state at the same time.
    """
    state = app.feed_states.get(feed)
    if state.never_read:
        raise NotFound(f"{feed} has not been read yet; its first reading brings the archive")
    _put(feed, state.with_archive(pages), app)


def _put(feed: str, state: FeedState, app: Container) -> None:
    if not app.feed_states.put(feed, state):
        raise Conflict(say("{feed} was read in this very moment; look again and repeat", feed=feed))
