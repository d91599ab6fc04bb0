"""One line of a list of readers, checked as strictly as a form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from newsletter.articles.topic_names import topics_named
from newsletter.platform.errors import InvalidInput
from newsletter.publication.publication import Publication
from newsletter.readers.email_address import normalised
from newsletter.readers.imports.listed_status import ListedStatus, strictest
from newsletter.readers.imports.written_dates import read_day, read_moment
from newsletter.readers.signup.subscribe import checked_frequency, checked_language, checked_name, checked_topics
from newsletter.readers.subscriber import Frequency, SignUp
from newsletter.readers.unsubscribe import MAX_REASON

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_WORD = 200
"""Characters of what our own export says in one word, such as the version of a consent text."""
ID = re.compile(r"[a-z2-7]{26}")
TRACKING = {"": True, "true": True, "tosi": True, "sant": True, "false": False, "epätosi": False, "falskt": False}
"""As our export writes it, and as Excel saves that in Finnish and Swedish."""

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One line of the file, as text. Empty language and frequency mean the publication's default and weekly.

    `topics` are the words of keys or labels; `listed` is what all of the line's columns say. The fields from `id` on
    are those of our own export.
    """

    email: str
    name: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    frequency: str = ""
    listed: ListedStatus = ListedStatus.UNSAID
    left_at: str = ""
    id: str = ""
    tracking: str = ""
    paused_until: str = ""
    confirmed_at: str = ""
    consent_version: str = ""
    left_how: str = ""
    left_why: str = ""
    erased_at: str = ""


@dataclass(frozen=True)
class Entry:
    """A line that can be used: the form that it would fill in, and what we know beyond it."""

    form: SignUp
    listed: ListedStatus
    left_at: datetime | None = None
    confirmed_at: datetime | None = None
    paused_until: date | None = None
    consent_version: str = ""
    left_how: str = ""
    left_why: str = ""

    @property
    def id(self) -> str:
        """The reader's id."""
        return self.form.id


def is_mark(row: Row) -> bool:
    """Whether the line is what our export says of an erased reader: an id, and nobody's address."""
    return row.listed is ListedStatus.ERASED and not row.email and ID.fullmatch(row.id) is not None


def read_row(row: Row, origin: str, now: datetime, app: Container, *, left: bool = False) -> Entry:
    """The line with everything checked. Raises InvalidInput with the first field that cannot be used.

    Of somebody who left (all of them do with `left`) only the address must be right: nothing else may keep us from
    knowing it.
    """
    listed = strictest((row.listed, ListedStatus.LEFT)) if left else row.listed
    check = _forgiving if listed.left else _strict
    publication = app.publication
    email = "" if is_mark(row) else normalised(row.email, allow_test_domains=app.settings.local)
    default = publication.languages[0]
    form = SignUp(
        id=row.id if is_mark(row) else app.ids.of(email),
        email=email,
        topics=check(lambda: _topics(row.topics, publication), ()),
        language=check(lambda: _language(row.language or default, publication), default),
        name=check(lambda: checked_name(row.name), ""),
        consent_version=publication.consent.version,
        origin=origin,
        network="",
        at=now,
        nonce=secrets.token_hex(8),
        frequency=check(lambda: checked_frequency(row.frequency or Frequency.WEEKLY), Frequency.WEEKLY),
        tracking=check(lambda: _tracking(row.tracking), otherwise=False),
        mailbox=app.ids.of_mailbox(email) if email else "",
    )
    zone = publication.time_zone
    left_at = read_moment(row.left_at or row.erased_at, zone)
    return Entry(
        form=form,
        listed=listed,
        # A day without its time may end after now.
        left_at=min(left_at, now) if left_at else None,
        confirmed_at=check(lambda: _confirmed_at(row.confirmed_at, now, publication), None),
        paused_until=check(lambda: _paused_until(row.paused_until), None),
        consent_version=check(lambda: _word("consent_version", row.consent_version), ""),
        left_how=" ".join(row.left_how.split())[:MAX_WORD],
        left_why=" ".join(row.left_why.split())[:MAX_REASON],
    )


def _strict(read: Callable[[], T], otherwise: T) -> T:  # noqa: ARG001 # the same shape as _forgiving
    return read()


def _forgiving(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except InvalidInput:
        return otherwise


def _topics(words: tuple[str, ...], publication: Publication) -> tuple[str, ...]:
    found, unknown = topics_named(words, publication.topics)
    return checked_topics((*found, *unknown), publication)


def _language(written: str, publication: Publication) -> str:
    """Also `fi-FI` and `fi_FI`."""
    return checked_language(re.split(r"[-_]", written.strip().casefold())[0], publication)


def _tracking(written: str) -> bool:
    try:
        return TRACKING[written.casefold()]
    except KeyError:
        raise InvalidInput("tracking", "true or false") from None


def _confirmed_at(written: str, now: datetime, publication: Publication) -> datetime | None:
    if not written:
        return None
    moment = read_moment(written, publication.time_zone)
    if moment is None or moment > now + timedelta(days=1):
        raise InvalidInput("confirmed_at", "a moment that has been, such as 2026-11-24T08:15:00Z")
    return min(moment, now)


def _paused_until(written: str) -> date | None:
    if not written:
        return None
    day = read_day(written)
    if day is None:
        raise InvalidInput("paused_until", "a day such as 2026-12-24")
    return day


def _word(field: str, written: str) -> str:
    if len(written) > MAX_WORD or not written.isprintable():
        raise InvalidInput(field, f"at most {MAX_WORD} characters on one line")
    return written
