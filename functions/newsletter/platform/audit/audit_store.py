"""The audit trail in the Content table: lines are added and never changed, and expire when their time is over."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.audit.audit_line import AuditLine, AuditPage
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.redaction import redacted
from newsletter.platform.text import cut, one_line

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
REFUSED = "~refused"
"""Ends the key of the line that says why nothing came of the line before it; it sorts right behind that."""
MAX_TEXT = 300


class Audit(TableStore):
    """A partition a month (UTC). An act is written down before it is done, so that a crash hides none of them.

    What is refused afterwards gets a second line, and both are read as one. `life` is how long lines are kept.
    """

    def __init__(self, client: DynamoDBClient, table: str, life: timedelta) -> None:
        super().__init__(client, table)
        self._life = life

    def add(self, who: str, act: str, what: str, at: datetime, *, via: str) -> str:
        """Write down that somebody is about to do something. The id of the line, for `refuse`."""
        # To the microsecond, so that what one does after the other is read in that order.
        name = f"{at.astimezone(UTC):{MOMENT}}_{secrets.token_urlsafe(6)}"
        # `who` is an account of ours, which may be called by its address.
        values = {"who": _line(who), "act": redacted(_line(act)), "what": redacted(_line(what)), "via": via}
        self._put_new(_month(name), name, values | {"expires": int((at + self._life).timestamp())})
        return name

    def refuse(self, line: str, why: str) -> None:
        """Write down that nothing came of it, and why; a second time, nothing is added."""
        values = {"why": redacted(_line(why)) or "refused"}
        expires = int((_at(line) + self._life).timestamp())
        self._put_new(_month(line), f"{line}{REFUSED}", values | {"expires": expires})

    def page(self, month: str, limit: int, before: str = "", *, now: datetime) -> AuditPage:
        """At most `limit` lines of a month (`2026-11`), the newest first, older than the cursor `before`."""
        items = self._last(f"audit#{month}", 2 * limit + 2, before)
        found: list[AuditLine] = []
        why: dict[str, str] = {}
        place = before
        for item in items:
            if item["sk"].endswith(REFUSED):
                why[item["sk"].removesuffix(REFUSED)] = item["why"]
                continue
            if len(found) == limit:
                return AuditPage(month, tuple(found), place)
            place = item["sk"]
            if item["expires"] > now.timestamp():
                found.append(_audit_line(item, why.get(place, "")))
        return AuditPage(month, tuple(found), place if len(items) == 2 * limit + 2 else None)


def _audit_line(item: dict[str, Any], refused: str) -> AuditLine:
    return AuditLine(_at(item["sk"]), item["who"], item["act"], item["what"], item["via"], refused)


def _at(line: str) -> datetime:
    return datetime.strptime(line.partition("_")[0], MOMENT).replace(tzinfo=UTC)


def _month(line: str) -> str:
    return f"audit#{line[:7]}"


def _line(text: str) -> str:
    return cut(one_line(text), MAX_TEXT)
