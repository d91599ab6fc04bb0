"""Bad days of SES, on demand: answers that get lost, throttling, failures and refused entries."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from rehearsal.ses import service_model
from rehearsal.ses.errors import SesError, internal_error, throttled


@dataclass(frozen=True)
class RequestFault:
    """What happens to one send request.

    `refusal` is the answer, or None where no answer comes; `accepted` says whether the mail goes out all the same;
    `hold` is how many seconds the connection stays open before it is closed without an answer.
    """

    refusal: SesError | None
    accepted: bool
    hold: float = 0.0


@dataclass(frozen=True)
class EntryFault:
    """The status that one bulk entry gets; `accepted` says whether its mail goes out all the same."""

    status: str
    error: str
    accepted: bool


class Faults:
    """Faults waiting for the next SendEmail and SendBulkEmail requests, first in first out. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: deque[RequestFault] = deque()
        self._entries: deque[EntryFault] = deque()

    def lose_responses(self, count: int = 1, *, hold: float = 0.0) -> None:
        """The next `count` requests are carried out and never answered.

        The connection is closed after `hold` seconds: at once for a broken connection, longer than the client's read
        timeout for a timeout.
        """
        self._add(RequestFault(None, accepted=True, hold=hold), count)

    def throttle(self, count: int = 1) -> None:
        """The next `count` requests get TooManyRequestsException and send nothing."""
        self._add(RequestFault(throttled(), accepted=False), count)

    def fail(self, count: int = 1, *, accepted: bool = False) -> None:
        """The next `count` requests get HTTP 500; with `accepted` the mail goes out before."""
        self._add(RequestFault(internal_error(), accepted=accepted), count)

    def refuse(self, code: str, count: int = 1, *, message: str = "") -> None:
        """The next `count` requests get the exception `code`, e.g. SendingPausedException or AccessDeniedException.

        ValueError when SES v2 has no such exception.
        """
        refusal = SesError(code, message or code, http_status=service_model.error_status(code))
        self._add(RequestFault(refusal, accepted=False), count)

    def set_entry_status(self, status: str, count: int = 1, *, error: str = "", accepted: bool = False) -> None:
        """The next `count` bulk entries that are in order get `status` (a BulkEmailStatus other than SUCCESS).

        With `accepted` the mail goes out nevertheless, as it may behind a FAILED. ValueError on an unknown status.
        """
        if status == "SUCCESS" or status not in service_model.bulk_statuses():
            raise ValueError(f"{status!r} is not a failure status of SES; right would be one of BulkEmailStatus")
        with self._lock:
            self._entries.extend([EntryFault(status, error or status, accepted)] * count)

    def clear(self) -> None:
        """Forgets every fault that has not happened yet."""
        with self._lock:
            self._requests.clear()
            self._entries.clear()

    def next_request(self) -> RequestFault | None:
        """Takes the fault of the request at hand, if one is waiting."""
        with self._lock:
            return self._requests.popleft() if self._requests else None

    def next_entry(self) -> EntryFault | None:
        """Takes the fault of the bulk entry at hand, if one is waiting."""
        with self._lock:
            return self._entries.popleft() if self._entries else None

    def _add(self, fault: RequestFault, count: int) -> None:
        with self._lock:
            self._requests.extend([fault] * count)
