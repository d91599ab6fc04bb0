"""The log of received mails in the Content table, as long as the raw mails are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso_precise, parse_iso
from newsletter.replies.reply import Held, Reply, ReplyOutcome

LIFE = timedelta(days=30)
PAGE = 200
IN_THE_KEY = ("id", "at")


class Replies(TableStore):
    """A partition a day (UTC), since a campaign may be answered by thousands."""

    def put(self, reply: Reply) -> None:
        """Keep it, in place of what was said of the same mail before."""
        values = {name: value for name, value in vars(reply).items() if name not in IN_THE_KEY and value is not None}
        values |= {"reasons": list(reply.reasons), "expires": int((reply.at + LIFE).timestamp())}
        self._put(_day(reply.at), _sort_key(reply), values)

    def newest(self, limit: int, now: datetime, mailing: str = "") -> list[Reply]:
        """At most so many, the newest first; those to one mailing, if it is named."""
        found: list[Reply] = []
        for reply in self._all(now):
            if mailing in ("", reply.mailing):
                found.append(reply)
            if len(found) == limit:
                break
        return found

    def find(self, reply: str, now: datetime) -> Reply | None:
        """The one of that id; None where there is none (any more)."""
        return next((each for each in self._all(now) if each.id == reply), None)

    def _all(self, now: datetime) -> Iterator[Reply]:
        day = now.astimezone(UTC)
        for back in range(LIFE.days + 1):
            before, partition = "", _day(day - timedelta(days=back))
            while True:
                items = self._last(partition, PAGE, before)
                for item in items:
                    if item["expires"] > now.timestamp():
                        yield _read(item)
                if len(items) < PAGE:
                    break
                before = items[-1]["sk"]


def _day(at: datetime) -> str:
    return f"replies#{at.astimezone(UTC):%Y-%m-%d}"


def _sort_key(reply: Reply) -> str:
    """With milliseconds: by its time a press that is an answer is known again."""
    return f"{iso_precise(reply.at)}#{reply.id}"


def _read(item: dict[str, Any]) -> Reply:
    at, _, name = item["sk"].partition("#")
    kept = {each: value for each, value in item.items() if each not in ("pk", "sk", "expires")}
    kept |= {"outcome": ReplyOutcome(item["outcome"]), "held": Held(item["held"]), "reasons": tuple(item["reasons"])}
    if "position" in item:
        kept["position"] = int(item["position"])
    return Reply(id=name, at=parse_iso(at), **kept)
