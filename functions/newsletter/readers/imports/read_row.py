"""One row of a list of readers, checked as strictly as a form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.text import composed, cut, is_one_line, one_line
from newsletter.platform.words.said import say
from newsletter.publication.publication import Publication
from newsletter.readers.choices import CHOICES, read_choices
from newsletter.readers.email_address import normalised
from newsletter.readers.imports.listed_status import ListedStatus, strictest
from newsletter.readers.imports.written_dates import read_moment
from newsletter.readers.signup.subscribe import rules
from newsletter.readers.subscriber import SignUp
from newsletter.readers.unsubscribe import MAX_REASON

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_WORD = 200
"""Characters of a one-line column of our own export, such as the version of a consent text."""
ID = re.compile(r"[a-z2-7]{26}")

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One row of the file, as text. `choices` are those that it has a column for, as text by name.

    `listed` is the strictest status of all of the row's columns. The fields from `id` on are those of our own export.
    """

    email: str
    choices: Mapping[str, str] = field(default_factory=dict)
    listed: ListedStatus = ListedStatus.UNSAID
    left_at: str = ""
    id: str = ""
    confirmed_at: str = ""
    consent_version: str = ""
    left_how: str = ""
    left_why: str = ""
    erased_at: str = ""


@dataclass(frozen=True)
class Entry:
    """A row that was checked: the form with its address and choices, and what the row says besides."""

    form: SignUp
    listed: ListedStatus
    left_at: datetime | None = None
    confirmed_at: datetime | None = None
    consent_version: str = ""
    left_how: str = ""
    left_why: str = ""

    @property
    def form_to_confirm(self) -> SignUp:
        """The form for a reader who is asked to confirm, without a pause."""
        return replace(self.form, choices=replace(self.form.choices, paused_until=None))

    @property
    def id(self) -> str:
        """The reader's id."""
        return self.form.id


def is_mark(row: Row) -> bool:
    """Whether the row is the mark of an erased reader in our export: an id without an address."""
    return row.listed is ListedStatus.ERASED and not row.email and ID.fullmatch(row.id) is not None


def read_row(row: Row, origin: str, now: datetime, app: Container, *, left: bool = False) -> Entry:
    """The row with everything checked. Raises InvalidInput, or InvalidForm with the choices that cannot be used.

    For a reader who left (with `left`, every row is one) only the address must be valid: errors in other columns must
    not keep the reader from being unsubscribed.
    """
    listed = strictest((row.listed, ListedStatus.LEFT)) if left else row.listed
    check = _forgiving if listed.left else _strict
    publication = app.publication
    email = "" if is_mark(row) else normalised(row.email, allow_test_domains=app.settings.local)
    given = dict.fromkeys(CHOICES, "") | dict(row.choices)
    choices, faults = read_choices(given, rules(now, app, every_topic=True), from_list=True)
    if faults and not listed.left:
        raise InvalidForm(faults)
    form = SignUp(
        id=row.id if is_mark(row) else app.ids.of(email),
        email=email,
        choices=choices,
        consent_version=publication.consent.version,
        origin=origin,
        network="",
        at=now,
        nonce=app.nonce(),
        mailbox=app.ids.of_mailbox(email) if email else "",
    )
    zone = publication.time_zone
    left_at = read_moment(row.left_at or row.erased_at, zone)
    return Entry(
        form=form,
        listed=listed,
        # A date without a time is midnight in the publication's time zone, which may be later than now.
        left_at=min(left_at, now) if left_at else None,
        confirmed_at=check(lambda: _confirmed_at(row.confirmed_at, now, publication), None),
        consent_version=check(lambda: _word("consent_version", row.consent_version), ""),
        left_how=cut(one_line(row.left_how), MAX_WORD),
        left_why=cut(one_line(row.left_why), MAX_REASON),
    )


def _strict(read: Callable[[], T], otherwise: T) -> T:  # noqa: ARG001 # the same shape as _forgiving
    return read()


def _forgiving(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except InvalidInput:
        return otherwise


def _confirmed_at(written: str, now: datetime, publication: Publication) -> datetime | None:
    if not written:
        return None
    moment = read_moment(written, publication.time_zone)
    if moment is None or moment > now + timedelta(days=1):
        raise InvalidInput("confirmed_at", say("a moment that has been, such as 2026-11-24T08:15:00Z"))
    return min(moment, now)


def _word(field: str, written: str) -> str:
    written = composed(written)
    if len(written) > MAX_WORD or not is_one_line(written):
        raise InvalidInput(field, say("at most {most} characters on one line", most=MAX_WORD))
    return written
