"""What a check of the doctor found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

Client = Callable[[str], Any]
"""A client of boto3 for a service that is named."""


class Level(IntEnum):
    """How bad it is; the worst one decides the exit code."""

    WELL = 0
    UNKNOWN = 1
    """Not looked at: there is nothing to look at here, or AWS refused to show it."""
    WARNING = 2
    FAULT = 3


@dataclass(frozen=True)
class Finding:
    """`check` names what was looked at, `said` is what was found, and `mend` what to do about it."""

    level: Level
    check: str
    said: str
    mend: str = ""


@dataclass(frozen=True)
class Plans:
    """What the account is to take. `scanned` is the share of `readers` behind mail scanners, which open all `links`."""

    readers: int
    rate: float
    scanned: float
    links: int

    @property
    def all(self) -> str:
        """All readers, in words."""
        return f"{self.readers:,} readers" if self.readers > 1 else "1 reader"

    @property
    def visits_per_second(self) -> float:
        """At the most: a scanner opens the links of a mail within ten seconds of its delivery."""
        return min(self.rate, self.readers / SCANNED_WITHIN) * self.scanned * self.links


SCANNED_WITHIN = 10
"""Seconds after the delivery within which a scanner has opened every link of a mail (as they are seen to do)."""
Check = Callable[[Plans, Client], Iterator[Finding]]
