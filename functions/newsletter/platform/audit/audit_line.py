"""A line of the audit trail, and how it is read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import iso, whole_seconds
from newsletter.platform.words.said import say

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
CURSOR = re.compile(r"[0-9TZ:.-]{20,40}_[A-Za-z0-9_-]{1,20}", re.ASCII)


@dataclass(frozen=True)
class AuditLine:
    """`act` is in words, `what` the id of what it was done to, `via` the door (`console`, `api`, `command line`).

    Nothing in it is a reader's address. `refused` says why nothing came of it; empty where it was done.
    """

    at: datetime
    who: str
    act: str
    what: str
    via: str
    refused: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As the API and `newsletter audit --json` answer."""
        return {
            "at": iso(whole_seconds(self.at)),
            "who": self.who,
            "act": self.act,
            "what": self.what,
            "via": self.via,
            "refused": self.refused,
        }


@dataclass(frozen=True)
class AuditPage:
    """Lines of one month, the newest first; `cursor` is what to ask for to see older ones of it."""

    month: str
    lines: tuple[AuditLine, ...]
    cursor: str | None


def read_month(text: str, now: datetime) -> str:
    """The month (`2026-11`); this one for an empty text. Raises InvalidInput."""
    if text and not MONTH.fullmatch(text):
        raise InvalidInput("month", say("a month as 2026-11"))
    return text or f"{now:%Y-%m}"


def read_cursor(text: str) -> str:
    """The cursor of a page. Raises InvalidInput."""
    if text and not CURSOR.fullmatch(text):
        raise InvalidInput("cursor", say("give `cursor` of the page before"))
    return text
