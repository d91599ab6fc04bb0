"""What a person asks of the next reading of a feed: to believe it as it is, or to read its archive."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.domain.errors import Conflict, NotFound
from newsletter.domain.times import iso, parse_iso
from newsletter.usecases.ingest_feed import HELD

if TYPE_CHECKING:
    from newsletter.container import Container


def accept_feed(feed: str, now: datetime, app: Container) -> int:
    """Let a held feed through as it was when it was held: how many entries. Its next reading keeps them.

    What was published before the last good reading goes to the archive and is not mailed; only what came later is
    news. Accepted again before that reading, nothing changes. Raises NotFound when the feed is not held, Conflict when
    it was read in this very moment.
    """
    state = app.feed_states.get(feed)
    if "held_since" not in state and "accepted_at" in state:
        app.decisions.put(parse_iso(state["accepted_at"]), f"feed {feed}", "accepted", "by a person", replace=False)
        return len(state["entries"])
    if "held_since" not in state:
        raise NotFound(f"{feed} is not held")
    entries = state["held_entries"]
    left = {name: value for name, value in state.items() if name not in HELD}
    _put(feed, {**left, "entries": entries, "accepted_at": iso(now)}, app)
    app.decisions.put(now, f"feed {feed}", "accepted", f"by a person, though {state['held_because']}")
    return len(entries)


def ask_for_archive(feed: str, pages: int, app: Container) -> None:
    """Have the next reading go through that many older pages. Raises NotFound for a feed never read, Conflict."""
    state = app.feed_states.get(feed)
    if "first_fetched_at" not in state:
        raise NotFound(f"{feed} has not been read yet; its first reading brings the archive")
    _put(feed, {**state, "archive_pages": pages}, app)


def _put(feed: str, state: dict[str, Any], app: Container) -> None:
    if not app.feed_states.put(feed, state):
        raise Conflict(f"{feed} was read in this very moment; look again and repeat")
