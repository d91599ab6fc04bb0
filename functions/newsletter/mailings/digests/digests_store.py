"""The digests of all periods, in the Content table: what each carries, and when it was released."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from newsletter.mailings.digests.digest import Digest, Note, Window, listing_time
from newsletter.mailings.digests.note import PendingNote
from newsletter.platform.aws.items import change, holds, to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.choice import Frequency

DIGESTS = "digests"
"""Partition of the Content table: some 64 items a year, read with one query."""
NOTES = "digest-notes"
"""Partition of the Content table with what marketing wrote for the next digest of each frequency."""
AWAITS_APPROVAL = "attribute_exists(pk) AND attribute_not_exists(released_at) AND attribute_not_exists(dropped)"


class Digests(TableStore):
    """Every change is one conditional write: of two runs that create the digest of a period, one fails."""

    def all(self) -> list[Digest]:
        """Every digest that was frozen; not those that were passed over because nobody would get them."""
        return [digest for digest in self.history() if not digest.passed_over]

    def history(self) -> list[Digest]:
        """Every digest so far, those that were passed over too."""
        return [_digest(item) for item in self._partition(DIGESTS)]

    def get(self, period: str) -> Digest | None:
        """The frozen digest of a period."""
        item = self._get(DIGESTS, period)
        digest = _digest(item) if item else None
        return None if digest is None or digest.passed_over else digest

    def listing_time(self, now: datetime) -> datetime:
        """When an article first seen at `now` counts as listed: never within a digest that exists already."""
        return listing_time(now, self.windows().values())

    def windows(self) -> dict[str, Window]:
        """The window of every digest so far, by period."""
        return {item["sk"]: _window(item) for item in self._partition(DIGESTS)}

    def create(self, digest: Digest) -> bool:
        """Store the period's digest; False when there is one already. One that was passed over is replaced."""
        item = {
            "pk": DIGESTS,
            "sk": digest.period,
            "start": iso(digest.window.start),
            "end": iso(digest.window.end),
            "articles": list(digest.articles),
            "related": list(digest.related),
            "released_at": _iso_microseconds(digest.released_at) if digest.released_at else None,
            "deadline": iso(digest.deadline) if digest.deadline else None,
            "sent_unanswered": digest.sent_unanswered or None,
            "nobody": digest.nobody or None,
            "passed_over": digest.passed_over or None,
            "again": {article: iso(asked) for article, asked in digest.again} or None,
            "note": dict(digest.note) or None,
            "note_id": digest.note_id or None,
        }
        return self._put_if("attribute_not_exists(pk) OR passed_over = :yes", {":yes": True}, item)

    def mark_nobody(self, period: str) -> None:
        """Note that a digest was planned and has no recipient."""
        self._update(period, change({"nobody": True}, condition="attribute_exists(#pk)"), repeatable=True)

    def set_note(self, period: str, texts: Note) -> bool:
        """Replace what marketing wrote on top of a waiting digest; False when it waits no more.

        The id stays: it tells that the note which was written before the digest was frozen is used.
        """
        return self._update(period, change({"note": dict(texts)}, condition=AWAITS_APPROVAL))

    def next_note(self, frequency: Frequency) -> PendingNote | None:
        """What marketing wrote last for the next digest of that frequency. It may have been used (`Digest.note_id`)."""
        item = self._get(NOTES, frequency)
        return PendingNote(item["note_id"], tuple(sorted(item["note"].items())), item["by"]) if item else None

    def put_next_note(self, frequency: Frequency, note: PendingNote, *, instead_of: str) -> bool:
        """Replace the note of the next digest; False when somebody else did since that of this id was read."""
        values = {"note_id": note.id, "note": dict(note.texts), "by": note.by}
        if not instead_of:
            return self._put_new(NOTES, frequency, values)
        return self._put_if("note_id = :before", {":before": instead_of}, {"pk": NOTES, "sk": frequency, **values})

    def hold(self, period: str, why: str) -> bool:
        """Note why a waiting digest cannot be sent; False when that is known, or it waits no more."""
        another = "(attribute_not_exists(held_because) OR held_because <> :held_because)"
        return self._update(period, change({"held_because": why}, condition=f"{AWAITS_APPROVAL} AND {another}"))

    def release(self, period: str, at: datetime, verdict: str, now: datetime) -> bool:
        """Let a waiting digest be planned from the wall-clock time `at` on; False when it waits no more."""
        return self._end_waiting(period, {"released_at": _iso_microseconds(at)}, verdict, now)

    def drop(self, period: str, verdict: str, now: datetime) -> bool:
        """Never send a waiting digest; False when it waits no more."""
        return self._end_waiting(period, {"dropped": True}, verdict, now)

    def _end_waiting(self, period: str, how: dict[str, Any], verdict: str, now: datetime) -> bool:
        values = {**how, "verdict": verdict, "decided_at": iso(now)}
        return self._update(period, change(values, remove=("held_because",), condition=AWAITS_APPROVAL))

    def _update(self, period: str, update: dict[str, Any], *, repeatable: bool = False) -> bool:
        key = to_item({"pk": DIGESTS, "sk": period})
        return holds(self._client, "update_item", repeatable=repeatable, TableName=self._table, Key=key, **update)


def _digest(item: dict[str, Any]) -> Digest:
    return Digest(
        period=item["sk"],
        window=_window(item),
        articles=tuple(item["articles"]),
        related=tuple(item["related"]),
        released_at=parse_iso(item["released_at"]) if "released_at" in item else None,
        dropped=item.get("dropped", False),
        deadline=parse_iso(item["deadline"]) if "deadline" in item else None,
        sent_unanswered=item.get("sent_unanswered", False),
        held_because=item.get("held_because", ""),
        verdict=item.get("verdict", ""),
        decided_at=parse_iso(item["decided_at"]) if "decided_at" in item else None,
        again=tuple((article, parse_iso(asked)) for article, asked in item.get("again", {}).items()),
        nobody=item.get("nobody", False),
        passed_over=item.get("passed_over", False),
        note=tuple(sorted(item.get("note", {}).items())),
        note_id=item.get("note_id", ""),
    )


def _window(item: dict[str, Any]) -> Window:
    return Window(parse_iso(item["start"]), parse_iso(item["end"]))


def _iso_microseconds(moment: datetime) -> str:
    """To the microsecond, to tell whether a subscriber's choice in the same second came before or after."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
