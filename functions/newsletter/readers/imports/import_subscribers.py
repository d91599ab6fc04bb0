"""Import readers from a list, without ever subscribing anybody who has left, here or there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.platform.errors import InvalidInput
from newsletter.platform.messages import ConfirmSignUp
from newsletter.platform.times import iso
from newsletter.readers.consents.consent import Consent, imported_record
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.read_row import Entry, Row, is_mark, read_row
from newsletter.readers.subscriber import SignUp, Status, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container


class Mode(StrEnum):
    """What the import says of the readers: not known to have agreed (each is asked), agreed elsewhere (with evidence),
    or all of them left."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    LEFT = "left"


class Imported(StrEnum):
    """The result of a row."""

    ADDED = "added"
    ASKED = "asked"
    SUPPRESSED = "suppressed"
    """Was unknown; added as a reader who left."""
    ENDED = "ended"
    """Was an active reader here and has been unsubscribed."""
    KNOWN = "known"
    LEFT = "left"
    """Had left here before."""
    UNCONFIRMED = "unconfirmed"
    """Had not confirmed elsewhere; an import of confirmed readers sends no confirmation mails."""
    TWICE = "twice"
    """Another row has a stricter status for the same address."""
    NAMELESS = "nameless"
    """The mark of an erased reader from a stack with another pepper: its id cannot be matched with an address."""


@dataclass(frozen=True)
class ImportList:
    """One import. `name` is the same for the same file, so that a second run finds what the first one did.

    `strictest` has the strictest status in the whole file of each id that is not active in all of its rows. With
    `same_pepper` the ids in the file are those of this stack too.
    """

    name: str
    mode: Mode
    evidence: str = ""
    strictest: Mapping[str, ListedStatus] = field(default_factory=dict)
    same_pepper: bool = False

    @property
    def origin(self) -> str:
        """The name of the import in consent records."""
        return f"import {self.name}"


def import_rows(
    rows: Sequence[Row],
    import_list: ImportList,
    now: datetime,
    app: Container,
    *,
    dry: bool = False,
    again: bool = False,
) -> list[Imported | InvalidInput]:
    """Import at most 100 rows; the result of each, in their order. `dry` changes nothing and returns the same results.

    It can be repeated after a crash at any line: a row that was imported is KNOWN the next time. A row that cannot be
    used gives an InvalidInput with its field, and does not stop the others. `again` says that an earlier run may have
    stopped within these rows: confirmation mails that it had planned are queued, and the ledger keeps them from being
    sent twice.
    """
    return _Import(import_list, now, app, dry=dry, again=again).run(rows)


class _Import:
    """At most 100 rows of one import_list."""

    def __init__(self, import_list: ImportList, now: datetime, app: Container, *, dry: bool, again: bool) -> None:
        self._list = import_list
        self._now = now
        self._app = app
        self._dry = dry
        self._again = again
        self._known: dict[str, Status] = {}
        self._waiting: dict[str, SignUp] = {}
        self._asked: dict[str, SignUp] = {}
        self._seen: set[str] = set()

    def run(self, rows: Sequence[Row]) -> list[Imported | InvalidInput]:
        entries = [self._read(row) for row in rows]
        ids = [entry.id for entry in entries if isinstance(entry, Entry)]
        self._known = self._app.subscribers.statuses(ids)
        self._waiting = self._app.sign_ups.waiting(ids, self._now) if self._may_wait(entries) else {}
        results = [entry if isinstance(entry, InvalidInput | Imported) else self._import(entry) for entry in entries]
        if not self._dry:
            self._app.sign_ups.put_all(form for form in self._asked.values() if form.id not in self._waiting)
            invitations = (ConfirmSignUp(form.id, form.nonce, invited=True) for form in self._asked.values())
            self._app.queues.send_all(self._app.queues.batch, invitations)
        return results

    def _read(self, row: Row) -> Entry | InvalidInput | Imported:
        if is_mark(row) and not self._list.same_pepper:
            return Imported.NAMELESS
        try:
            return read_row(row, self._list.origin, self._now, self._app, left=self._list.mode is Mode.LEFT)
        except InvalidInput as wrong:
            return wrong

    def _may_wait(self, entries: Sequence[Entry | InvalidInput | Imported]) -> bool:
        """Whether forms that wait for confirmation matter: rows may be asked to confirm, or readers have left."""
        return self._list.mode is Mode.PENDING or any(
            isinstance(entry, Entry) and entry.listed.left for entry in entries
        )

    def _import(self, entry: Entry) -> Imported:
        status = self._known.get(entry.id)
        earlier = self._waiting.get(entry.id)
        first = entry.id not in self._seen
        if self._list.strictest.get(entry.id, entry.listed) is not entry.listed:
            return Imported.TWICE
        self._seen.add(entry.id)
        if status is not None and status is not Status.ACTIVE:
            return self._end_again(entry, status)
        if entry.listed.left:
            return self._leave(entry, status, earlier) if first else Imported.KNOWN
        if entry.listed is ListedStatus.PENDING and self._list.mode is Mode.CONFIRMED:
            return Imported.UNCONFIRMED
        if not first or status is Status.ACTIVE:
            return Imported.KNOWN
        if earlier and not (self._again and earlier.origin == self._list.origin):
            return Imported.KNOWN
        if self._list.mode is Mode.PENDING:
            self._asked[entry.id] = earlier or entry.form_to_confirm
            return Imported.ASKED
        return Imported.ADDED if self._dry else self._admit(entry)

    def _admit(self, entry: Entry) -> Imported:
        """Add the reader and their consent record in one write, so that nobody is active without the record."""
        there = f"confirmed there {iso(entry.confirmed_at)}" if entry.confirmed_at else ""
        consent = Consent(
            act="given",
            how=self._list.origin,
            at=self._now,
            unique=self._list.origin,
            text_version=entry.consent_version,
            language=entry.form.language,
            evidence="; ".join(filter(None, (self._list.evidence, there))),
        )
        proof = imported_record(consent, self._app.consents.seal(entry.id))
        admitted = self._app.subscribers.admit(self._reader(entry, Status.ACTIVE), proof)
        return Imported.ADDED if admitted else Imported.KNOWN

    def _leave(self, entry: Entry, status: Status | None, earlier: SignUp | None) -> Imported:
        if status is Status.ACTIVE:
            return self._end(entry)
        if self._dry:
            return Imported.SUPPRESSED
        if not entry.form.email:
            added = self._app.subscribers.admit_erased(entry.id, entry.left_at or self._now)
            return Imported.SUPPRESSED if added else Imported.KNOWN
        if earlier is not None and earlier.origin.startswith("import "):
            # The form came from an import and not from the reader; without it no reminder is sent. It goes first: once
            # the reader is known to have left, a repeated run does not come here.
            self._app.sign_ups.delete(earlier)
        added = self._app.subscribers.admit(
            self._reader(entry, entry.listed.status),
            imported_record(self._withdrawn(entry), self._app.consents.seal(entry.id)),
            how=entry.left_how or self._list.origin,
            why=entry.left_why,
            forget_after=self._app.publication.retention.left,
        )
        return Imported.SUPPRESSED if added else Imported.KNOWN

    def _end(self, entry: Entry) -> Imported:
        """Stop all mail to an active reader who has left according to the file, unless they subscribed again since."""
        if not entry.form.email:
            return Imported.KNOWN
        reader = self._app.subscribers.get(entry.id)
        withdrawn = self._withdrawn(entry)
        came_back = reader is not None and entry.left_at is not None and entry.left_at < reader.confirmed_at
        if came_back or any(record.consent.unique == withdrawn.unique for record in self._app.consents.chain(entry.id)):
            return Imported.KNOWN
        if self._dry:
            return Imported.ENDED
        forget_after = self._app.publication.retention.left
        how = self._list.origin
        if not self._app.subscribers.deactivate(entry.id, entry.listed.status, how, self._now, forget_after):
            return Imported.LEFT
        self._record(entry.id, withdrawn)
        return Imported.ENDED

    def _end_again(self, entry: Entry, status: Status) -> Imported:
        """Of a reader who is not active and has left according to the file: stop what soft bounces had only paused, and
        write the record that a run which died in between still owes.
        """
        if not entry.listed.left or self._dry:
            return Imported.LEFT
        if status is Status.BOUNCED:
            # A later delivery may make a reader whom soft bounces stopped active again; one who has left stays so.
            self._end(entry)
        elif self._again:
            profile = self._app.subscribers.profile(entry.id)
            if profile is not None and profile.left_how == self._list.origin:
                self._record(entry.id, self._withdrawn(entry))
        return Imported.LEFT

    def _record(self, subscriber: str, consent: Consent) -> None:
        head = self._app.consents.append(subscriber, consent).hash
        self._app.subscribers.remember_head(subscriber, head)

    def _withdrawn(self, entry: Entry) -> Consent:
        """The consent record of leaving. From its `unique` a second run of the file sees that the first had ended the
        subscription, so that a reader who has subscribed again since stays subscribed."""
        there = f"left there {iso(entry.left_at)}" if entry.left_at else ""
        return Consent(
            act="withdrawn",
            how=self._list.origin,
            at=self._now,
            unique=f"left: {self._list.origin}",
            language=entry.form.language,
            evidence="; ".join(filter(None, (self._list.evidence, there))),
        )

    def _reader(self, entry: Entry, status: Status) -> Subscriber:
        form = entry.form
        left_at = None if status is Status.ACTIVE else entry.left_at or self._now
        return Subscriber(
            id=form.id,
            email=form.email,
            status=status,
            choices=form.choices,
            confirmed_at=entry.confirmed_at or left_at or self._now,
            consent_version=entry.consent_version,
            left_at=left_at,
        )
