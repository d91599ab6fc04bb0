"""The state of each feed: what one reading leaves for the next."""

from __future__ import annotations

from typing import Any

from newsletter.adapters.table_store import TableStore


class FeedStates(TableStore):
    """One item per feed."""

    def get(self, feed: str) -> dict[str, Any]:
        """What the last reading left for the next (usecases/ingest_feed.py says what); empty at first."""
        return self._get(f"feed#{feed}", "state") or {}

    def put(self, feed: str, state: dict[str, Any]) -> bool:
        """Keep what was made of the state that `get` gave; False when somebody else changed it meanwhile."""
        revision = state.get("revision", 0)
        item = {**state, "pk": f"feed#{feed}", "sk": "state", "revision": revision + 1}
        return self._put_if("attribute_not_exists(revision) OR revision = :revision", {":revision": revision}, item)
