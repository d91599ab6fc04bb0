"""The account's suppression list: edited by exact address, obeyed whatever the case."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.ses.errors import SesError, not_found


@dataclass(frozen=True)
class Suppressed:
    """One address of the list; the ids are of the mail and the feedback that put it there, if any did."""

    address: str
    reason: str
    at: datetime
    message_id: str | None = None
    feedback_id: str | None = None

    def summary(self) -> dict[str, Any]:
        """SuppressedDestinationSummary of the service model."""
        return {"EmailAddress": self.address, "Reason": self.reason, "LastUpdateTime": self.at.timestamp()}

    def details(self) -> dict[str, Any]:
        """SuppressedDestination of the service model."""
        if self.message_id is None:
            return self.summary()
        return {**self.summary(), "Attributes": {"MessageId": self.message_id, "FeedbackId": self.feedback_id}}


class SuppressionList:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, Suppressed] = {}
        self._numbers: dict[str, int] = {}
        self._next_number = 1
        self._by_lower: dict[str, dict[str, Suppressed]] = {}

    def put(self, entry: Suppressed) -> None:
        """Adds an address or renews its reason."""
        with self._lock:
            if entry.address not in self._entries:
                self._numbers[entry.address] = self._next_number
                self._next_number += 1
            self._entries[entry.address] = entry
            self._by_lower.setdefault(entry.address.lower(), {})[entry.address] = entry

    def get(self, address: str) -> Suppressed:
        """The entry of exactly this address; SesError when there is none."""
        with self._lock:
            return self._required(address)

    def delete(self, address: str) -> None:
        """Removes exactly this address; SesError when it is not there."""
        with self._lock:
            self._required(address)
            del self._entries[address], self._numbers[address]
            same = self._by_lower[address.lower()]
            del same[address]
            if not same:
                del self._by_lower[address.lower()]

    def reason(self, address: str) -> str | None:
        """Why mail to this address is held back (BOUNCE or COMPLAINT), whatever its case."""
        with self._lock:
            same = self._by_lower.get(address.lower())
            return next(iter(same.values())).reason if same else None

    def page(
        self, wanted: Callable[[Suppressed], bool], size: int, token: str | None
    ) -> tuple[list[Suppressed], str | None]:
        """At most `size` of the wanted entries in the order of the list, and the token of the next page.

        A token stays good while entries come and go. SesError (InvalidNextTokenException) when it is none of ours.
        """
        after = _number(token)
        with self._lock:
            numbers = self._numbers
            found = [entry for entry in self._entries.values() if numbers[entry.address] > after and wanted(entry)]
            page = found[:size]
            return page, _token(numbers[page[-1].address]) if len(found) > size else None

    def _required(self, address: str) -> Suppressed:
        if address not in self._entries:
            raise not_found("The email address does not exist on your suppression list.")
        return self._entries[address]


def _token(number: int) -> str:
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode()


def _number(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "after" and number.isdecimal():
            return int(number)
    except (binascii.Error, UnicodeError):
        pass
    raise SesError("InvalidNextTokenException", "NextToken: not a token of this list")
