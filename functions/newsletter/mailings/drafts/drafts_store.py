"""Drafts of campaigns with their earlier versions, the list of those that are not sent yet, and what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from newsletter.mailings.drafts.draft import Draft, DraftState, DraftVersion, campaign_of_values, campaign_values
from newsletter.platform.aws.items import holds, to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso

DRAFTS = "drafts"
"""Partition of the Content table with one line per draft that is not sent, in the order of their ids, which begin with
the time at which they were made."""
DUE = "due-drafts"
"""Partition of the Content table with one line per time at which a draft is to start."""


class Drafts(TableStore):
    """Each draft has a partition of its own. Every change is one write on the condition that its version is known."""

    def create(self, draft: Draft) -> bool:
        """Store a new draft; False when its id is taken. Its lines come first: without it they mean nothing."""
        self._put(DRAFTS, draft.id, {})
        self.put_due(draft)
        return self._put_new(f"draft#{draft.id}", "draft", _values(draft))

    def get(self, draft: str) -> Draft | None:
        """The draft of that id."""
        item = self._get(f"draft#{draft}", "draft")
        return _draft(draft, item) if item else None

    def change(self, before: Draft, after: Draft) -> bool:
        """Replace the draft; False when it is not of the version of `before` any more. The caller counts versions."""
        self.put_due(after)
        item = {"pk": f"draft#{after.id}", "sk": "draft", **_values(after)}
        changed = self._put_if("draft_version = :before", {":before": before.version}, item)
        if changed and before.send_at != after.send_at:
            self._move_line(before, after)
        if changed and after.state is DraftState.STARTED:
            self.close(after)
        return changed

    def _move_line(self, before: Draft, after: Draft) -> None:
        """Take the time of `before` off the list, where two people may take a campaign back and schedule it for that
        time anew at once: each looks at the other's line once more, so that no start is lost.
        """
        self.put_due(after)
        self.forget_due(before)
        there = self.get(before.id) if before.send_at else None
        if there is not None and there.send_at == before.send_at:
            self.put_due(there)

    def close(self, draft: Draft) -> None:
        """Take a draft that was started off the lists; doing it twice is harmless."""
        self.forget_due(draft)
        self._delete(DRAFTS, draft.id)

    def delete(self, draft: Draft) -> bool:
        """Delete the draft; False when it is not of this version any more."""
        deleted = holds(
            self._client,
            "delete_item",
            TableName=self._table,
            Key=to_item({"pk": f"draft#{draft.id}", "sk": "draft"}),
            ConditionExpression="draft_version = :before",
            ExpressionAttributeValues=to_item({":before": draft.version}),
        )
        if deleted:
            self.purge(draft.id)
            self.forget_due(draft)
        return deleted

    def purge(self, draft: str) -> None:
        """Delete what is left of a draft that was deleted; doing it twice is harmless."""
        for item in list(self._partition(f"draft#{draft}")):
            if item["sk"] != "draft":
                self._delete(f"draft#{draft}", item["sk"])
        self._delete(DRAFTS, draft)

    def page(self, before: str, limit: int) -> tuple[list[Draft], str]:
        """At most `limit` drafts older than the cursor `before`, the newest first, and the cursor of the next page.

        An empty cursor starts at the newest; an empty next one says that this was all.
        """
        ids = [line["sk"] for line in self._last(DRAFTS, limit, before)]
        found = self._many((f"draft#{each}", "draft") for each in ids)
        items = {item["pk"].removeprefix("draft#"): item for item in found}
        drafts = [_draft(each, items[each]) for each in ids if each in items]
        # A draft that was started, and whose line a crash has left, is in the list of mailings.
        listed = [draft for draft in drafts if draft.state is not DraftState.STARTED]
        return listed, ids[-1] if len(ids) == limit else ""

    # --- what is due --------------------------------------------------------------------------------------------------

    def put_due(self, draft: Draft) -> None:
        """List when the draft is to start, if it is; before the draft itself says so, that a crash loses no start."""
        if draft.send_at is not None and draft.state in (DraftState.SCHEDULED, DraftState.STARTING):
            self._put(DUE, _due_key(draft.send_at, draft.id), {})

    def forget_due(self, draft: Draft) -> None:
        """Take the time off the list; doing it twice is harmless."""
        if draft.send_at is not None:
            self.forget_line(draft.send_at, draft.id)

    def forget_line(self, at: datetime, draft: str) -> None:
        """The same for a line of the list."""
        self._delete(DUE, _due_key(at, draft))

    def due(self, until: datetime | None = None) -> Iterator[tuple[datetime, str]]:
        """Times at which drafts are to start and their ids, the earliest first; those up to `until`, or all."""
        for item in list(self._partition(DUE)):
            at, _, draft = item["sk"].partition("#")
            if until is None or at <= iso(until):
                yield parse_iso(at), draft

    # --- earlier versions ---------------------------------------------------------------------------------------------

    def keep(self, draft: Draft) -> None:
        """Keep what stands in the draft as an earlier version; twice, it is kept once."""
        values: dict[str, Any] = {"campaign": campaign_values(draft.campaign)}
        values |= {"changed_at": iso(draft.changed_at), "changed_by": draft.changed_by}
        self._put(f"draft#{draft.id}", _version_key(draft.version), values)

    def drop_version(self, draft: str, version: int) -> None:
        """Delete an earlier version; doing it twice is harmless."""
        self._delete(f"draft#{draft}", _version_key(version))

    def version(self, draft: str, version: int) -> DraftVersion | None:
        """An earlier version."""
        item = self._get(f"draft#{draft}", _version_key(version))
        return _version(item) if item else None

    def versions(self, draft: str) -> list[DraftVersion]:
        """The earlier versions that were kept, the newest first."""
        items = [item for item in self._partition(f"draft#{draft}") if item["sk"].startswith("version#")]
        return [_version(item) for item in reversed(items)]

    def _delete(self, pk: str, sk: str) -> None:
        self._client.delete_item(TableName=self._table, Key=to_item({"pk": pk, "sk": sk}))


def _due_key(at: datetime, draft: str) -> str:
    return f"{iso(at)}#{draft}"


def _version_key(version: int) -> str:
    return f"version#{version:08d}"


def _version(item: dict[str, Any]) -> DraftVersion:
    number = int(item["sk"].removeprefix("version#"))
    return DraftVersion(number, campaign_of_values(item["campaign"]), parse_iso(item["changed_at"]), item["changed_by"])


def _values(draft: Draft) -> dict[str, Any]:
    return {
        "campaign": campaign_values(draft.campaign),
        "draft_version": draft.version,
        "draft_state": draft.state,
        "created_at": iso(draft.created_at),
        "changed_at": iso(draft.changed_at),
        "changed_by": draft.changed_by,
        "send_at": iso(draft.send_at) if draft.send_at else None,
        "reason": draft.reason or None,
        "readers": draft.readers,
        "mailing": draft.mailing or None,
        "kept": list(draft.kept),
        "sent_by": draft.sent_by or None,
        "written_by": draft.written_by or None,
        "written_at": iso(draft.written_at) if draft.written_at else None,
    }


def _draft(draft: str, item: dict[str, Any]) -> Draft:
    return Draft(
        id=draft,
        campaign=campaign_of_values(item["campaign"]),
        version=item["draft_version"],
        created_at=parse_iso(item["created_at"]),
        changed_at=parse_iso(item["changed_at"]),
        changed_by=item["changed_by"],
        state=DraftState(item["draft_state"]),
        send_at=parse_iso(item["send_at"]) if "send_at" in item else None,
        reason=item.get("reason", ""),
        readers=item.get("readers"),
        mailing=item.get("mailing", ""),
        kept=tuple(item["kept"]),
        sent_by=item.get("sent_by", ""),
        written_by=item.get("written_by", ""),
        written_at=parse_iso(item["written_at"]) if "written_at" in item else None,
    )
