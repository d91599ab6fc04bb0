"""A mail as it would arrive, and the mailbox that every mail arrives in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from itertools import dropwhile, islice

from rehearsal.ses.message.addresses import Address, decoded
from rehearsal.ses.message.content import Content, Templated
from rehearsal.ses.message.headers import Headers


@dataclass(frozen=True)
class Mail:
    """One message that SES accepted.

    `to`, `cc` and `bcc` are as the caller wrote them. `recipients` is whom it arrives at: addresses of the
    suppression list and bouncing ones of the simulator are left out. `given_headers` are the caller's with those of
    MIME, `added_headers` what SES puts below them. `events` grows with every event that is published.
    """

    id: str
    at: datetime
    to: tuple[str, ...]
    sender: Address
    reply_to: tuple[str, ...]
    subject: str
    given_headers: Headers
    added_headers: Headers
    tags: dict[str, str]
    configuration_set: str | None
    recipients: tuple[str, ...]
    content: Content = field(repr=False)
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    untracked: frozenset[str] = frozenset()
    """Those of "open" and "click" that the request switched off."""
    events: list[str] = field(default_factory=list, compare=False)

    @property
    def from_(self) -> str:
        """The sender, name and all, as a mail program shows it."""
        return decoded(self.sender.text)

    @property
    def headers(self) -> dict[str, str]:
        """The header section in sending order, unfolded; a subject stays encoded, of repeated names the last counts."""
        return {name: value.replace("\r\n", "") for name, value in self.given_headers + self.added_headers}

    @property
    def html(self) -> str | None:
        """The HTML body as rendered."""
        return self.content.html

    @property
    def text(self) -> str | None:
        """The plain text body as rendered."""
        return self.content.text

    @property
    def raw(self) -> bytes:
        """The MIME message, lines ending in CRLF; built anew each time, always the same."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self.given_headers + self.added_headers)
        return head.encode("ascii") + b"\r\n" + self.content.body(boundary(self.id))

    @property
    def destination(self) -> tuple[str, ...]:
        """All recipients of the request, arrived at or not."""
        return self.to + self.cc + self.bcc

    @property
    def templated(self) -> bool:
        """Whether SES renders it after accepting it."""
        return isinstance(self.content, Templated)


def boundary(mail_id: str) -> str:
    """The MIME boundary of a mail."""
    return f"----=_Part_{mail_id}"


class Mailbox:
    """Every mail that arrived, whoever it was for. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: dict[str, Mail] = {}

    def all(self) -> tuple[Mail, ...]:
        """Newest first."""
        with self._lock:
            return tuple(reversed(self._mails.values()))

    def __len__(self) -> int:
        return len(self._mails)

    def page(self, limit: int, *, before: str = "", to: str = "") -> tuple[Mail, ...]:
        """At most `limit` mails, newest first: those that came before the mail of this id, those to this address."""
        with self._lock:
            newest = reversed(self._mails.values())
            if before:
                # Of a mail that is there no longer nobody knows what came before it.
                newest = dropwhile(lambda mail: mail.id != before, newest)
                next(newest, None)
            return tuple(islice((mail for mail in newest if not to or to in mail.destination), limit))

    def get(self, mail_id: str) -> Mail | None:
        """The mail with this SES message id, if it arrived and was not cleared."""
        with self._lock:
            return self._mails.get(mail_id)

    def clear(self) -> None:
        """Empties the mailbox; quota, rate and suppression list stay as they are."""
        with self._lock:
            self._mails.clear()

    def add(self, mail: Mail) -> None:
        """Puts a mail on top."""
        with self._lock:
            self._mails[mail.id] = mail
