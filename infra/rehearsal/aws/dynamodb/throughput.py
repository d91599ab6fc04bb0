"""What each partition is asked for within a second, and what AWS bills for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.aws.dynamodb.errors import throttled

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS: dict[Literal["write", "read"], float] = {"write": 1_000.0, "read": 3_000.0}
"""Units a second that one partition gives (AWS, DynamoDB Developer Guide, "Burst and adaptive capacity")."""


def write_units(size: int) -> int:
    """One for each started KB."""
    return max(1, ceil(size / 1024))


def read_units(size: int, *, consistent: bool) -> float:
    """One for each started 4 KB, half where the read need not be consistent."""
    return max(1, ceil(size / 4096)) * (1.0 if consistent else 0.5)


class Meter:
    """`calls` by "service operation resource", `units` by "write table" and "read table"; read and set back at once.

    What indexes cost is not counted.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.units: defaultdict[str, float] = defaultdict(float)

    def call(self, service: str, operation: str, resource: str = "") -> None:
        """One request."""
        self.calls[f"{service} {operation} {resource}".strip()] += 1

    def spend(self, kind: Literal["write", "read"], table: str, units: float) -> None:
        """Units that AWS bills; a write whose condition does not hold costs as much."""
        self.units[f"{kind} {table}"] += units

    def read_off(self) -> dict[str, Any]:
        """The counts so far; counting begins anew."""
        counts = {"calls": dict(self.calls), "units": dict(self.units)}
        self.calls.clear()
        self.units.clear()
        return counts


class Throughput:
    """Counts units by table or index and partition key, by the second. `refuse`: throttle what goes beyond.

    AWS splits partitions that stay hot, which takes minutes; here they stay whole.
    """

    def __init__(self, now: Callable[[], float], *, refuse: bool) -> None:
        self._now, self._refuse = now, refuse
        self._second = 0
        self._spent: dict[tuple[str, str, Any], float] = {}
        self._peaks: dict[str, float] = {}

    def check(self, kind: Literal["write", "read"], table: str, partition: object, arn: str) -> None:
        """Raise AwsError where the partition has had its share of this second."""
        self._turn()
        if self._refuse and self._spent.get((kind, table, partition), 0.0) >= LIMITS[kind]:
            raise throttled("Index" if "/" in table else "Table", arn, kind.capitalize())

    def spend(self, kind: Literal["write", "read"], table: str, partition: object, units: float) -> None:
        """Count units of a partition of a table, or of an index (`table/index`)."""
        spent = self._spent
        spent[kind, table, partition] = spent.get((kind, table, partition), 0.0) + units

    @property
    def peaks(self) -> dict[str, float]:
        """The most that a partition was asked for within a second so far, by "write table" and so on."""
        self._fold()
        return dict(sorted(self._peaks.items()))

    def _turn(self) -> None:
        second = int(self._now())
        if second != self._second:
            self._fold()
            self._spent.clear()
            self._second = second

    def _fold(self) -> None:
        for (kind, table, _), units in self._spent.items():
            name = f"{kind} {table}"
            if units > self._peaks.get(name, 0.0):
                self._peaks[name] = units
