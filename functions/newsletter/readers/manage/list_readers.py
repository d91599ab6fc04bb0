"""Readers, page by page: all of whom something is kept, or those of a status, a language or a topic."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.errors import InvalidInput
from newsletter.platform.words.said import say
from newsletter.publication.publication import Publication
from newsletter.readers.profiles.reader_list_store import STATUSES, ListedReader

if TYPE_CHECKING:
    from newsletter.container import Container

FIELDS = ("status", "language", "topic")
PAGES = 8
"""Reads of the table for one page of the list, some 4,000 items. A filtered page may be short of its limit, or empty,
and have a cursor: there is more to look through."""
PLACE = re.compile(r"([a-z2-7]{26}) ([\x21-\x7e]{1,200})", re.ASCII)

STATUS_WORDS = {
    "active": say("active"),
    "unsubscribed": say("unsubscribed"),
    "bounced": say("bounced"),
    "complained": say("complained"),
    "erased": say("erased"),
    "pending": say("pending"),
}
"""Each of STATUSES as a word for people."""


@dataclass(frozen=True)
class ReaderFilter:
    """Every field that is set must fit; whoever chose no topic is a reader of each."""

    status: str = ""
    language: str = ""
    topic: str = ""

    def fits(self, reader: ListedReader) -> bool:
        """Whether the list shows the reader; marks of erased ones only when they are asked for."""
        return (
            (reader.status == self.status if self.status else reader.status != "erased")
            and self.language in ("", reader.language)
            and (not self.topic or not reader.topics or self.topic in reader.topics)
        )


@dataclass(frozen=True)
class ReaderPage:
    """In no order. `cursor` is what to ask for to see the next page; None after the last reader."""

    readers: tuple[ListedReader, ...]
    cursor: str | None


def read_filter(given: Mapping[str, str], publication: Publication) -> ReaderFilter:
    """The filter of these texts by the names in FIELDS; empty ones filter nothing. Raises InvalidInput."""
    known = {
        "status": STATUSES,
        "language": publication.languages,
        "topic": tuple(topic.key for topic in publication.topics),
    }
    for name, values in known.items():
        if given.get(name) and given[name] not in values:
            raise InvalidInput(name, say("one of {values}", values=", ".join(values)))
    return ReaderFilter(**{name: given.get(name, "") for name in FIELDS})


def list_readers(wanted: ReaderFilter, app: Container, *, now: datetime, limit: int, cursor: str = "") -> ReaderPage:
    """Readers that fit, at most `limit`, from after the cursor on. Raises InvalidInput on `cursor`."""
    place = _place(cursor)
    found: list[ListedReader] = []
    for _ in range(PAGES):
        read, after = app.reader_list.page(place, now)
        for at, reader in read:
            if wanted.fits(reader):
                if len(found) == limit:
                    return ReaderPage(tuple(found), _cursor(place))
                found.append(reader)
            place = at
        if after is None:
            return ReaderPage(tuple(found), None)
        place = after
    return ReaderPage(tuple(found), _cursor(place))


def _place(cursor: str) -> tuple[str, str] | None:
    if not cursor:
        return None
    try:
        named = PLACE.fullmatch(base64.urlsafe_b64decode(cursor.encode() + b"==").decode())
    except ValueError:
        named = None
    if named is None or len(cursor) > 400:
        raise InvalidInput("cursor", say("give `cursor` of the page before"))
    return named[1], named[2]


def _cursor(place: tuple[str, str] | None) -> str | None:
    return base64.urlsafe_b64encode(" ".join(place).encode()).decode().rstrip("=") if place else None
