"""The state of each feed in the Content table.

The names of the attributes are those of the first release; other names would need a migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.articles.feeds.feed_state import Failure, FeedState, Hold
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso


class FeedStates(TableStore):
    """One item per feed."""

    def get(self, feed: str) -> FeedState:
        """What the last reading left; that of a feed that was never read when there is none."""
        item = self._get(f"feed#{feed}", "state")
        return _state(item) if item else FeedState()

    def put(self, feed: str, state: FeedState) -> bool:
        """Keep what was made of the state that `get` gave; False when somebody else changed it meanwhile."""
        item = {**_values(state), "pk": f"feed#{feed}", "sk": "state", "revision": state.revision + 1}
        condition = "attribute_not_exists(revision) OR revision = :revision"
        return self._put_if(condition, {":revision": state.revision}, item)


def _values(state: FeedState) -> dict[str, Any]:
    """The attributes of a state; None where there is none."""
    failure, hold = state.failure, state.hold
    values: dict[str, Any] = {
        "first_fetched_at": _text(state.first_fetched_at),
        "read_at": _text(state.read_at),
        "accepted_at": _text(state.accepted_at),
        "archive_pages": state.archive_pages or None,
        "shared": list(state.shared) or None,
        "missing": {article: iso(since) for article, since in state.missing.items()} or None,
        "rules": state.rules or None,
        "rests_until": _text(state.rests_until),
    }
    if state.read_at or not state.never_read:
        values |= {
            "etag": state.etag,
            "modified": state.modified,
            "entries": list(state.entries),
            "problems": list(state.problems),
        }
    if failure:
        values |= {
            "failing_since": iso(failure.since),
            "problem": failure.problem,
            "reported_at": _text(failure.reported_at),
        }
    if hold:
        values |= {
            "held_since": iso(hold.since),
            "held_because": hold.reason,
            "held_entries": list(hold.entries),
            "held_news": hold.news,
        }
    return values


def _state(item: Mapping[str, Any]) -> FeedState:
    return FeedState(
        first_fetched_at=_moment(item, "first_fetched_at"),
        read_at=_moment(item, "read_at"),
        etag=item.get("etag", ""),
        modified=item.get("modified", ""),
        entries=tuple(item.get("entries", ())),
        problems=tuple(item.get("problems", ())),
        failure=Failure(parse_iso(item["failing_since"]), item["problem"], _moment(item, "reported_at"))
        if "failing_since" in item
        else None,
        hold=Hold(
            parse_iso(item["held_since"]),
            item["held_because"],
            tuple(item.get("held_entries", ())),
            item.get("held_news", 0),
        )
        if "held_since" in item
        else None,
        accepted_at=_moment(item, "accepted_at"),
        archive_pages=item.get("archive_pages", 0),
        shared=tuple(item.get("shared", ())),
        missing={article: parse_iso(since) for article, since in item.get("missing", {}).items()},
        rules=item.get("rules", ""),
        rests_until=_moment(item, "rests_until"),
        revision=item.get("revision", 0),
    )


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    return parse_iso(item[name]) if name in item else None


def _text(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
