"""What arrives at SES, seen from there: who, when, and how much within a second."""

from __future__ import annotations

import re
from collections import deque

from tests.bench.stub.readers import place

ADDRESS = re.compile(rb'"ToAddresses": ?\["(\w+)@')
WINDOW = 1.0
"""Seconds; what SES states the account's rate for."""


class Witness:
    """`mails` counts the mails of each of the readers, `busiest` is the most recipients within any one second."""

    def __init__(self, readers: int) -> None:
        self.mails = bytearray(readers)
        self.recipients = self.calls = self.busiest = 0
        self.first = self.last = 0.0
        self._second: deque[tuple[float, int]] = deque()
        self._in_second = 0

    def saw(self, body: bytes, at: float) -> None:
        """A SendBulkEmail arrived."""
        addresses = ADDRESS.findall(body)
        for address in addresses:
            self.mails[place(address.decode(), len(self.mails))] += 1
        self.first = at if not self.calls else self.first
        self.last = at
        self.calls += 1
        self.recipients += len(addresses)
        self._second.append((at, len(addresses)))
        self._in_second += len(addresses)
        while self._second[0][0] <= at - WINDOW:
            self._in_second -= self._second.popleft()[1]
        self.busiest = max(self.busiest, self._in_second)
