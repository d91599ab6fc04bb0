"""Addresses of ours that readers answer to, and leave by: signed, and safe when a program writes them in small letters.

`reply.<mailing><batch>.<signature>` names the batch of the mail, since all mails of a call to SES have one Reply-To.
`leave.<subscriber><mailing>.<signature>` is a reader's own, for the header List-Unsubscribe. What stands before the @
has at most 64 characters (RFC 5321, 4.5.3.1.1), so a mailing is named by its code (`mailing_code`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

LONGEST_LOCAL = 64
SIGNATURE = 10
"""Bytes of a signature: 80 bits, which nobody hits by trying (RFC 2104, 5: at least 80)."""
CODE = 8
"""Letters of a mailing's code."""
REPLY, LEAVE = "reply", "leave"
BATCH = re.compile(r"[a-z0-9-]{0,32}")


@dataclass(frozen=True)
class ReplyTo:
    """An address to answer to. `batch` is empty where its id is too long: mails that a single reader gets."""

    code: str
    batch: str


@dataclass(frozen=True)
class LeaveBy:
    """An address by which a subscriber leaves."""

    subscriber: str
    code: str


def mailing_code(mailing: str) -> str:
    """Eight base32 letters for the id of a mailing; which mailing that is, MailingCodes knows."""
    return _base32(hashlib.sha256(mailing.encode()).digest()[:5])


class ReplyAddresses:
    """Makes and reads addresses in `domain`. `keys` go from oldest to newest: the newest signs, all are accepted."""

    def __init__(self, domain: str, keys: tuple[str, ...]) -> None:
        self._domain = domain
        self._keys = tuple(hmac.digest(key.encode(), b"newsletter.reply-address", "sha256") for key in keys)

    def to_answer(self, mailing: str, batch: str) -> str:
        """The address to which readers of that batch answer."""
        return self._address(REPLY, mailing_code(mailing) + (batch if BATCH.fullmatch(batch) else ""))

    def to_leave(self, subscriber: str, mailing: str) -> str:
        """The address by which that subscriber leaves; `mailing` is the one whose header has it."""
        return self._address(LEAVE, subscriber + mailing_code(mailing))

    def owns(self, address: str) -> bool:
        """Whether the address is in our domain, whoever made it up."""
        return address.rpartition("@")[2].lower() == self._domain

    def read(self, address: str) -> ReplyTo | LeaveBy | None:
        """What the address names, in letters of any size; None for one that we did not make."""
        kind, _, rest = address.strip().lower().rpartition("@")[0].partition(".")
        named, _, signature = rest.rpartition(".")
        if not self.owns(address.strip()) or kind not in (REPLY, LEAVE) or not self._signed(kind, named, signature):
            return None
        if kind == LEAVE:
            return LeaveBy(named[:-CODE], named[-CODE:])
        return ReplyTo(named[:CODE], named[CODE:])

    def _address(self, kind: str, named: str) -> str:
        local = f"{kind}.{named}.{self._signature(self._keys[-1], kind, named)}"
        if len(local) > LONGEST_LOCAL:
            message = f"{local} has more than {LONGEST_LOCAL} characters"
            raise ValueError(message)
        return f"{local}@{self._domain}"

    def _signed(self, kind: str, named: str, signature: str) -> bool:
        given = signature.encode("ascii", "replace")
        return any(hmac.compare_digest(self._signature(key, kind, named).encode(), given) for key in self._keys)

    def _signature(self, key: bytes, kind: str, named: str) -> str:
        return _base32(hmac.digest(key, f"{kind}.{named}".encode("utf-8", "replace"), "sha256")[:SIGNATURE])


def _base32(data: bytes) -> str:
    """In small letters. Of five or ten bytes: without padding and spare bits, so that it has one spelling."""
    return base64.b32encode(data).decode().lower()
